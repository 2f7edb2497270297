import { DomainError, ShapeError } from '@surprisal/core';

/** Points of learning curves, pooled, in any order: compute and loss. */
export interface ComputeLossPoints {
  /** Compute, > 0. */
  readonly C: ArrayLike<number>;
  /** Loss, > 0. */
  readonly L: ArrayLike<number>;
}

/** The axes in which a frontier is made convex. */
export type HullAxes = 'lnC-lnL' | 'lnC-L';

/**
 * The points that no other one beats: sorted by compute, those whose loss is below all earlier ones. Of points with equal compute
 * the lowest loss counts.
 *
 * @returns indices of the points, by ascending compute; losses fall strictly along them
 * @throws ShapeError when the columns differ in length or are empty; DomainError for values that are not > 0
 *
 * @example
 * console.log(paretoFrontier({ C: [1, 2, 3, 3], L: [3, 4, 2, 1] })); // [ 0, 3 ]
 */
export function paretoFrontier({ C, L }: ComputeLossPoints): number[] {
  checkColumn('paretoFrontier', 'C', C, C.length);
  checkColumn('paretoFrontier', 'L', L, C.length);
  const order = Array.from(C, (_, i) => i).sort((i, j) => C[i]! - C[j]! || L[i]! - L[j]!);
  let least = Infinity;
  return order.filter((i) => L[i]! < least && ((least = L[i]!), true));
}

/**
 * The corners of the lower convex hull of a frontier, by Andrew's monotone chain. Points on a line between others are no corners.
 *
 * @param frontier indices by ascending compute, as {@link paretoFrontier} gives them
 * @param axes `lnC-lnL` (default) or `lnC-L`
 * @returns a part of the frontier's indices, its first and last among them
 *
 * @example
 * const points = { C: [1, 10, 100], L: [4, 3.9, 1] };
 * console.log(lowerConvexHull(points, paretoFrontier(points))); // [ 0, 2 ]
 */
export function lowerConvexHull(
  { C, L }: ComputeLossPoints,
  frontier: readonly number[],
  axes: HullAxes = 'lnC-lnL',
): number[] {
  const x = (i: number) => Math.log(C[i]!);
  const y = axes === 'lnC-L' ? (i: number) => L[i]! : (i: number) => Math.log(L[i]!);
  const turn = (a: number, b: number, c: number) => (x(b) - x(a)) * (y(c) - y(a)) - (y(b) - y(a)) * (x(c) - x(a));
  const hull: number[] = [];
  for (const i of frontier) {
    while (hull.length >= 2 && turn(hull.at(-2)!, hull.at(-1)!, i) <= 0) hull.pop();
    hull.push(i);
  }
  return hull;
}

/** Refuses a column of points that is not as long as the others, is empty or holds what is not greater than 0. */
export function checkColumn(owner: string, name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length || length === 0) {
    throw new ShapeError(
      `${owner}: ${name} must hold ${length || 'at least one'} value${length > 1 ? 's' : ''}, got ${values.length}`,
    );
  }
  for (let i = 0; i < length; i++) {
    if (values[i]! > 0 && values[i]! < Infinity) continue;
    throw new DomainError(`${owner}: ${name} must be greater than 0 and finite, got ${values[i]} at index ${i}`);
  }
}
