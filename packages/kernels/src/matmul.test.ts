import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, size, useKernels } from '../test/both.js';

beforeAll(useKernels);

/** A sum of k products is off by at most (k + 1) roundings of the sum of their sizes; the other side as well. */
const bound = (k: number, sizes: ArrayLike<number>) => (_: number, i: number) =>
  2 * (k + 1) * EPSILON * sizes[i]! + 1e-37;

const transposed = (yes: boolean, [rows, columns]: [number, number]) => (yes ? [columns, rows] : [rows, columns]);

/** Stacks that go together, and what they are broadcast to. */
const stacks = fc.constantFrom<[number[], number[]]>(
  ...([
    [[], []],
    [[3], [3]],
    [[1], [3]],
    [[3], [1]],
    [
      [2, 1],
      [1, 3],
    ],
    [[2], []],
    [[], [2, 2]],
    [[0], [1]],
  ] as [number[], number[]][]),
);

async function expectProduct(a: ReturnType<typeof normals>, b: typeof a, transposeA: boolean, transposeB: boolean) {
  const stack = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const spread = (x: typeof a) => tf.broadcastTo(put(x), [...stack, ...x.shape.slice(-2)]); // cpu broadcasts some stacks wrong
  const { here, there } = await onBoth(
    () => [tf.matMul(put(a), put(b), transposeA, transposeB)],
    () => {
      const [x, y] = [spread(a), spread(b)];
      return [tf.matMul(x, y, transposeA, transposeB), tf.matMul(tf.abs(x), tf.abs(y), transposeA, transposeB)];
    },
  );
  expectWithin(here[0]!, there[0]!, bound(a.shape.at(transposeA ? -2 : -1)!, there[1]!.data));
}

describe('the matrix product', () => {
  it('equals that of the cpu backend in every transposition, stacked and broadcast', () =>
    fc.assert(
      fc.asyncProperty(
        ...([stacks, size(), size(), size(), fc.boolean(), fc.boolean(), seed] as const),
        async ([left, right], m, n, k, transposeA, transposeB, at) => {
          const a = normals([...left, ...transposed(transposeA, [m, k])], at);
          const b = normals([...right, ...transposed(transposeB, [k, n])], at + 1);
          await expectProduct(a, b, transposeA, transposeB);
        },
      ),
      { numRuns: 300 },
    ));

  it.each([
    [130, 270, 330],
    [5, 2049, 3],
    [4097, 3, 5],
    [257, 9, 513],
  ])('crosses its blocks: %d x %d over %d', async (m, n, k) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = normals(transposed(transposeA, [m, k]), 1);
        await expectProduct(a, normals(transposed(transposeB, [k, n]), 2), transposeA, transposeB);
      }
    }
  });

  it('carries NaN and infinities to where they belong, and no further', async () => {
    const [m, n, k] = [7, 11, 9];
    for (const at of [3, 17, 62]) {
      for (const value of [NaN, Infinity, -Infinity]) {
        const a = normals([m, k], at);
        a.data[at] = value;
        await expectProduct(a, normals([k, n], at + 1), false, false);
      }
    }
  });

  it('refuses what does not fit, in words', () => {
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([2, 3]))).toThrow(
      'matMul: inner dimensions must be equal, got [2,3] and [2,3]',
    );
    expect(() => tf.matMul(tf.zeros([2, 3], 'int32'), tf.zeros([3, 2], 'int32'))).toThrow(
      'matMul: a and b must be float32, got int32 and int32; cast them first',
    );
  });
});

const activations = ['linear', 'relu', 'relu6', 'elu', 'leakyrelu', 'prelu', 'sigmoid'] as const;

describe('the layer of product, bias and activation', () => {
  it.each(activations)('equals that of the cpu backend: %s', (activation) =>
    fc.assert(
      fc.asyncProperty(
        ...([size(9), size(9), size(9), fc.boolean(), fc.constantFrom('none', 'row', 'one'), seed] as const),
        async (m, n, k, transposeB, kind, at) => {
          fc.pre(m * n * k > 0);
          const [a, b] = [normals([1, m, k], at), normals([1, ...transposed(transposeB, [k, n])], at + 1)];
          const [bias, slopes] = [normals(kind === 'one' ? [1] : [n], at + 2), normals([n], at + 3)];
          const { here, there } = await onBoth(() => {
            const inputs = { a: put(a), b: put(b), ...(kind !== 'none' && { bias: put(bias) }) };
            const prelu = activation === 'prelu' && { preluActivationWeights: put(slopes) };
            const attrs = { transposeA: false, transposeB, activation, leakyreluAlpha: 0.2 };
            const product = tf.matMul(tf.abs(inputs.a), tf.abs(inputs.b), false, transposeB);
            const layer = tf.engine().runKernel('_FusedMatMul', { ...inputs, ...prelu }, attrs) as tf.Tensor;
            return [layer, tf.add(product, tf.abs(inputs.bias ?? tf.scalar(0)))];
          });
          const steepest = Math.max(1, ...slopes.data.map(Math.abs));
          expectWithin(here[0]!, there[0]!, (value, i) => steepest * bound(k + 2, there[1]!.data)(value, i) + 4e-7);
        },
      ),
      { numRuns: 40 },
    ),
  );

  it('keeps NaN', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'leakyrelu'] as const) {
      const layer = tf.fused.matMul({
        a: tf.tensor2d([[NaN, 1, -1, 2, 3]], [1, 5]).transpose() as tf.Tensor2D,
        b: tf.ones([1, 5]),
        bias: tf.zeros([5]),
        activation,
      });
      expect(Array.from(layer.dataSync()).map(Number.isNaN)).toEqual(Array.from({ length: 25 }, (_, i) => i < 5));
    }
  });
});
