import { type NdArray, type Random, ndarray } from '@surprisal/core';
import { type SmallDigits, PIXELS } from '../shared/small-digits.js';

/** One digit is normal, and all others are not. */
export interface OneClassTask {
  /** Normal digits, `[n, 64]`, less their mean. */
  readonly normal: NdArray<Float32Array>;
  /** Digits of all classes, `[m, 64]`, less the same mean. */
  readonly test: NdArray<Float32Array>;
  /** `[m]`, 1 for what is not normal. */
  readonly labels: Int32Array;
}

/** A random half of the training digits of one class, and all test digits. */
export function taskOf(digit: number, digits: { train: SmallDigits; test: SmallDigits }, random: Random): OneClassTask {
  const { train, test } = digits;
  const own = Array.from(train.labels.keys()).filter((i) => train.labels[i] === digit);
  const half = random.permutation(own.length).subarray(0, Math.ceil(own.length / 2));
  const normal = rowsAt(
    train.pixels,
    Array.from(half, (i) => own[i]!),
  );
  const mean = new Float64Array(PIXELS);
  normal.forEach((value, i) => (mean[i % PIXELS]! += (value * PIXELS) / normal.length));
  const centred = (pixels: Float32Array) =>
    ndarray(Float32Array.from(pixels, (value, i) => value - mean[i % PIXELS]!), [pixels.length / PIXELS, PIXELS]); // prettier-ignore
  return {
    normal: centred(normal),
    test: centred(test.pixels),
    labels: test.labels.map((label) => Number(label !== digit)),
  };
}

/** Some rows of 64, one after another. */
export function rowsAt(pixels: Float32Array, indices: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(indices.length * PIXELS);
  for (let i = 0; i < indices.length; i++)
    rows.set(pixels.subarray(indices[i]! * PIXELS, (indices[i]! + 1) * PIXELS), i * PIXELS);
  return rows;
}
