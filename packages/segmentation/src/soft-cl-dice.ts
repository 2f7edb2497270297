import { paper } from '@surprisal/core';
import { type Tensor, add, div, mean, mul, stack, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import { softSkeleton } from './soft-skeleton.js';
import { diceOf } from './tversky.js';

/** How much of one's skeleton lies in the other, summed over the batch: scalars. */
export interface SkeletonOverlap {
  /** The prediction's skeleton in the mask. */
  readonly precision: Tensor;
  /** The mask's skeleton in the prediction. */
  readonly sensitivity: Tensor;
}

/**
 * Topology precision and sensitivity of soft maps: `(sum S(p) t + s) / (sum S(p) + s)` and `(sum S(t) p + s) / (sum S(t) + s)` with soft
 * skeletons S.
 *
 * @param probs `[batch, height, width]` probabilities of the foreground
 * @param targets as `probs`
 */
export function skeletonOverlap(
  probs: Tensor,
  targets: Tensor,
  { iterations = 3, smooth = 1 }: { readonly iterations?: number; readonly smooth?: number } = {},
): SkeletonOverlap {
  const covered = (skeleton: Tensor, by: Tensor) =>
    div(add(sum(mul(skeleton, by)), smooth), add(sum(skeleton), smooth));
  return {
    precision: covered(softSkeleton(probs, iterations), targets),
    sensitivity: covered(softSkeleton(targets, iterations), probs),
  };
}

/**
 * Soft clDice loss: Dice of the skeletons' overlaps, mixed with that of the areas. `(1 - alpha) Dice + alpha (1 - 2 TP TS / (TP + TS))`
 * over the whole batch; with more than one foreground class, the mean of their terms. Its Dice loss is negative, and so is the loss near the optimum.
 *
 * @param params `iterations` of the soft skeleton, a whole number >= 0, default 3: half the width of what is to stay connected; `alpha` in [0, 1], default 0.5;
 * `smooth` > 0, default 1
 *
 * Shit et al.: clDice, a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation, 2021, arXiv:2003.07311.
 *
 * @example
 * const line = [[[0, 0, 0], [1, 1, 1], [0, 0, 0]]];
 * const broken = [[[-9, -9, -9], [9, -9, 9], [-9, -9, -9]]];
 * console.log(softClDice({ alpha: 1 })(broken, line).dataSync()[0]!.toFixed(3)); // 0.143
 */
export const softClDice = defineSegmentationLoss({
  name: 'soft-cl-dice',
  summary: 'Overlap of areas and of skeletons: gaps in thin structures cost as much as they break.',
  formula: '(1 − α) Dice + α (1 − 2 TP TS / (TP + TS))',
  paper: paper(40),
  params: z.object({
    iterations: z.number().int().min(0).max(100).default(3).meta({ upTo: 10 }).describe('erosions of the skeleton'),
    alpha: z.number().min(0).max(1).default(0.5).describe('weight of the skeletons; the rest is that of the areas'),
    smooth: z.number().gt(0).default(1).describe('keeps the overlap defined where there is no skeleton'),
  }),
  ofBatch(terms, { alpha, ...options }) {
    const ofClass = (c: number) => {
      const { precision, sensitivity } = skeletonOverlap(terms.probsOf(c), terms.targetsOf(c), options);
      return sub(1, div(mul(2, mul(precision, sensitivity)), add(precision, sensitivity)));
    };
    return add(mul(diceOf(terms), 1 - alpha), mul(mean(stack(terms.foreground.map(ofClass))), alpha));
  },
});
