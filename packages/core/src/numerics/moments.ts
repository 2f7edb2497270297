/** The mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * The variance, with n - `ddof` in the denominator; NaN where that is not positive.
 *
 * @param ddof 1 for the unbiased estimate (the default), 0 for the variance of a whole population
 *
 * @example
 * import { variance } from '@surprisal/core/numerics';
 *
 * console.log(variance([1, 2, 3, 4]).toFixed(4), variance([1, 2, 3, 4], 0)); // 1.6667 1.25
 */
export function variance(values: ArrayLike<number>, ddof: 0 | 1 = 1): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return values.length > ddof ? sum / (values.length - ddof) : NaN;
}

/**
 * The covariance of the columns of a table (rows are observations), with n - 1 in the denominator.
 *
 * @example
 * import { covariance } from '@surprisal/core/numerics';
 *
 * console.log(covariance([[1, 2], [2, 4], [3, 6]])); // [ [ 1, 2 ], [ 2, 4 ] ]
 */
export function covariance(rows: readonly ArrayLike<number>[]): number[][] {
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, k) => rows.map((row) => row[k]!));
  const centres = columns.map(mean);
  const product = (j: number, k: number) =>
    rows.reduce((sum, row) => sum + (row[j]! - centres[j]!) * (row[k]! - centres[k]!), 0) / (rows.length - 1);
  return columns.map((_, j) => columns.map((_, k) => product(j, k)));
}
