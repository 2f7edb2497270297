import { DomainError } from '../errors.js';

/**
 * The q-quantile by linear interpolation between order statistics, at position `(n - 1) q`: what NumPy's `percentile` gives.
 *
 * @param q in [0, 1]
 * @throws DomainError for q out of range, and for values that are empty or hold NaN
 *
 * @example
 * import { quantile } from '@surprisal/core/numerics';
 *
 * console.log(quantile([1, 2, 3, 4], 0.5)); // 2.5
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new DomainError(`quantile: q must be from 0 to 1, got ${q}`);
  if (values.length === 0) throw new DomainError('quantile: values must hold at least one number, got none');
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted.at(-1))) throw new DomainError('quantile: values must be numbers, got NaN');
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const share = position - below;
  return share === 0 ? sorted[below]! : sorted[below]! * (1 - share) + sorted[below + 1]! * share;
}

/** The middle value, or the mean of the two in the middle. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);
