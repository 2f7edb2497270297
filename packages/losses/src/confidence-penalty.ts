import { mul, softmaxEntropy, sub } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineLoss } from './loss.js';

/**
 * Confidence penalty, `-log p_y - beta H(p)`: cross-entropy that rewards the entropy of the prediction. Negative where the prediction is
 * right and far from sure.
 *
 * @param params `beta` >= 0, default 0.1; 0 is cross-entropy
 * @throws DomainError when beta is negative
 *
 * Pereyra et al.: Regularizing Neural Networks by Penalizing Confident Output Distributions, 2017, arXiv:1701.06548.
 *
 * @example
 * console.log(confidencePenalty({ beta: 0.1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1174
 */
export const confidencePenalty = defineLoss({
  name: 'confidence-penalty',
  summary: 'Cross-entropy that rewards an uncertain prediction.',
  formula: '−log p_y − β H(p)',
  params: z.object({
    beta: z.number().min(0).default(0.1).meta({ upTo: 2, step: 0.05 }).describe('weight of the entropy'),
  }),
  perExample: ({ surprisal, logits }, { beta }) => sub(surprisal, mul(softmaxEntropy(logits), beta)),
});
