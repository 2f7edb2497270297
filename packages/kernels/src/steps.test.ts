import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Host, expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

/** The same numbers, whole ones, and truths. */
const kinds = (x: Host): tf.Tensor[] => {
  const numbers = put(x);
  const whole = tf.cast(tf.round(put(normals(x.shape, 1))), 'int32');
  return [numbers, whole, tf.greater(numbers, 0)];
};

/** What is computed of each kind of elements, with the kernels and on cpu. */
async function expectSame(x: Host, compute: (x: tf.Tensor) => tf.Tensor[]): Promise<void> {
  const { here, there } = await onBoth(() => kinds(x).flatMap(compute));
  here.forEach((got, i) => expectWithin(got, there[i]!, () => 0));
}

/** Of a seed, a whole number in [0, n] for each axis. */
const upTo = (seed: number, axis: number, n: number) => (seed * (axis + 3) * 7919) % (n + 1);

const property = (compute: (x: tf.Tensor, seed: number) => tf.Tensor[]) => () =>
  fc.assert(
    fc.asyncProperty(shape(), seed, (shape, at) => expectSame(normals(shape, at, true), (x) => compute(x, at))),
    { numRuns: 60 },
  );

describe('parts of tensors, of any shape and kind, equal those of the cpu backend', () => {
  it(
    'when steps are made, forwards and backwards',
    property((x, seed) => {
      if (x.rank === 0) return [];
      const strides = x.shape.map((_, axis) => [1, 2, -1, 3, -2][upTo(seed, axis, 4)]!);
      const begin = x.shape.map((size, axis) => (strides[axis]! > 0 ? 0 : size) + upTo(seed, axis, 2) - 1);
      const end = x.shape.map((size, axis) => (strides[axis]! > 0 ? size : -size - 1) + upTo(seed + 1, axis, 2) - 1);
      const [beginMask, shrink] = [upTo(seed, 5, 15), x.shape[0] === 0 ? 0 : 1];
      return [
        tf.stridedSlice(x, begin, end, strides, beginMask, upTo(seed, 6, 15)),
        ...(shrink ? [tf.stridedSlice(x, [0], [1], [1], 0, 0, 0, 0, 1)] : []),
      ];
    }),
  );

  it(
    'when they are turned round',
    property((x, seed) => [
      tf.reverse(x, x.shape.flatMap((_, axis) => (upTo(seed, axis, 1) === 1 ? [axis] : []))), // prettier-ignore
      tf.reverse(x),
    ]),
  );

  it(
    'when they are repeated',
    property((x, seed) => (x.rank === 0 ? [] : [tf.tile(x, x.shape.map((_, axis) => upTo(seed, axis, 3)))])), // prettier-ignore
  );

  it(
    'when they are broadcast, and chosen by truths that are',
    property((x) => {
      const wide = tf.broadcastTo(tf.expandDims(x, 0), [3, ...x.shape]);
      return [wide, tf.where(tf.reshape(tf.greater([1, 0, 1], 0), [3, ...x.shape.map(() => 1)]), wide, x)];
    }),
  );
});

it('keeps whole numbers whole', () => {
  expect(tf.stridedSlice(tf.tensor1d([1, 2, 3], 'int32'), [0], [3], [2]).dtype).toBe('int32');
});
