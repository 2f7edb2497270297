import { Random, ndarray } from '@surprisal/core';
import { type Tensor, toTensor } from '@surprisal/core/tensor';
import type { ImageClassificationData, ImageSet } from '@surprisal/data';
import { smallImages } from './small-images.js';

/** Pixels of a small digit. */
export const PIXELS = 64;

/** Digits of 8 x 8 pixels from 0 to 1. */
export interface SmallDigits {
  /** `[length, 64]` */
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** A fixed part of MNIST in 8 x 8: the same digits for every seed. */
export function smallDigits({ train, test }: ImageClassificationData, trainSize: number, testSize: number) {
  const part = (set: ImageSet, size: number): SmallDigits => {
    const chosen = new Random(0).split('part').permutation(set.length).subarray(0, size);
    const pixels = Float32Array.from(smallImages(set, chosen).flatMap((image) => [...image]));
    return { pixels, labels: Int32Array.from(chosen, (index) => set.labels[index]!) };
  };
  return { train: part(train, trainSize), test: part(test, testSize) };
}

/** The pixels of some digits, `[indices, 64]`. */
export function pixelsOf({ pixels }: SmallDigits, indices: Int32Array): Tensor {
  const chosen = new Float32Array(indices.length * PIXELS);
  indices.forEach((index, i) => chosen.set(pixels.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS));
  return toTensor(ndarray(chosen, [indices.length, PIXELS]));
}

/** The pixels of all digits, `[length, 64]`. */
export const allPixels = ({ pixels, labels }: SmallDigits): Tensor =>
  toTensor(ndarray(pixels, [labels.length, PIXELS]));
