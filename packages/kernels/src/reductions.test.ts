import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const functions = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
} as Record<string, (x: tf.Tensor, axes?: number[], keepDims?: boolean) => tf.Tensor>;

/** A shape, some of its axes (perhaps counted from the end), and whether they stay. */
const reductions = shape().chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.subarray(shape.map((_, axis) => axis)).chain((axes) =>
      fc.constantFrom(
        axes,
        axes.map((axis) => axis - shape.length),
      ),
    ),
    fc.boolean(),
  ),
);

const sizeOver = (shape: number[], axes: number[]) => axes.reduce((product, axis) => product * shape.at(axis)!, 1);

describe.each(Object.keys(functions))('%s', (name) => {
  const compute = functions[name]!;

  it('equals that of the cpu backend over any axes, also with NaN and infinities', () =>
    fc.assert(
      fc.asyncProperty(reductions, seed, fc.boolean(), async ([shape, axes, keepDims], at, wild) => {
        fc.pre(name === 'sum' || name === 'mean' || sizeOver(shape, axes) > 0); // of none, cpu has no largest
        const x = normals(shape, at, wild);
        const sizes = { shape, data: x.data.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)) };
        const { here, there } = await onBoth(
          () => [compute(put(x), axes, keepDims)],
          () => [compute(put(x), axes, keepDims), compute(put(sizes), axes, keepDims)],
        );
        // Once rounded here, and once for each axis where axes lie apart; cpu divides before it sums.
        const roundings = name === 'mean' ? 6 + sizeOver(shape, axes) : 6;
        expectWithin(here[0]!, there[0]!, (_, i) => roundings * EPSILON * Math.abs(there[1]!.data[i]!) + 1e-44);
      }),
      { numRuns: 200 },
    ));

  it.each([
    [[200_003], [0]],
    [[3, 1000, 37], [1]],
    [[513, 3], [0]],
    [
      [2, 129, 16],
      [0, 1],
    ],
    [
      [9, 5, 7, 33],
      [1, 3],
    ],
  ])('crosses its blocks: %j over %j', async (shape, axes) => {
    const x = normals(shape, 7);
    const { here, there } = await onBoth(
      () => [compute(put(x), axes)],
      () => [compute(put(x), axes), compute(tf.abs(put(x)), axes)],
    );
    const roundings = name === 'mean' ? 6 + sizeOver(shape, axes) : 6;
    expectWithin(here[0]!, there[0]!, (_, i) => roundings * EPSILON * Math.abs(there[1]!.data[i]!));
  });

  it('leaves whole numbers to tfjs', async () => {
    const x = { shape: [2, 3], data: Int32Array.from([3, -1, 2, 7, 7, 1]) };
    const { here, there } = await onBoth(() => [compute(put(x), [1])]);
    expectWithin(here[0]!, there[0]!, (value) => 2 * EPSILON * Math.abs(value));
  });

  it('has the gradient of its definition', () => {
    const x = tf.tensor2d([1, 5, 2, -3, 0.5, -7], [2, 3]);
    const [gradient] = tf.grads((x: tf.Tensor) => tf.mul(compute(x, [1]), [2, 3]))([x]);
    const expected = {
      sum: [2, 2, 2, 3, 3, 3],
      mean: [2 / 3, 2 / 3, 2 / 3, 1, 1, 1],
      max: [0, 2, 0, 0, 3, 0],
      min: [2, 0, 0, 0, 0, 3],
    }[name]!;
    Array.from(gradient!.dataSync()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });
});

describe('sums', () => {
  it('of twenty million ones are twenty million, and their mean is one', () => {
    tf.tidy(() => {
      const ones = tf.ones([20_000_000]);
      expect(tf.sum(ones).dataSync()[0]).toBe(20_000_000);
      expect(tf.mean(ones).dataSync()[0]).toBe(1);
      expect(tf.sum(tf.reshape(ones, [10_000_000, 2]), 0).arraySync()).toEqual([10_000_000, 10_000_000]);
    });
  });

  it('keep what is left when large numbers cancel', () => {
    const x = tf.tensor1d(Array.from({ length: 3000 }, (_, i) => [1e15, 1, -1e15][i % 3]!));
    expect(tf.sum(x).dataSync()[0]).toBe(1000);
  });

  it('are infinite or NaN only where they should be', () => {
    expect(tf.sum([Infinity, 1, 2, 3, 4]).dataSync()[0]).toBe(Infinity);
    expect(tf.sum([Infinity, 1, -Infinity, 3, 4]).dataSync()[0]).toBeNaN();
    expect(tf.sum(tf.fill([100], 3e38)).dataSync()[0]).toBe(Infinity);
  });
});

it('of none, the largest is -Infinity and the least Infinity', () => {
  const none = tf.zeros([2, 0, 3]);
  expect(tf.max(none, [1]).arraySync()).toEqual(Array(2).fill(Array(3).fill(-Infinity)));
  expect(tf.min(none, [1, 2]).arraySync()).toEqual([Infinity, Infinity]);
  expect(tf.sum(none).arraySync()).toBe(0);
});
