import {
  type Tensor,
  fill,
  greater,
  mean,
  mul,
  relu,
  stopGradient,
  sum,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { compSumOf } from './comp-sum.js';
import { withoutHiding } from './labels.js';
import { largest, ldrKOf } from './ldr.js';
import { defineLoss } from './loss.js';
import { marginViolations } from './margins.js';

const margin = z
  .number()
  .min(0)
  .default(1)
  .meta({ upTo: 5, step: 0.1 })
  .describe('by how much the label must lead the other classes');

const k = z.int().min(1).default(2).meta({ upTo: 10, step: 1 });

/**
 * Crammer-Singer hinge, `max(0, max_{k != y} f_k - f_y + margin)`: LDR-k of plain scores with k = 1.
 *
 * @param params `margin` >= 0, default 1
 * @throws DomainError when the margin is negative
 *
 * Crammer, Singer: On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, JMLR 2001.
 *
 * @example
 * console.log(crammerSinger()([[2, 0, 1.5]], [0]).dataSync()[0]!.toFixed(4)); // 0.5000
 */
export const crammerSinger = defineLoss({
  name: 'crammer-singer',
  summary: 'Multiclass hinge: how far the strongest other class is from losing by the margin.',
  formula: 'max_k (f_k − f_y + m[k≠y])',
  params: z.object({ margin }),
  perExample: (terms, { margin }) =>
    withoutHiding(
      terms.expectationOverLabels((label, scores) => ldrKOf(scores!, label, 1, margin), terms.logits),
      terms.logits,
    ),
});

/**
 * Weston-Watkins hinge, the mean over all K classes of `max(0, f_k - f_y + margin)`, the label counting 0. Textbooks sum over the other
 * classes: that is K times as much.
 *
 * @param params `margin` >= 0, default 1
 * @throws DomainError when the margin is negative
 *
 * Weston, Watkins: Support Vector Machines for Multi-Class Pattern Recognition, ESANN 1999.
 *
 * @example
 * console.log(westonWatkins()([[2, 0, 1.5]], [0]).dataSync()[0]!.toFixed(4)); // 0.1667
 */
export const westonWatkins = defineLoss({
  name: 'weston-watkins',
  summary: 'Multiclass hinge: all other classes that do not lose by the margin count.',
  formula: '1/K Σ_{k≠y} max(0, f_k − f_y + m)',
  params: z.object({ margin }),
  perExample: (terms, { margin }) =>
    withoutHiding(
      terms.expectationOverLabels(
        (label, scores) => mean(relu(marginViolations(scores!, label, margin)), 1),
        terms.logits,
      ),
      terms.logits,
    ),
});

/**
 * Top-k hinge: of the margin violations `d_k = f_k - f_y + margin [k != y]`, the mean of the k largest, if that is positive (`alpha`), or
 * of the positive parts of the k largest (`beta`). Small when the label is among the k best.
 *
 * @param params `k` >= 1 (2), at most the number of classes counts; `margin` >= 0 (1); `variant` alpha or beta (alpha)
 * @throws DomainError when a parameter is out of range
 *
 * Lapin, Hein, Schiele: Loss Functions for Top-k Error: Analysis and Insights, 2016, arXiv:1512.00486.
 *
 * @example
 * console.log(topKHinge({ k: 2 })([[2, 0, 1.5, 2.5]], [0]).dataSync()[0]!.toFixed(4)); // 1.0000
 */
export const topKHinge = defineLoss({
  name: 'top-k-hinge',
  summary: 'The mean of the k largest margin violations, at least 0.',
  formula: 'max(0, 1/k Σ_{i≤k} d_[i])',
  params: z.object({
    k: k.describe('how many guesses count'),
    margin,
    variant: z
      .enum(['alpha', 'beta'])
      .default('alpha')
      .describe('positive part of the mean, or mean of positive parts'),
  }),
  perExample: (terms, { k, margin, variant }) =>
    withoutHiding(
      terms.expectationOverLabels((label, scores) => {
        if (variant === 'alpha') return relu(ldrKOf(scores!, label, k, margin));
        const violations = marginViolations(scores!, label, margin);
        const share = stopGradient((d) => largest(d, k), [violations]);
        return sum(where(greater(share, 0), mul(share, relu(violations)), zerosLike(share)), 1);
      }, terms.logits),
      terms.logits,
    ),
});

/**
 * Truncated top-k cross-entropy, `log(1 + sum_{j in J} exp(f_j - f_y))`, where J are the classes other than the label without the k - 1
 * strongest of them: near 0 when the label is among the k best. k = 1 is cross-entropy.
 *
 * @param params `k` >= 1, default 2
 * @throws DomainError when k is out of range
 *
 * Lapin, Hein, Schiele: Loss Functions for Top-k Error: Analysis and Insights, 2016, arXiv:1512.00486.
 *
 * @example
 * console.log(topKCrossEntropy({ k: 2 })([[2, 9, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.0486
 */
export const topKCrossEntropy = defineLoss({
  name: 'top-k-cross-entropy',
  summary: 'Cross-entropy that forgives the k − 1 strongest other classes.',
  formula: 'log(1 + Σ_{j∈J} exp(f_j − f_y))',
  params: z.object({ k: k.describe('how many guesses count; 1: cross-entropy') }),
  perExample: (terms, { k }) =>
    withoutHiding(
      terms.expectationOverLabels((label, logits) => {
        const forgiven = Math.min(k, logits!.shape[1]!) - 1;
        if (forgiven === 0) return compSumOf(logits!, { sparse: false, tensor: label }, 1);
        const masked = fill(logits!.shape, -Infinity);
        const others = (scores: Tensor) => largest(where(greater(label, 0), masked, scores), forgiven);
        const kept = where(greater(stopGradient(others, [logits!]), 0), masked, logits!);
        return compSumOf(kept, { sparse: false, tensor: label }, 1);
      }, terms.logits),
      terms.logits,
    ),
});
