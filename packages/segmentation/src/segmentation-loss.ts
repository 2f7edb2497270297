import { DomainError, type Method, type MethodInfo, ShapeError, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  concat,
  expandDims,
  mul,
  readsAtOnce,
  tidy,
  toTensor,
  zerosLike,
} from '@surprisal/core/tensor';
import type { z } from 'zod';
import { readSegmentationMasks } from './segmentation-masks.js';
import { SegmentationTerms } from './segmentation-terms.js';

/**
 * A loss of the logits and masks of a batch of images: one number.
 *
 * @example
 * const loss = softDice();
 * console.log(loss([[[9, -9], [9, -9]]], [[[1, 0], [1, 0]]]).dataSync()[0]!.toFixed(3)); // -1.000
 */
export interface SegmentationLoss {
  /**
   * @param logits `[batch, height, width, classes]` scores, class 0 is the background; or `[batch, height, width]` (with or without a
   * last 1), the log-odds of the foreground. -Infinity masks a class
   * @param masks `[batch, height, width]` class indices (with or without a last 1), or `[batch, height, width, classes]` probabilities
   * @returns a scalar
   * @throws ShapeError for other shapes; DomainError for masks out of range and logits that are NaN
   */
  (logits: TensorLike, masks: TensorLike, options?: SegmentationLossOptions): Tensor;
  readonly method: string;
  /** The same loss for `model.compile({ loss: loss.keras })`. tfjs wants masks of the outputs' shape: one-hot, or of one channel for one logit. */
  readonly keras: (masks: Tensor, logits: Tensor) => Tensor;
}

/** What a loss may be told beside logits and masks. */
export interface SegmentationLossOptions {
  /** How much of the training is done, from 0 to 1. Some losses wait with a term until it is learnt where things are. Default 1. */
  readonly progress?: number;
}

declare module '@surprisal/core' {
  interface Kinds {
    'segmentation-loss': SegmentationLoss;
  }
}

/** A segmentation loss's metadata and its maths. */
export interface SegmentationLossDefinition<S extends z.ZodObject> extends Omit<
  MethodInfo<'segmentation-loss', S>,
  'kind'
> {
  /** The loss of the batch, a scalar. */
  readonly ofBatch: (terms: SegmentationTerms, params: z.output<S>) => Tensor;
}

/**
 * Makes a method of the kind from the maths of a batch; shapes, forms of logits and masks, checks, memory and the keras form are the same for all.
 *
 * @example
 * import { z } from 'zod';
 *
 * const meanError = defineSegmentationLoss({
 *   name: 'mean-error',
 *   summary: 'The probability of being wrong about a pixel.',
 *   params: z.object({}),
 *   ofBatch: ({ probs, targets }) => sub(1, mean(sum(mul(probs, targets), 3))),
 * });
 * console.log(meanError()([[[0, 0]]], [[[1, 0]]]).dataSync()[0]); // 0.5
 */
export function defineSegmentationLoss<S extends z.ZodObject>({
  ofBatch,
  ...info
}: SegmentationLossDefinition<S>): Method<'segmentation-loss', S, SegmentationLoss> {
  return defineMethod<'segmentation-loss', S, SegmentationLoss>({ kind: 'segmentation-loss', ...info }, (params) =>
    makeSegmentationLoss(info.name, (terms) => ofBatch(terms, params)),
  );
}

/**
 * A sum of losses with weights, as one loss: what is trained well is often one loss of pixels and one of shapes.
 *
 * @example
 * const loss = weightedSum([[pixelCrossEntropy(), 1], [softDice(), 0.5]]);
 * console.log(loss([[[0, 0]]], [[[1, 0]]]).dataSync()[0]!.toFixed(4)); // 0.4431
 */
export function weightedSum(parts: readonly (readonly [loss: SegmentationLoss, weight: number])[]): SegmentationLoss {
  const name = parts.map(([{ method }, weight]) => (weight === 1 ? method : `${weight} ${method}`)).join(' + ');
  const loss = (...given: Parameters<SegmentationLoss>): Tensor =>
    tidy(() => parts.map(([part, weight]) => mul(part(...given), weight)).reduce((total, part) => add(total, part)));
  return Object.assign(loss, { method: name, keras: (masks: Tensor, logits: Tensor) => loss(logits, masks) });
}

function makeSegmentationLoss(name: string, ofBatch: (terms: SegmentationTerms) => Tensor): SegmentationLoss {
  const loss = (logits: TensorLike, masks: TensorLike, { progress = 1 }: SegmentationLossOptions = {}): Tensor =>
    tidy(() => {
      if (!(progress >= 0 && progress <= 1))
        throw new DomainError(`${name}: progress must be from 0 to 1, got ${progress}`);
      const scores = classScores(name, toTensor(logits));
      checkScores(name, scores);
      return ofBatch(new SegmentationTerms(name, scores, readSegmentationMasks(name, masks, scores.shape), progress));
    });
  return Object.assign(loss, { method: name, keras: (masks: Tensor, logits: Tensor) => loss(logits, masks) });
}

/** Logits of every class: log-odds of the foreground are its logit beside one of 0. */
function classScores(owner: string, logits: Tensor): Tensor {
  const { shape } = logits;
  const some = shape.every((length) => length > 0);
  if (shape.length === 4 && some && shape[3]! > 1) return logits;
  if ((shape.length === 3 || shape.length === 4) && some) {
    const odds = shape.length === 3 ? expandDims(logits, 3) : logits;
    return concat([zerosLike(odds), odds], 3);
  }
  throw new ShapeError(
    `${owner}: logits must be [batch, height, width, classes] or [batch, height, width], at least one pixel, got [${shape.join(', ')}]`,
  );
}

/** A pixel has a softmax when its largest logit is a finite number. */
function checkScores(owner: string, logits: Tensor): void {
  if (!readsAtOnce()) return;
  const classes = logits.shape[3]!;
  const scores = logits.dataSync();
  for (let pixel = 0; pixel * classes < scores.length; pixel++) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, scores[pixel * classes + c]!); // NaN stays NaN
    if (Number.isFinite(largest)) continue;
    const got = largest === -Infinity ? 'no finite logit' : String(largest);
    throw new DomainError(
      `${owner}: logits must be numbers below Infinity with one finite in each pixel, got ${got} in pixel ${pixel}; if this came up in training, the model has diverged: lower the learning rate`,
    );
  }
}
