import { paper } from '@surprisal/core';
import { z } from 'zod';
import { defineUtilityTransform } from './utility-transform.js';

/** What a pairwise transform shows. */
export interface PairwiseFit {
  /** `[C][C]`, see {@link preferenceMatrix}. */
  readonly preferences: (utilities: ArrayLike<number>) => Float64Array[];
}

/**
 * The probability that a is preferred to b, `sigmoid(u_a - u_b)`, for all pairs: `[C][C]`. Candidates of the same utility are at 0.5.
 *
 * Bradley, Terry: Rank Analysis of Incomplete Block Designs, 1952.
 *
 * @example
 * console.log(preferenceMatrix([Math.log(3), 0])[0]![1]!.toFixed(2)); // 0.75
 */
export const preferenceMatrix = (utilities: ArrayLike<number>): Float64Array[] =>
  Array.from(utilities, (a) => Float64Array.from(utilities, (b) => (a === b ? 0.5 : 1 / (1 + Math.exp(b - a)))));

/**
 * The pairwise transform (Bradley-Terry): a candidate's probability is its share of the duels among all candidates, each won with probability
 * `sigmoid(u_a - u_b)`: `P(a) = 2 / (C (C - 1)) sum_b sigmoid(u_a - u_b)`. Nothing is fitted.
 *
 * The transform is ours; the paper's own equation is not known here.
 *
 * After Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const fitted = pairwise().fit({ utilities: [], targets: [] });
 * console.log(fitted([Math.log(3), 0])[0]!.toFixed(2)); // 0.75
 */
export const pairwise = defineUtilityTransform({
  name: 'pairwise',
  summary: "A candidate's share of duels that the higher utility probably wins.",
  formula: '2 / (C (C−1)) Σ_b σ(u_a − u_b)',
  paper: paper(44),
  params: z.object({}),
  fit: () => ({
    probabilities(utilities) {
      const possible = Array.from(utilities).filter((u) => u > -Infinity);
      if (possible.length === 1) return new Float64Array(utilities.length).fill(1);
      return Float64Array.from(utilities, (a) =>
        possible.reduce((sum, b) => sum + (a === b ? 0.5 : 1 / (1 + Math.exp(b - a))), -0.5),
      );
    },
    shows: { preferences: preferenceMatrix } satisfies PairwiseFit,
  }),
});
