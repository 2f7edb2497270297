import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const exactly = () => 0;

describe('transposition', () => {
  it.each([
    ['float32', (x: tf.Tensor) => x],
    ['int32', (x: tf.Tensor) => tf.cast(tf.mul(x, 100), 'int32')],
    ['bool', (x: tf.Tensor) => tf.greater(x, 0)],
  ] as const)('equals that of the cpu backend, in every permutation: %s', (dtype, of) =>
    fc.assert(
      fc.asyncProperty(
        shape(6).chain((shape) =>
          fc.tuple(
            fc.constant(shape),
            fc.shuffledSubarray(
              shape.map((_, axis) => axis),
              { minLength: shape.length },
            ),
          ),
        ),
        seed,
        async ([shape, perm], at) => {
          const x = normals(shape, at, dtype === 'float32');
          const { here, there } = await onBoth(() => [tf.transpose(of(put(x)), perm)]);
          expectWithin(here[0]!, there[0]!, exactly);
        },
      ),
      { numRuns: 150 },
    ),
  );

  it.each([
    [
      [67, 129],
      [1, 0],
    ],
    [
      [3, 35, 18],
      [0, 2, 1],
    ],
    [
      [5, 6, 19, 33],
      [2, 0, 3, 1],
    ],
    [
      [17, 3, 40],
      [1, 0, 2],
    ],
  ])('crosses its blocks: %j by %j', async (shape, perm) => {
    const x = normals(shape, 3);
    const { here, there } = await onBoth(() => [tf.transpose(put(x), perm)]);
    expectWithin(here[0]!, there[0]!, exactly);
  });

  it('shares the memory of what stays in its order, and outlives it', () => {
    const x = tf.tensor2d([[1, 2, 3]]);
    const y = tf.transpose(x);
    x.dispose();
    expect(y.arraySync()).toEqual([[1], [2], [3]]);
    y.dispose();
  });
});
