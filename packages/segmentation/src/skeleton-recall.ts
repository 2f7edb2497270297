import { paper } from '@surprisal/core';
import { add, div, mean, mul, stack, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import { tubeOf } from './topology/thinning.js';

/**
 * Cross-entropy minus the soft recall of the masks' skeletons: `CE - weight mean_b (sum p t K + s) / (sum t K + s)`, K the skeleton of the mask
 * widened by two pixels. The skeleton is a constant, computed on the host; with more than one foreground class, the mean of their recalls.
 *
 * @param params `weight` >= 0, default 1; `smooth` s > 0, default 1e-5: the recall of an empty mask is 1
 *
 * Kirchhoff et al.: Skeleton Recall Loss for Connectivity Conserving and Resource Efficient Segmentation of Thin Tubular Structures, 2024,
 * arXiv:2404.03010.
 *
 * @example
 * console.log(skeletonRecall()([[[9, 9, -9]]], [[[1, 1, 1]]]).dataSync()[0]!.toFixed(3)); // 2.333
 */
export const skeletonRecall = defineSegmentationLoss({
  name: 'skeleton-recall',
  summary: 'Cross-entropy, and how much of the mask’s skeleton is found.',
  formula: 'CE − w mean (Σ p t K + s) / (Σ t K + s)',
  paper: paper(40),
  params: z.object({
    weight: z.number().min(0).default(1).meta({ upTo: 5, step: 0.1 }).describe('weight of the recall'),
    smooth: z.number().gt(0).default(1e-5).describe('keeps the recall of an empty mask defined, as 1'),
  }),
  ofBatch(terms, { weight, smooth }) {
    const recall = (c: number) => {
      const skeleton = mul(terms.targetsOf(c), terms.perImage(terms.masksOf(c).map(tubeOf)));
      const [found, all] = [sum(mul(terms.probsOf(c), skeleton), [1, 2]), sum(skeleton, [1, 2])]; // [B]
      return mean(div(add(found, smooth), add(all, smooth)));
    };
    return sub(mean(terms.crossEntropies), mul(mean(stack(terms.foreground.map(recall))), weight));
  },
});
