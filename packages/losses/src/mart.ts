import { defineMethod } from '@surprisal/core';
import {
  type Tensor,
  add,
  argMax,
  cast,
  exp,
  greater,
  log,
  mul,
  neg,
  oneHot,
  softmaxKullbackLeibler,
  stopGradient,
  sub,
  sum,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { type AdversarialLoss, makeAdversarialLoss } from './adversarial-loss.js';
import type { LossTerms } from './loss.js';
import { betaOf } from './trades.js';

/** The official code's guards against logarithms and weights of 0. */
const [MARGIN, LEAST, WEIGHT] = [1.0001, 1e-12, 1.0000001];

/**
 * MART: a boosted cross-entropy of the perturbed input, and `beta` times the divergence of the perturbed prediction from the clean one,
 * weighed by how wrong the clean one is: `-log p'_y - log(1 - max_{k != y} p'_k) + beta KL(p || p') (1 - p_y)`. Gradients flow through everything.
 *
 * @param params `beta` >= 0 (6)
 * @throws DomainError when beta is below 0
 *
 * Wang, Zou, Yi, Bailey, Ma, Gu: Improving Adversarial Robustness Requires Revisiting Misclassified Examples, ICLR 2020.
 *
 * @example
 * console.log(mart()([[2, 0]], [[1, 0.5]], [0]).dataSync()[0]!.toFixed(4)); // 1.0684
 */
export const mart = defineMethod(
  {
    kind: 'adversarial-loss',
    name: 'mart',
    summary: 'Boosted cross-entropy of the perturbed input, and its divergence where the clean one is wrong.',
    formula: '−log p′_y − log(1 − max_{k≠y} p′_k) + β KL(p ‖ p′) (1 − p_y)',
    params: z.object({ beta: betaOf(6) }),
  },
  ({ beta }): AdversarialLoss =>
    makeAdversarialLoss('mart', (clean, perturbed) => {
      const wrong = sub(WEIGHT, sum(mul(exp(clean.logProbs), clean.targets), 1));
      const moved = softmaxKullbackLeibler(clean.logits, perturbed.logits);
      return add(boosted(perturbed), mul(mul(moved, wrong), beta));
    }),
);

/**
 * Cross-entropy, and minus the log of how far the most probable wrong class is from 1. That distance is the sum of all other
 * probabilities: in float32 the difference would lose most of its digits where it is small.
 */
function boosted(terms: LossTerms): Tensor {
  const probs = exp(terms.logProbs);
  const others = stopGradient((p, targets) => sub(1, runnerUp(p!, greater(targets!, 0))), [probs, terms.targets]);
  return add(terms.surprisal, neg(log(add(sum(mul(probs, others), 1), MARGIN - 1 + LEAST))));
}

/** 1 at the most probable of the classes that are not the label, and 0 elsewhere. */
const runnerUp = (probs: Tensor, isLabel: Tensor): Tensor => {
  const best = argMax(where(isLabel, sub(0, 1), probs), 1);
  return where(isLabel, zerosLike(probs), cast(oneHot(best, probs.shape[1]!), 'float32'));
};
