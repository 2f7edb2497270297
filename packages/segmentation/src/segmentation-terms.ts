import { ndarray, sizeOf } from '@surprisal/core';
import {
  type Tensor,
  cast,
  greater,
  logSoftmax,
  mul,
  neg,
  oneHot,
  slice,
  softmax,
  squeeze,
  sum,
  tensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { type Masks, argMaxOfRows, readNow } from './segmentation-masks.js';
import { type Mask, imagesOf } from './topology/mask.js';

/** What a segmentation loss is computed from, each made when first asked for. Class 0 is the background. */
export class SegmentationTerms {
  #logProbs: Tensor | undefined;
  #probs: Tensor | undefined;
  #targets: Tensor | undefined;

  constructor(
    readonly owner: string,
    /** `[batch, height, width, classes]`, two classes at least. */
    readonly logits: Tensor,
    readonly masks: Masks,
    /** How much of the training is done, from 0 to 1. */
    readonly progress: number,
  ) {}

  /** `[batch, height, width, classes]` */
  get shape(): readonly [number, number, number, number] {
    return this.logits.shape as [number, number, number, number];
  }

  /** All classes but the background: 1, 2, ... */
  get foreground(): number[] {
    return Array.from({ length: this.shape[3] - 1 }, (_, i) => i + 1);
  }

  /** Log-softmax of the logits over the classes. */
  get logProbs(): Tensor {
    return (this.#logProbs ??= logSoftmax(this.logits));
  }

  /** Softmax of the logits over the classes. */
  get probs(): Tensor {
    return (this.#probs ??= softmax(this.logits));
  }

  /** The masks as probabilities of the classes; one-hot for class indices. */
  get targets(): Tensor {
    const { tensor: given } = this.masks;
    return (this.#targets ??= given.rank === 4 ? given : cast(oneHot(given, this.shape[3]), 'float32'));
  }

  /** The probability of a class, `[batch, height, width]`. */
  probsOf(c: number): Tensor {
    return channel(this.probs, c);
  }

  /** The target of a class, `[batch, height, width]`. */
  targetsOf(c: number): Tensor {
    return channel(this.targets, c);
  }

  /** Minus the expectation over the target of the log-probability, in nats: `[batch, height, width]`. */
  get crossEntropies(): Tensor {
    const none = zerosLike(this.logProbs); // a class that is masked by -Infinity, and no target, counts nothing
    return neg(sum(mul(this.targets, where(greater(this.targets, 0), this.logProbs, none)), 3));
  }

  /** Where each image is of a class, on the host; of soft masks, where the class is the likeliest. */
  masksOf(c: number): Mask[] {
    return this.#whereClassIs(c, this.masks.labels());
  }

  /** Where each image is predicted to be of a class, on the host. */
  predictionsOf(c: number): Mask[] {
    return this.#whereClassIs(c, argMaxOfRows(this.read(this.logits), this.shape[3]));
  }

  /** The numbers of a tensor, at once. */
  read(given: Tensor): Float32Array | Int32Array {
    return readNow(this.owner, given);
  }

  /** A constant for each pixel from what is computed of each image on the host: `[batch, height, width]`. */
  perImage(images: readonly { readonly data: ArrayLike<number> }[]): Tensor {
    const [batch, height, width] = this.shape;
    const all = new Float32Array(sizeOf([batch, height, width]));
    images.forEach(({ data }, i) => all.set(data, i * height * width));
    return tensor(all, [batch, height, width]);
  }

  #whereClassIs(c: number, labels: Int32Array): Mask[] {
    return imagesOf(
      ndarray(
        labels.map((label) => (label === c ? 1 : 0)),
        this.shape.slice(0, 3),
      ),
    );
  }
}

/** One class of `[batch, height, width, classes]`: `[batch, height, width]`. */
const channel = (all: Tensor, c: number): Tensor => squeeze(slice(all, [0, 0, 0, c], [-1, -1, -1, 1]), [3]);
