import { paper } from '@surprisal/core';
import { z } from 'zod';
import { defineSegmentationMetric } from './segmentation-metric.js';
import { type Mask, areaOf } from './topology/mask.js';
import { skeletonOf } from './topology/thinning.js';

/**
 * Centreline Dice: the harmonic mean of how much of the prediction's skeleton lies in the mask, and of the mask's in the prediction; 0 where one of them has no
 * skeleton, that is, is empty.
 *
 * Shit et al.: clDice, a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation, 2021, arXiv:2003.07311.
 *
 * @example
 * console.log(clDice()([[1, 1, 0, 0]], [[1, 1, 1, 1]])[0]!.toFixed(4)); // 0.6667
 */
export const clDice = defineSegmentationMetric({
  name: 'cl-dice',
  summary: 'How much of the skeletons lies in the other mask.',
  formula: '2 TP TS / (TP + TS)',
  paper: paper(40),
  better: 'higher',
  params: z.object({}),
  ofImage(prediction, mask) {
    const [precision, sensitivity] = [covered(skeletonOf(prediction), mask), covered(skeletonOf(mask), prediction)];
    return precision + sensitivity === 0 ? 0 : (2 * precision * sensitivity) / (precision + sensitivity);
  },
});

/** The share of a skeleton that lies in a mask. */
function covered(skeleton: Mask, mask: Mask): number {
  const area = areaOf(skeleton);
  return area === 0 ? 0 : skeleton.data.reduce((sum, value, i) => sum + value * mask.data[i]!, 0) / area;
}
