import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const functions = {
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
} as const;

/** Two shapes that go together: of one shape, each has some axes of size 1, and may lack the first ones. */
const pair = fc
  .tuple(shape(5), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }), fc.nat(5), fc.nat(5))
  .map(([shape, spread, a, b]) =>
    [a, b].map((dropped, side) =>
      shape
        .map((size, axis) => (spread[axis] === side ? 1 : size))
        .slice(side === 0 ? Math.min(dropped, 1) && dropped : 0),
    ),
  );

/** Numbers of which some are equal, NaN, infinite and zero. */
const numbers = (shape: number[], seed: number) => {
  const { data } = normals(shape, seed, true);
  return { shape, data: data.map((x, i) => (i % 3 === 0 ? Math.round(x) : x)) };
};

describe.each(Object.entries(functions))('%s', (name, compute) => {
  /** A difference and its square are rounded. */
  const bound = (value: number) => (name === 'squaredDifference' ? 4 * EPSILON * value + 2 ** -126 : 0);

  it('equals that of the cpu backend on shapes that are spread over each other, also with NaN and infinities', () =>
    fc.assert(
      fc.asyncProperty(pair, seed, async ([left, right], at) => {
        const [a, b] = [numbers(left!, at), numbers(right!, at + 1)];
        const { here, there } = await onBoth(() => [compute(put(a), put(b)), compute(put(b), put(a))]);
        here.forEach((got, i) => expectWithin(got, there[i]!, bound));
      }),
      { numRuns: 60 },
    ));

  it('equals that of the cpu backend on whole numbers', () => expectSameOfWhole(compute));
});

/** On shapes that are spread over each other. */
const expectSameOfWhole = (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
  fc.assert(
    fc.asyncProperty(pair, seed, async ([left, right], at) => {
      const whole = (shape: number[], seed: number) => {
        const { data } = normals(shape, seed);
        return { shape, data: Int32Array.from(data, (x) => Math.round(3 * x)) };
      };
      const [a, b] = [whole(left!, at), whole(right!, at + 1)];
      const { here, there } = await onBoth(() => [compute(put(a), put(b)), compute(put(b), put(a))]);
      here.forEach((got, i) => expectWithin(got, there[i]!, () => 0));
    }),
    { numRuns: 40 },
  );

describe.each(Object.entries({ add: tf.add, sub: tf.sub, mul: tf.mul }))('%s', (_, compute) => {
  it('equals that of the cpu backend on whole numbers', () => expectSameOfWhole(compute));

  it('leaves other numbers to tfjs', async () => {
    const [a, b] = [normals([3, 5], 1, true), normals([5], 2)];
    const { here, there } = await onBoth(() => [compute(put(a), put(b))]);
    expectWithin(here[0]!, there[0]!, () => 0);
  });
});

describe('truths', () => {
  const truths = (shape: number[], seed: number) => tf.greater(put(normals(shape, seed)), 0);

  it('are joined, and choose, as on the cpu backend', () =>
    fc.assert(
      fc.asyncProperty(shape(), seed, async (shape, at) => {
        const [x, y] = [normals(shape, at, true), normals(shape, at + 1, true)];
        const whole = (x: tf.Tensor) => tf.cast(tf.round(x), 'int32');
        const { here, there } = await onBoth(() => {
          const [a, b] = [truths(shape, at + 2), truths(shape, at + 3)];
          const [t, e] = [normals(shape, at), normals(shape, at + 1)].map((x) => whole(put(x))) as [
            tf.Tensor,
            tf.Tensor,
          ];
          const joined = [tf.logicalAnd(a, b), tf.logicalOr(a, b)];
          return [...joined, tf.where(a, put(x), put(y)), tf.where(a, t, e), tf.where(a, b, truths(shape, at + 4))];
        });
        here.forEach((got, i) => expectWithin(got, there[i]!, () => 0));
      }),
      { numRuns: 100 },
    ));

  it('write nowhere but where they belong when they are chosen', () => {
    const [condition, yes, no] = [truths([67], 1), truths([67], 2), truths([67], 3)];
    const neighbours = Array.from({ length: 50 }, () => [tf.where(condition, yes, no), tf.fill([67], 7, 'int32')]);
    for (const [, number] of neighbours) expect(number!.dataSync().every((value) => value === 7)).toBe(true);
    tf.dispose(neighbours);
  });

  it('are spread over each other', () =>
    fc.assert(
      fc.asyncProperty(pair, seed, async ([left, right], at) => {
        const { here, there } = await onBoth(() => {
          const [a, b] = [truths(left!, at), truths(right!, at + 1)];
          return [tf.logicalAnd(a, b), tf.logicalOr(b, a)];
        });
        here.forEach((got, i) => expectWithin(got, there[i]!, () => 0));
      }),
      { numRuns: 60 },
    ));
});
