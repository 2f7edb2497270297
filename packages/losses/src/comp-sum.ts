import { paper } from '@surprisal/core';
import { type Tensor, softmaxCrossEntropy } from '@surprisal/core/tensor';
import { z } from 'zod';
import type { Labels } from './labels.js';
import { defineLoss } from './loss.js';

/** The comp-sum loss of each example, `[batch]`, as a part for other losses to build on. */
export const compSumOf = (logits: Tensor, { tensor }: Labels, tau: number): Tensor =>
  softmaxCrossEntropy(logits, tensor, { tau });

/**
 * The comp-sum loss, Phi_tau(u) with u = sum over the wrong classes of exp(h_y' - h_y) = 1/p_y - 1:
 *
 * `loss = ((1 + u)^(1 - tau) - 1) / (1 - tau) = (1 - p_y^(tau - 1)) / (tau - 1)`, and `-log p_y` at tau = 1.
 *
 * tau = 0 is the sum-exponential loss, 1 cross-entropy, 1 < tau < 2 generalized cross-entropy with q = tau - 1, 2 mean absolute
 * error. Larger tau is more robust to label noise and slower to fit; for tau > 1 the loss is at most 1 / (tau - 1). For tau < 1
 * a confidently wrong prediction may give Infinity.
 *
 * @param params `tau` >= 0, default 1
 * @throws DomainError when tau is negative
 *
 * Mao, Mohri, Zhong: Cross-Entropy Loss Functions: Theoretical Analysis and Applications, ICML 2023, arXiv:2304.07288.
 *
 * @example
 * console.log(compSum({ tau: 1.5 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1628
 */
export const compSum = defineLoss({
  name: 'comp-sum',
  summary: 'One parameter from sum-exponential (0) over cross-entropy (1) to mean absolute error (2).',
  formula: '(1 − p_y^(τ−1)) / (τ−1)',
  paper: paper(1),
  params: z.object({
    tau: z
      .number()
      .min(0)
      .default(1)
      .meta({ upTo: 3, step: 0.05 })
      .describe('0: sum-exponential, 1: cross-entropy, 2: mean absolute error; larger is more robust to label noise'),
  }),
  perExample: ({ logits, labels }, { tau }) => compSumOf(logits, labels, tau),
});

/**
 * Cross-entropy (logistic loss), `-log p_y`: the comp-sum loss at tau = 1, and the baseline of all others.
 *
 * @example
 * console.log(crossEntropy()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1698
 */
export const crossEntropy = defineLoss({
  name: 'cross-entropy',
  summary: 'The surprisal of the label: minus the log of its probability.',
  formula: '−log p_y',
  paper: paper(1),
  params: z.object({}),
  perExample: ({ logits, labels }) => compSumOf(logits, labels, 1),
});

/**
 * Generalized cross-entropy, `(1 - p_y^alpha) / alpha`: between cross-entropy (alpha -> 0) and mean absolute error (alpha = 1);
 * the comp-sum loss at tau = 1 + alpha. Many libraries call alpha q.
 *
 * @param params `alpha` in (0, 1], default 0.7
 * @throws DomainError when alpha is out of range
 *
 * Zhang, Sabuncu: Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018, arXiv:1805.07836.
 *
 * @example
 * console.log(generalizedCrossEntropy({ alpha: 0.7 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1601
 */
export const generalizedCrossEntropy = defineLoss({
  name: 'generalized-cross-entropy',
  summary: 'Between cross-entropy and mean absolute error: fits less of wrong labels.',
  formula: '(1 − p_y^α) / α',
  paper: paper(1),
  params: z.object({
    alpha: z
      .number()
      .gt(0)
      .max(1)
      .default(0.7)
      .meta({ step: 0.05 })
      .describe('towards 0: cross-entropy, 1: mean absolute error'),
  }),
  perExample: ({ logits, labels }, { alpha }) => compSumOf(logits, labels, 1 + alpha),
});

/**
 * Sum-exponential loss, `1 / p_y - 1`: the comp-sum loss at tau = 0. Unbounded and steep: it wants a small learning rate, and
 * gives Infinity where p_y is below about 1e-38.
 *
 * @example
 * console.log(sumExponential()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1851
 */
export const sumExponential = defineLoss({
  name: 'sum-exponential',
  summary: 'Steeper than cross-entropy: wrong predictions weigh exponentially.',
  formula: '1 / p_y − 1',
  paper: paper(1),
  params: z.object({}),
  perExample: ({ logits, labels }) => compSumOf(logits, labels, 0),
});

/**
 * Mean absolute error of the probabilities, `1 - p_y` (half the L1 distance to the label): the comp-sum loss at tau = 2. Robust to
 * label noise, but it fits slowly and collapses with many classes.
 *
 * @example
 * console.log(meanAbsoluteError()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1562
 */
export const meanAbsoluteError = defineLoss({
  name: 'mean-absolute-error',
  summary: 'Bounded and symmetric: robust to label noise, slow to fit.',
  formula: '1 − p_y',
  paper: paper(1),
  params: z.object({}),
  perExample: ({ logits, labels }) => compSumOf(logits, labels, 2),
});
