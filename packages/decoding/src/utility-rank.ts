import { paper } from '@surprisal/core';
import { z } from 'zod';
import { bestIndices } from './search.js';
import { type Observation, defineUtilityTransform } from './utility-transform.js';

/** What a rank transform shows. */
export interface RankFit {
  /** `[C]`, the fitted frequency with which the truth has each utility rank, in sets of C candidates; uniform where none were seen. */
  readonly frequencies: (size: number) => Float64Array;
}

/**
 * The utility rank of a candidate: 1 plus the number of those with strictly larger utility.
 *
 * @example
 * console.log(utilityRank([3, 5, 3], 2)); // 2
 */
export function utilityRank(utilities: ArrayLike<number>, candidate: number): number {
  let rank = 1;
  for (let c = 0; c < utilities.length; c++) if (utilities[c]! > utilities[candidate]!) rank++;
  return rank;
}

/** How often the truth had each rank, by the size of the set. */
function countRanks(observations: readonly Observation[]): ReadonlyMap<number, Float64Array> {
  const counts = new Map<number, Float64Array>();
  for (const { utilities, target } of observations) {
    const row = counts.get(utilities.length) ?? new Float64Array(utilities.length);
    row[utilityRank(utilities, target) - 1]!++;
    counts.set(utilities.length, row);
  }
  return counts;
}

/** q_r to the r-th candidate in descending utility; with `average`, equal candidates share theirs. */
function assign(utilities: ArrayLike<number>, q: Float64Array, ties: 'index' | 'average'): Float64Array {
  const order = descending(utilities);
  const given = new Float64Array(order.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (ties === 'average' && to < order.length && utilities[order[to]!] === utilities[order[from]!]) to++;
    const share = q.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    for (; from < to; from++) given[order[from]!] = share;
  }
  return given;
}

/** All candidates in descending utility, ties by index; impossible ones at the end. */
function descending(utilities: ArrayLike<number>): number[] {
  const possible = bestIndices(utilities, utilities.length);
  return [...possible, ...Array.from(utilities, (_, c) => c).filter((c) => utilities[c] === -Infinity)];
}

/**
 * The rank transform: the r-th best candidate gets the probability with which the truth was the r-th best, `q_r = (count_r + k) / (n + k |C|)`. It sees
 * utilities through their order alone, as an ordinal utility must. Sets of each size have frequencies of their own.
 *
 * The transform is ours; the paper's own equation is not known here.
 *
 * @param params `smoothing` k >= 0, default 1; `ties` `'index'` (default): the lower index ranks higher; `'average'`: equals share
 * @throws DomainError for parameters out of range
 *
 * After Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const fitted = rankTransform().fit({ utilities: [[1, 0], [0, 2], [5, 3]], targets: [0, 1, 1] });
 * console.log(fitted([-3, 7])); // Float64Array(2) [ 0.4, 0.6 ]
 */
export const rankTransform = defineUtilityTransform({
  name: 'rank',
  summary: 'The r-th best gets the probability with which the truth was the r-th best.',
  formula: 'q_r = (count_r + k) / (n + k |C|)',
  paper: paper(44),
  params: z.object({
    smoothing: z.number().min(0).default(1).meta({ upTo: 5, step: 0.1 }).describe('added to the count of each rank'),
    ties: z
      .enum(['index', 'average'])
      .default('index')
      .describe('of equal utilities: the lower index ranks higher, or they share'),
  }),
  fit(observations, { smoothing, ties }) {
    const counts = countRanks(observations);
    const frequencies = (size: number) => {
      const row = counts.get(size) ?? new Float64Array(size);
      const total = row.reduce((sum, count) => sum + count, 0) + smoothing * size;
      return total > 0 ? row.map((count) => (count + smoothing) / total) : row.fill(1 / size);
    };
    return {
      probabilities: (utilities) => assign(utilities, frequencies(utilities.length), ties),
      shows: { frequencies } satisfies RankFit,
    };
  },
});
