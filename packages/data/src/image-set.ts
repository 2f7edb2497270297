import { DomainError, type NdArray, type Random, ndarray } from '@surprisal/core';

/** Labelled images as bytes: 60,000 digits take 47 MB. */
export interface ImageSet {
  /** `[length, height, width, channels]`, row-major, 0..255. */
  readonly images: Uint8Array;
  /** `[length]` class indices. */
  readonly labels: Int32Array;
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** A data set for image classification. */
export interface ImageClassificationData {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
}

declare module '@surprisal/core' {
  interface Datasets {
    mnist: ImageClassificationData;
  }
}

/** The number of bytes of one image. */
export const imageSize = ({ height, width, channels }: ImageSet): number => height * width * channels;

/**
 * The images at the given indices, in their order.
 *
 * @example
 * subset(mnist.train, [5, 0]).labels; // the labels of the sixth and the first digit
 */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  const size = imageSize(set);
  const images = new Uint8Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(Number.isInteger(index) && index >= 0 && index < set.length)) {
      throw new DomainError(`subset: indices must be whole numbers from 0 to ${set.length - 1}, got ${index} at ${i}`);
    }
    images.set(set.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = set.labels[index]!;
  }
  return { ...set, images, labels, length: indices.length };
}

/**
 * Splits a set at random into disjoint parts of the given sizes; what is left over is dropped.
 *
 * @param sizes numbers of images (whole numbers), or shares (all at most 1, sum at most 1)
 * @throws DomainError when the set is too small
 *
 * @example
 * const [train, validation] = split(mnist.train, [0.9, 0.1], new Random(1));
 */
export function split(set: ImageSet, sizes: readonly number[], random: Random): ImageSet[] {
  const shares = sizes.every((size) => size <= 1) && sizes.reduce((sum, size) => sum + size, 0) <= 1 + 1e-9;
  const counts = shares ? sizes.map((size) => Math.floor(size * set.length + 1e-9)) : sizes;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.some((count) => !(Number.isInteger(count) && count >= 0)) || total > set.length) {
    throw new DomainError(
      `split: sizes must be whole numbers with a sum of at most ${set.length}, or shares with a sum of at most 1, got ${sizes.join(', ')}`,
    );
  }
  const order = random.permutation(set.length);
  let begin = 0;
  return counts.map((count) => subset(set, order.subarray(begin, (begin += count))));
}

/** Images as numbers from 0 to 1, with their labels. */
export interface Batch {
  /** `[batch, height, width, channels]` */
  readonly images: NdArray<Float32Array>;
  /** `[batch]` */
  readonly labels: Int32Array;
}

export interface BatchOptions {
  /** Default 64. */
  readonly batchSize?: number;
  /** Shuffles; without it the images come in order. */
  readonly random?: Random;
  /** Leaves out a last batch that is smaller; default false. */
  readonly dropLast?: boolean;
}

/**
 * Goes through a set once, batch by batch.
 *
 * @example
 * for (const { images, labels } of batches(mnist.train, { batchSize: 128, random })) train(images, labels);
 */
export function* batches(
  set: ImageSet,
  { batchSize = 64, random, dropLast = false }: BatchOptions = {},
): Generator<Batch> {
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new DomainError(`batches: batchSize must be a whole number from 1 on, got ${batchSize}`);
  const order = random?.permutation(set.length) ?? Int32Array.from({ length: set.length }, (_, i) => i);
  for (let at = 0; at < set.length; at += batchSize) {
    const indices = order.subarray(at, at + batchSize);
    if (dropLast && indices.length < batchSize) return;
    yield gather(set, indices);
  }
}

/** All images as numbers from 0 to 1. */
export const toFloat = (set: ImageSet): NdArray<Float32Array> =>
  ndarray(
    Float32Array.from(set.images, (byte) => byte / 255),
    [set.length, set.height, set.width, set.channels],
  );

function gather(set: ImageSet, indices: Int32Array): Batch {
  const size = imageSize(set);
  const pixels = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, i) => {
    for (let k = 0; k < size; k++) pixels[i * size + k] = set.images[index * size + k]! / 255;
    labels[i] = set.labels[index]!;
  });
  return { images: ndarray(pixels, [indices.length, set.height, set.width, set.channels]), labels };
}
