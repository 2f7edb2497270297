import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const flags = fc.record({ axis: fc.nat(3), exclusive: fc.boolean(), reverse: fc.boolean() });

describe.each([
  ['cumsum', tf.cumsum],
  ['cumprod', tf.cumprod],
] as const)('%s', (name, compute) => {
  it('equals that of the cpu backend along any axis, also with NaN and infinities', () =>
    fc.assert(
      fc.asyncProperty(
        shape().filter(({ length }) => length > 0),
        flags,
        seed,
        async (shape, { axis, exclusive, reverse }, at) => {
          const x = normals(shape, at, at % 2 === 0);
          const { here, there } = await onBoth(() => [compute(put(x), axis % shape.length, exclusive, reverse)]);
          // cpu rounds at each of at most eight numbers below 6, and a product that was denormal more coarsely
          const bound = (value: number) =>
            name === 'cumsum' ? 8 * EPSILON * 48 : 16 * EPSILON * Math.abs(value) + 6 ** 8 * 2 ** -149;
          expectWithin(here[0]!, there[0]!, bound);
        },
      ),
      { numRuns: 100 },
    ));

  it('leaves whole numbers to tfjs', async () => {
    const x = { shape: [3], data: Int32Array.of(2, -3, 4) };
    const { here, there } = await onBoth(() => [compute(put(x))]);
    expectWithin(here[0]!, there[0]!, () => 0);
  });
});

it('goes on growing where float32 would not', () => {
  const sums = tf.cumsum(tf.concat([tf.tensor1d([2 ** 24]), tf.ones([1000])]));
  expect(sums.dataSync()[1000]).toBe(2 ** 24 + 1000);
});
