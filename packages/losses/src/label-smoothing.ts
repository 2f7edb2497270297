import { softmaxCrossEntropy } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineLoss } from './loss.js';

/**
 * Cross-entropy against a smoothed label, `(1 - epsilon) (-log p_y) + epsilon mean_k(-log p_k)`: the label keeps
 * 1 - epsilon + epsilon / classes, the rest is spread evenly. A class masked by -Infinity takes no part in the mean's sum.
 *
 * @param params `epsilon` in [0, 1], default 0.1; 0 is cross-entropy
 * @throws DomainError when epsilon is out of range
 *
 * Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, 2016, arXiv:1512.00567.
 *
 * @example
 * console.log(labelSmoothing({ epsilon: 0.1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3365
 */
export const labelSmoothing = defineLoss({
  name: 'label-smoothing',
  summary: 'Cross-entropy against a label that leaves a little to every class.',
  formula: '−(1−ε) log p_y − ε/C Σ_k log p_k',
  params: z.object({
    epsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({ step: 0.01 })
      .describe('probability that is spread over all classes'),
  }),
  perExample: ({ logits, labels }, { epsilon }) =>
    softmaxCrossEntropy(logits, labels.tensor, { labelSmoothing: epsilon }),
});
