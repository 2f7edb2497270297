import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, normals, numbersOf, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const logSoftmaxKernel = (logits: tf.Tensor) =>
  tf.engine().runKernel('LogSoftmax', { logits }, { axis: -1 } as never) as tf.Tensor;

describe.each([
  ['softmax', (x: tf.Tensor) => tf.softmax(x), (x: tf.Tensor) => tf.softmax(x)],
  ['logSoftmax', logSoftmaxKernel, (x: tf.Tensor) => tf.logSoftmax(x)],
] as const)('%s', (name, compute, reference) => {
  /** Exponentials, their sum and the quotient, here and on cpu; a logarithm is off by this in absolute terms, as well. */
  const bound = (value: number) => 1e-6 * Math.abs(value) + (name === 'softmax' ? 2 ** -126 : 1e-6);

  it('equals that of the cpu backend on any shape, also with NaN, infinities and masks', () =>
    fc.assert(
      fc.asyncProperty(
        shape().filter(({ length }) => length > 0),
        seed,
        fc.boolean(),
        async (shape, at, wild) => {
          const x = normals(shape, at, wild);
          const { here, there } = await onBoth(
            () => [compute(put(x))],
            () => [reference(put(x))],
          );
          expectWithin(here[0]!, there[0]!, bound);
        },
      ),
      { numRuns: 150 },
    ));

  it('is stable: extreme logits give limits, masked ones nothing', async () => {
    const rows = [
      [1e30, -1e30, 1e30],
      [-Infinity, 0, 1],
      [3e38, -3e38, 0],
      [-1e4, -1e4, -1e4],
      [88, -88, 0],
      [-200, -201, -300],
    ];
    const { here, there } = await onBoth(
      () => [compute(tf.tensor2d(rows))],
      () => [reference(tf.tensor2d(rows))],
    );
    expectWithin(here[0]!, there[0]!, bound);
    expect(here[0]!.data.some(Number.isNaN)).toBe(false);
  });

  it('adds up over many classes', () => {
    const x = normals([3, 32_001], 5);
    const y = numbersOf(() => compute(put(x)))[0]!.data;
    for (let row = 0; row < 3; row++) {
      const p = Array.from(y.slice(row * 32_001, (row + 1) * 32_001), Number);
      const total = p.reduce((sum, value) => sum + (name === 'softmax' ? value : Math.exp(value)), 0);
      expect(Math.abs(total - 1)).toBeLessThan(1e-6);
    }
  });

  it('has the gradient of its definition', () => {
    const [x, weights] = [
      [0.5, -1, 2, 0.1],
      [1, -2, 0.5, 3],
    ];
    const value = (x: number[]) => {
      const e = x.map(Math.exp);
      const sum = e.reduce((a, b) => a + b);
      return e.reduce((total, y, i) => total + weights[i]! * (name === 'softmax' ? y / sum : Math.log(y / sum)), 0);
    };
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => tf.sum(tf.mul(compute(x), weights)))(tf.tensor1d(x))
        .dataSync(),
    );
    x.forEach((_, i) => {
      const moved = (h: number) => value(x.map((at, j) => (i === j ? at + h : at)));
      expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    });
  });
});
