import { expm1, mul, neg, pow } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineLoss } from './loss.js';

/**
 * Focal loss, `(1 - p_y)^gamma (-log p_y)`: cross-entropy that forgets what is already well predicted.
 *
 * @param params `gamma` >= 0, default 2; 0 is cross-entropy
 * @throws DomainError when gamma is negative
 *
 * Lin et al.: Focal Loss for Dense Object Detection, 2017, arXiv:1708.02002.
 *
 * @example
 * console.log(focal({ gamma: 2 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.0041
 */
export const focal = defineLoss({
  name: 'focal',
  summary: 'Cross-entropy that forgets what is already well predicted.',
  formula: '−(1−p_y)^γ log p_y',
  params: z.object({
    gamma: z
      .number()
      .min(0)
      .default(2)
      .meta({ upTo: 5, step: 0.1 })
      .describe('0: cross-entropy; larger looks more at hard examples'),
  }),
  perExample: (terms, { gamma }) =>
    terms.expectation((logProb) => (gamma === 0 ? neg(logProb) : mul(pow(neg(expm1(logProb)), gamma), neg(logProb)))),
});
