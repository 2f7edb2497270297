import { expm1, mul, sub } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineLoss } from './loss.js';

/**
 * Poly-1 loss, `-log p_y + epsilon (1 - p_y)`: cross-entropy with another weight for the first term of its expansion in 1 - p_y.
 *
 * @param params `epsilon` >= -1, default 1; 0 is cross-entropy
 * @throws DomainError when epsilon is below -1
 *
 * Leng et al.: PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions, 2022, arXiv:2204.12511.
 *
 * @example
 * console.log(poly1({ epsilon: 1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3261
 */
export const poly1 = defineLoss({
  name: 'poly-1',
  summary: 'Cross-entropy with another weight for the leading term of its expansion.',
  formula: '−log p_y + ε(1−p_y)',
  params: z.object({
    epsilon: z
      .number()
      .min(-1)
      .default(1)
      .meta({ upTo: 5, step: 0.1 })
      .describe('0: cross-entropy; larger pulls longer'),
  }),
  perExample: (terms, { epsilon }) => terms.expectation((logProb) => sub(mul(expm1(logProb), -epsilon), logProb)),
});
