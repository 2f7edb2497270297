import { paper } from '@surprisal/core';
import { z } from 'zod';
import { defineSegmentationMetric } from './segmentation-metric.js';
import { areaOf } from './topology/mask.js';

/**
 * Dice coefficient of the foreground, `2 |P and M| / (|P| + |M|)`: 1 for equal masks, also for two empty ones; 0 for disjoint ones.
 *
 * Dice: Measures of the Amount of Ecologic Association Between Species, 1945.
 *
 * @example
 * console.log(dice()([[1, 1, 0, 0]], [[1, 0, 1, 0]])[0]); // 0.5
 */
export const dice = defineSegmentationMetric({
  name: 'dice',
  summary: 'How much of prediction and mask they share.',
  formula: '2 |P ∩ M| / (|P| + |M|)',
  paper: paper(40),
  better: 'higher',
  params: z.object({}),
  ofImage(prediction, mask) {
    const total = areaOf(prediction) + areaOf(mask);
    const shared = prediction.data.reduce((sum, value, i) => sum + value * mask.data[i]!, 0);
    return total === 0 ? 1 : (2 * shared) / total;
  },
});
