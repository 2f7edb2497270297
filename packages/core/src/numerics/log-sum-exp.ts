/**
 * log(sum(exp(x))), without overflow; -Infinity for an empty list or one of -Infinity alone.
 *
 * @example
 * logSumExp([1000, 1000]); // 1000.693...
 */
export function logSumExp(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  if (!Number.isFinite(max)) return max;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}
