import { DomainError } from '@surprisal/core';
import { quantile } from '@surprisal/core/numerics';

/**
 * The central interval that holds a share of the replicates of a quantity; ends by linear interpolation between order statistics.
 *
 * @param level in (0, 1), default 0.95: from the 2.5% to the 97.5% quantile
 * @throws DomainError for another level, and for no replicates
 *
 * Efron: Bootstrap Methods: Another Look at the Jackknife, 1979.
 *
 * @example
 * console.log(percentileInterval([1, 2, 3, 4, 5], 0.5)); // [ 2, 4 ]
 */
export function percentileInterval(replicates: ArrayLike<number>, level = 0.95): [number, number] {
  if (!(level > 0 && level < 1))
    throw new DomainError(`percentileInterval: level must be between 0 and 1, got ${level}`);
  return [quantile(replicates, (1 - level) / 2), quantile(replicates, (1 + level) / 2)];
}
