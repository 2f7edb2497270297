import { defineMethod } from '@surprisal/core';
import { add, mul, softmaxKullbackLeibler } from '@surprisal/core/tensor';
import { z } from 'zod';
import { type AdversarialLoss, makeAdversarialLoss } from './adversarial-loss.js';

/**
 * TRADES: cross-entropy of the clean input, plus `beta` times the divergence of the perturbed prediction from the clean one,
 * `-log p_y + beta KL(p || p')`. Gradients flow through both.
 *
 * @param params `beta` >= 0 (6)
 * @throws DomainError when beta is below 0
 *
 * Zhang, Yu, Jiao, Xing, El Ghaoui, Jordan: Theoretically Principled Trade-off between Robustness and Accuracy, 2019, arXiv:1901.08573.
 *
 * @example
 * console.log(trades()([[2, 0]], [[1, 0.5]], [0]).dataSync()[0]!.toFixed(4)); // 1.1370
 */
export const trades = defineMethod(
  {
    kind: 'adversarial-loss',
    name: 'trades',
    summary: 'Cross-entropy of the clean input, plus how far a perturbation moves the prediction.',
    formula: '−log p_y + β KL(p ‖ p′)',
    params: z.object({ beta: betaOf(6) }),
  },
  ({ beta }): AdversarialLoss =>
    makeAdversarialLoss('trades', (clean, perturbed) =>
      add(clean.surprisal, mul(softmaxKullbackLeibler(clean.logits, perturbed.logits), beta)),
    ),
);

/** The weight of the term that is about perturbations. */
export function betaOf(byDefault: number) {
  return z.number().min(0).default(byDefault).meta({ upTo: 20, step: 0.5 }).describe('weight of the divergence from the clean prediction'); // prettier-ignore
}
