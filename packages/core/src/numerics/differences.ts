/**
 * The gradient by fourth-order central differences: to check an analytic one, or in its place where speed does not matter.
 *
 * @param step step of each variable, relative to max(1, |x|); default 1e-4
 *
 * @example
 * import { differences } from '@surprisal/core/numerics';
 *
 * console.log(differences(([a, b]) => a! * b! ** 2, [2, 3])[1]!.toFixed(6)); // 12.000000
 */
export function differences(f: (x: Float64Array) => number, x: ArrayLike<number>, step = 1e-4): Float64Array {
  const point = Float64Array.from(x);
  return point.map((value, i) => {
    const h = step * Math.max(1, Math.abs(value));
    const at = (offset: number) => {
      point[i] = value + offset * h;
      const result = f(point);
      point[i] = value;
      return result;
    };
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
  });
}
