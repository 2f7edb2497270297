import { paper } from '@surprisal/core';
import { type Tensor, add, div, mean, mul, neg, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import type { SegmentationTerms } from './segmentation-terms.js';

/** What the Tversky index makes of errors: the weights of false positives and of false negatives, and what is added to both ends of the fraction. */
export interface TverskyWeights {
  readonly alpha: number;
  readonly beta: number;
  readonly smooth: number;
}

/** Minus the mean over images and classes of `(TP + s) / (TP + alpha FP + beta FN + s)`, of soft counts. */
export function tverskyOf({ probs, targets }: SegmentationTerms, { alpha, beta, smooth }: TverskyWeights): Tensor {
  const count = (of: Tensor) => sum(of, [1, 2]); // [B, C]
  const right = count(mul(probs, targets));
  const [predicted, actual] = [count(probs), count(targets)];
  const errors = add(mul(sub(predicted, right), alpha), mul(sub(actual, right), beta));
  return neg(mean(div(add(right, smooth), add(add(right, errors), smooth))));
}

const smooth = z
  .number()
  .gt(0)
  .default(1e-5)
  .describe('keeps the index defined for a class that is neither there nor predicted');

/**
 * Tversky loss: overlap of prediction and mask in which false positives and false negatives have weights of their own, from -1 (equal) to 0.
 *
 * @param params `alpha` >= 0, default 0.3; `beta` >= 0, default 0.7, by which misses cost more; `smooth` > 0, default 1e-5
 *
 * Salehi, Erdogmus, Gholipour: Tversky loss function for image segmentation using 3D fully convolutional deep networks, 2017, arXiv:1706.05721.
 *
 * @example
 * console.log(tversky()([[[9, 9]]], [[[1, 0]]]).dataSync()[0]!.toFixed(3)); // -0.385
 */
export const tversky = defineSegmentationLoss({
  name: 'tversky',
  summary: 'Overlap with weights for false alarms and for misses.',
  formula: '−mean (TP + s) / (TP + α FP + β FN + s)',
  params: z.object({
    alpha: z.number().min(0).default(0.3).meta({ upTo: 1, step: 0.05 }).describe('weight of false positives'),
    beta: z.number().min(0).default(0.7).meta({ upTo: 1, step: 0.05 }).describe('weight of false negatives'),
    smooth,
  }),
  ofBatch: tverskyOf,
});

/**
 * Dice loss: minus the mean over images and classes (the background is one) of `(2 sum p t + s) / (sum p + sum t + s)`, from -1 (equal) to 0. It is
 * the Tversky loss with both weights at a half.
 *
 * @param params `smooth` s > 0, default 1e-5: a class that is neither there nor predicted counts as found
 *
 * Milletari, Navab, Ahmadi: V-Net, 2016, arXiv:1606.04797.
 *
 * @example
 * console.log(softDice()([[[9, 9]]], [[[1, 0]]]).dataSync()[0]!.toFixed(3)); // -0.333
 */
export const softDice = defineSegmentationLoss({
  name: 'soft-dice',
  summary: 'Overlap of prediction and mask, class by class.',
  formula: '−mean (2 Σ p t + s) / (Σ p + Σ t + s)',
  paper: paper(40),
  params: z.object({ smooth }),
  ofBatch: (terms, params) => diceOf(terms, params.smooth),
});

/** {@link softDice} of terms. */
export const diceOf = (terms: SegmentationTerms, smoothing = 1e-5): Tensor =>
  tverskyOf(terms, { alpha: 0.5, beta: 0.5, smooth: smoothing / 2 });

/**
 * Cross-entropy and Dice loss together: the strong baseline that topology losses have to beat.
 *
 * @param params `smooth` of the Dice loss > 0, default 1e-5
 *
 * Valverde, Koga, Otsuka, Dahl: TopoMortar, 2025, arXiv:2503.03365.
 *
 * @example
 * console.log(ceDice()([[[0, 0]]], [[[1, 0]]]).dataSync()[0]!.toFixed(4)); // 0.1931
 */
export const ceDice = defineSegmentationLoss({
  name: 'ce-dice',
  summary: 'Cross-entropy plus Dice loss: the baseline to beat.',
  formula: '−mean log p_y + Dice',
  paper: paper(40),
  params: z.object({ smooth }),
  ofBatch: (terms, params) => add(mean(terms.crossEntropies), diceOf(terms, params.smooth)),
});
