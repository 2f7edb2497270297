import { DomainError, paper } from '@surprisal/core';
import { z } from 'zod';
import { defineUtilityTransform } from './utility-transform.js';

/** An increasing step function that was fitted to hits. */
export interface IsotonicRegression {
  /** `[n]`, the fitted values of the data, in their order. */
  readonly fitted: Float64Array;
  /** The value of the step that a score falls on: that of the largest fitted score that is not above it. */
  readonly predict: (score: number) => number;
}

/** A run of scores that share a value. */
interface Block {
  readonly from: number;
  readonly sum: number;
  readonly count: number;
}

/**
 * Isotonic regression of hits on scores by pooling adjacent violators: the increasing function nearest to the data in least squares. Equal scores are
 * pooled first. It is unchanged by any strictly increasing map of the scores, and keeps the mean of the hits.
 *
 * @param scores `[n]`, n >= 1
 * @param hits `[n]`
 * @throws DomainError for none, NaN, or different lengths
 *
 * Ayer et al.: An Empirical Distribution Function for Sampling with Incomplete Information, 1955.
 *
 * @example
 * console.log(isotonicRegression([1, 2, 3, 4], [0, 1, 0, 1]).fitted); // Float64Array(4) [ 0, 0.5, 0.5, 1 ]
 */
export function isotonicRegression(scores: ArrayLike<number>, hits: ArrayLike<number>): IsotonicRegression {
  if (scores.length === 0 || scores.length !== hits.length || Array.from(scores).some(Number.isNaN)) {
    throw new DomainError(
      `isotonicRegression: scores must be numbers, one for each of ${hits.length} hits and at least one, got ${scores.length}`,
    );
  }
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const blocks: Block[] = [];
  for (const i of order) {
    const last = blocks.at(-1);
    if (last?.from === scores[i]) {
      blocks[blocks.length - 1] = { ...last!, sum: last!.sum + hits[i]!, count: last!.count + 1 };
    } else blocks.push({ from: scores[i]!, sum: hits[i]!, count: 1 });
  }
  const steps = pool(blocks);
  const predict = (score: number) => {
    let at = steps.length - 1;
    while (at > 0 && steps[at]!.from > score) at--;
    return steps[at]!.sum / steps[at]!.count;
  };
  return { fitted: Float64Array.from(scores, predict), predict };
}

/** Pools neighbours until means rise from block to block. */
function pool(blocks: readonly Block[]): readonly Block[] {
  const pooled: Block[] = [];
  for (let block of blocks) {
    for (let last = pooled.at(-1); last && last.sum / last.count >= block.sum / block.count; last = pooled.at(-1)) {
      block = { from: last.from, sum: last.sum + block.sum, count: last.count + block.count };
      pooled.pop();
    }
    pooled.push(block);
  }
  return pooled;
}

/** What an isotonic transform shows. */
export interface IsotonicFit {
  /** The probability that a candidate of this utility is the truth; NaN after a fit to nothing. */
  readonly hitProbability: (utility: number) => number;
}

/**
 * The isotonic transform: the probability of being the truth as an increasing step function of the utility, fitted over all candidates of all sets, and
 * renormalised over a set. Where it gives 0 to all, candidates are equally probable.
 *
 * The transform is ours; the paper's own equation is not known here.
 *
 * After Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const fitted = isotonicTransform().fit({ utilities: [[0, 1], [0, 1], [0, 1], [2, 1]], targets: [1, 1, 0, 0] });
 * console.log(fitted([0, 1])[1]!.toFixed(2), fitted.hitProbability(2)); // 0.60 1
 */
export const isotonicTransform = defineUtilityTransform({
  name: 'isotonic',
  summary: 'The probability of being the truth as an increasing function of the utility.',
  formula: 'PAVA(u) / Σ PAVA(u)',
  paper: paper(44),
  params: z.object({}),
  fit(observations) {
    const scores: number[] = [];
    const hits: number[] = [];
    for (const { utilities, target } of observations) {
      for (let c = 0; c < utilities.length; c++) {
        if (utilities[c] === -Infinity) continue;
        scores.push(utilities[c]!);
        hits.push(c === target ? 1 : 0);
      }
    }
    const hitProbability = scores.length > 0 ? isotonicRegression(scores, hits).predict : () => NaN;
    return {
      probabilities: (utilities) => Float64Array.from(utilities, (u) => hitProbability(u) || 0),
      shows: { hitProbability } satisfies IsotonicFit,
    };
  },
});
