import { DomainError, type NdArray, type Random, ShapeError, ndarray } from '@surprisal/core';
import { stratify } from './stratify.js';

/** Labelled images as bytes: 60,000 digits take 47 MB. */
export interface ImageSet {
  /** What people call it: `'mnist train'`. */
  readonly name?: string;
  /** `[length, height, width, channels]`, row-major, 0..255. */
  readonly images: Uint8Array;
  /** `[length]` class indices, 0..classes - 1. */
  readonly labels: Int32Array;
  /** The number of images. */
  readonly length: number;
  readonly height: number;
  readonly width: number;
  /** 1: grey; 3: red, green, blue. */
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
export const imageSize = ({ height, width, channels }: Pick<ImageSet, 'height' | 'width' | 'channels'>): number =>
  height * width * channels;

/**
 * Checks that the arrays of a set are as long as it says.
 *
 * @param owner the function that was given the set: the message begins with it
 * @throws ShapeError
 */
export function checkImageSet(owner: string, set: ImageSet): void {
  const { images, labels, length, height, width, channels } = set;
  const bytes = length * imageSize(set);
  if (images.length !== bytes) {
    const shape = [length, height, width, channels].join(', ');
    throw new ShapeError(`${owner}: images must be [${shape}], ${bytes} bytes, got ${images.length}`);
  }
  if (labels.length !== length)
    throw new ShapeError(`${owner}: labels must be [${length}], one per image, got [${labels.length}]`);
}

/**
 * The images at the given indices, in their order, copied.
 *
 * @throws DomainError for an index out of range
 *
 * @example
 * const { train } = await loadMnist();
 * console.log(train.labels.subarray(0, 6).join(), subset(train, [5, 0]).labels.join()); // 5,0,4,1,9,2 2,5
 */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  checkImageSet('subset', set);
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

export interface SplitOptions {
  /**
   * Spreads each class evenly over the parts: where classes are as large as each other, a part has its share to within two images.
   * Default false.
   */
  readonly stratified?: boolean;
}

/**
 * Splits a set at random into disjoint parts of the given sizes; what is left over is dropped. Shares that sum to 1 leave
 * nothing over.
 *
 * @param sizes numbers of images (whole numbers), or shares (none above 1, sum at most 1)
 * @throws DomainError when the set is too small
 *
 * @example
 * const { train } = await loadMnist();
 * const [learn, validate] = split(train, [0.9, 0.1], new Random(1), { stratified: true });
 * console.log(learn!.length, validate!.length); // 54000 6000
 */
export function split(
  set: ImageSet,
  sizes: readonly number[],
  random: Random,
  { stratified = false }: SplitOptions = {},
): ImageSet[] {
  const ends = partEnds(sizes, set.length);
  const shuffled = random.permutation(set.length);
  const order = stratified ? stratify(shuffled, set) : shuffled;
  return ends.map((end, part) => subset(set, order.subarray(ends[part - 1] ?? 0, end)));
}

/** Where each part ends when all lie one after the other. */
function partEnds(sizes: readonly number[], length: number): number[] {
  let total = 0;
  const sums = sizes.map((size) => (total += size));
  const shares = total <= 1 + 1e-9 && sizes.every((size) => size >= 0 && size <= 1);
  if (shares) return sums.map((sum) => Math.round(Math.min(1, sum) * length));
  if (total > length || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new DomainError(
      `split: sizes must be whole numbers with a sum of at most ${length}, or shares with a sum of at most 1, got ${sizes.join(', ')}`,
    );
  }
  return sums;
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
 * Goes through a set once, batch by batch. A batch's arrays are its own: they stay as they are when the next one comes.
 *
 * @throws DomainError when the batch size is no whole number from 1 on
 *
 * @example
 * const { train } = await loadMnist();
 * let seen = 0;
 * for (const { labels } of batches(train, { batchSize: 128, random: new Random(1) })) seen += labels.length;
 * console.log(seen); // 60000
 */
export function* batches(
  set: ImageSet,
  { batchSize = 64, random, dropLast = false }: BatchOptions = {},
): Generator<Batch, void, void> {
  checkImageSet('batches', set);
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new DomainError(`batches: batchSize must be a whole number from 1 on, got ${batchSize}`);
  const order = random?.permutation(set.length);
  const end = dropLast ? set.length - (set.length % batchSize) : set.length;
  for (let begin = 0; begin < end; begin += batchSize) {
    yield gather(set, begin, Math.min(begin + batchSize, end), order);
  }
}

/**
 * All images as numbers from 0 to 1, `[length, height, width, channels]`: four times the memory of the bytes.
 *
 * @example
 * const { test } = await loadMnist();
 * console.log(toFloat(subset(test, [0])).shape); // [ 1, 28, 28, 1 ]
 */
export function toFloat(set: ImageSet): NdArray<Float32Array> {
  checkImageSet('toFloat', set);
  return gather(set, 0, set.length).images;
}

/** The images from begin to end of an order: as they lie, unless one is given. */
function gather(set: ImageSet, begin: number, end: number, order?: Int32Array): Batch {
  const { images, labels, height, width, channels } = set;
  const size = imageSize(set);
  const pixels = new Float32Array((end - begin) * size);
  const chosen = new Int32Array(end - begin);
  for (let i = 0, to = 0; i < chosen.length; i++) {
    const index = order ? order[begin + i]! : begin + i;
    chosen[i] = labels[index]!;
    for (let from = index * size; from < (index + 1) * size; from++) pixels[to++] = images[from]! / 255;
  }
  return { images: ndarray(pixels, [chosen.length, height, width, channels]), labels: chosen };
}
