import { paper } from '@surprisal/core';
import {
  type Tensor,
  abs,
  add,
  cast,
  defineFused,
  div,
  expandDims,
  expm1,
  fill,
  greater,
  log1p,
  max,
  maximum,
  mean,
  minimum,
  mul,
  oneHot,
  softmax,
  softplus,
  squeeze,
  sub,
  sum,
  topk,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { withoutHiding } from './labels.js';
import { type LossTerms, defineLoss } from './loss.js';
import { marginViolations } from './margins.js';

/** How scores are brought to mean 1 before they are compared. */
export type ScoreNormalization = 'none' | 'softplus+mean' | 'l1mean';

/** Parameters that the label-distributionally robust losses share. */
export const ldrParams = {
  margin: z
    .number()
    .min(0)
    .default(0.1)
    .meta({ upTo: 2, step: 0.05 })
    .describe('by how much the label must lead; added to the scores of the other classes'),
  normalize: z
    .enum(['none', 'softplus+mean', 'l1mean'])
    .default('softplus+mean')
    .describe('scores as they are, softplus of them over its mean, or over the mean of their absolute values'),
};

/**
 * The scores in another scale: softplus(f) over its mean over the classes, or f over the mean of |f|. A masked class counts 0 in
 * the mean and stays masked by `l1mean`.
 */
export function normalizeScores(scores: Tensor, normalization: ScoreNormalization): Tensor {
  if (normalization === 'none') return scores;
  if (normalization === 'softplus+mean') {
    const positive = softplus(scores);
    return div(positive, maximum(mean(positive, 1, true), SMALLEST_MEAN));
  }
  const possible = greater(scores, -Infinity);
  const finite = where(possible, scores, zerosLike(scores));
  return where(possible, div(finite, add(mean(abs(finite), 1, true), SMALLEST_MEAN)), scores);
}

/** All scores are as good as 0 below it. */
const SMALLEST_MEAN = 1e-12;

const withTemperature = (differences: Tensor, temperature: Tensor) => {
  const worst = minimum(max(differences, 1, true), LARGEST); // [B, 1]
  return { worst, scaled: div(sub(differences, worst), temperature) };
};

/** Leaves room for a sum in float32. */
const LARGEST = 1e38;

/**
 * `max_p sum_k p_k d_k - lambda KL(p | uniform) = lambda log( mean_k exp(d_k / lambda) )` of scores `[B, K]`, for one-hot labels
 * `[B, K]` and temperatures lambda `[B, 1]` or `[1, 1]`. By Danskin's theorem its gradient is the worst case p = softmax(d / lambda)
 * minus the label.
 */
const ldrKlKernel = defineFused<{ readonly margin: number }>('LdrKl', {
  forward([scores], [label, temperature], { margin }) {
    const { worst, scaled } = withTemperature(marginViolations(scores!, label!, margin), temperature!);
    // log1p and expm1: with a large temperature all exponents are near 0
    return squeeze(add(worst, mul(temperature!, log1p(mean(expm1(scaled), 1, true)))), [1]);
  },
  gradient(dy, [scores], [label, temperature], { margin }) {
    const differences = minimum(marginViolations(scores!, label!, margin), LARGEST);
    const { scaled } = withTemperature(differences, temperature!);
    return [mul(expandDims(dy, 1), sub(softmax(scaled), label!))];
  },
});

/** The LDR-KL loss of each example, `[B]`, for scores that are normalised already: a part for the adaptive form. */
export const ldrKlOf = (scores: Tensor, oneHotLabels: Tensor, temperature: Tensor, margin: number): Tensor =>
  ldrKlKernel([scores], [oneHotLabels, temperature], { margin });

/** The mean of the k largest d of scores `[B, K]`; its gradient is the worst case, uniform on these k, minus the label. */
const ldrKKernel = defineFused<{ readonly k: number; readonly margin: number }>('LdrK', {
  forward([scores], [label], { k, margin }) {
    const differences = marginViolations(scores!, label!, margin);
    const share = largest(differences, k);
    return sum(where(greater(share, 0), mul(share, differences), zerosLike(share)), 1);
  },
  gradient(dy, [scores], [label], { k, margin }) {
    const share = largest(marginViolations(scores!, label!, margin), k);
    return [mul(expandDims(dy, 1), sub(share, label!))];
  },
});

/** The mean of the k largest margin violations of each example, `[B]`: a part for top-k hinge losses. */
export const ldrKOf = (scores: Tensor, oneHotLabels: Tensor, k: number, margin: number): Tensor =>
  ldrKKernel([scores], [oneHotLabels], { k, margin });

/** `[B, K]`, uniform on the k largest of each row (on fewer when classes are masked), 0 elsewhere. */
export function largest(differences: Tensor, k: number): Tensor {
  const classes = differences.shape[1]!;
  const { indices } = topk(differences, Math.min(k, classes));
  const chosen = sum(cast(oneHot(indices, classes), 'float32'), 1);
  const possible = where(greater(differences, -Infinity), chosen, zerosLike(chosen));
  return div(possible, sum(possible, 1, true));
}

/**
 * LDR-KL, the label-distributionally robust loss, `lambda log( 1/K sum_k exp(d_k / lambda) )` with the margin violations
 * `d_k = f_k - f_y + margin [k != y]` of normalised scores f: the worst mean of d over distributions of labels near the uniform
 * one. With lambda towards 0 it is the largest d (Crammer-Singer), with lambda towards infinity their mean, whose minimum uniform label
 * noise does not move; at lambda 1 without margin and normalisation it is cross-entropy minus log K. It can be negative.
 *
 * @param params `lambda` >= 0 (1): 0 gives the largest d, 1e30 the mean; for wrong labels the authors take 10, with normalisation. `margin` >= 0 (0.1).
 * `normalize` (`softplus+mean`): softplus of the scores over its mean, the scores over the mean of their absolute values (`l1mean`), or
 * the scores as they are (`none`: then a constant added to all changes nothing)
 * @throws DomainError when a parameter is out of range
 *
 * Zhu, Ying, Yang: Label Distributionally Robust Losses for Multi-class Classification, ICML 2023, arXiv:2112.14869.
 *
 * @example
 * console.log(ldrKl({ lambda: 10 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // -0.9448
 */
export const ldrKl = defineLoss({
  name: 'ldr-kl',
  summary:
    'The worst mean margin violation near the uniform one: a temperature from the hinge to a mean that wrong labels mislead less.',
  formula: 'λ log(1/K Σ_k exp((f_k − f_y + m[k≠y])/λ))',
  paper: paper(11),
  params: z.object({
    lambda: z
      .number()
      .min(0)
      .max(1e30)
      .default(1)
      .meta({ upTo: 20, step: 0.1 })
      .describe('temperature; 0: the largest violation, large: their mean; for wrong labels the authors take 10'),
    ...ldrParams,
  }),
  perExample: (terms, { lambda, margin, normalize }) =>
    robustLoss(terms, normalize, (label, scores) =>
      lambda === 0 ? ldrKOf(scores, label, 1, margin) : ldrKlOf(scores, label, fill([1, 1], lambda), margin),
    ),
});

/**
 * LDR-k, the mean of the k largest margin violations `d_k = f_k - f_y + margin [k != y]`: the worst mean over distributions that give
 * no label more than 1/k. k = 1 is LDR-KL at lambda 0, k = K its limit at infinity.
 *
 * @param params `k` >= 1 (2), at most the number of classes counts; `margin`, `normalize` as in {@link ldrKl}
 * @throws DomainError when a parameter is out of range
 *
 * Zhu, Ying, Yang: Label Distributionally Robust Losses for Multi-class Classification, ICML 2023, arXiv:2112.14869.
 *
 * @example
 * console.log(ldrK({ k: 1, normalize: 'none' })([[2, 0, 1.5]], [0]).dataSync()[0]!.toFixed(4)); // 0.0000
 */
export const ldrK = defineLoss({
  name: 'ldr-k',
  summary: 'The mean of the k largest margin violations.',
  formula: '1/k Σ_{i≤k} d_[i], d_j = f_j − f_y + m[j≠y]',
  paper: paper(11),
  params: z.object({
    k: z.int().min(1).default(2).meta({ upTo: 10, step: 1 }).describe('how many of the largest violations count'),
    ...ldrParams,
  }),
  perExample: (terms, { k, margin, normalize }) =>
    robustLoss(terms, normalize, (label, scores) => ldrKOf(scores, label, k, margin)),
});

/** The expectation over the label of a loss of normalised scores, `[B]`. */
export const robustLoss = (
  terms: LossTerms,
  normalization: ScoreNormalization,
  f: (label: Tensor, ...rows: Tensor[]) => Tensor,
  ...perExample: Tensor[]
): Tensor =>
  withoutHiding(
    terms.expectationOverLabels(f, normalizeScores(terms.logits, normalization), ...perExample),
    terms.logits,
  );
