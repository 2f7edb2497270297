import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { expectWithin, normals, onBoth, put, seed, useKernels } from '../test/both.js';

beforeAll(useKernels);

const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 100, 127, 128));
const parts = (z: tf.Tensor) => [tf.real(z), tf.imag(z)];

it("tfjs's own operations on complex numbers give what they give on cpu", () =>
  fc.assert(
    fc.asyncProperty(length, fc.integer({ min: 1, max: 4 }), seed, async (n, rows, at) => {
      const [re, im] = [normals([rows, n], at), normals([rows, n], at + 1)];
      const { here, there } = await onBoth(() => {
        const z = tf.complex(put(re), put(im));
        return [
          ...parts(z),
          ...parts(tf.spectral.fft(z)),
          ...parts(tf.spectral.ifft(z)),
          ...parts(tf.spectral.rfft(put(re))),
          tf.spectral.irfft(z),
        ];
      });
      here.forEach((part, i) => expectWithin(part, there[i]!, () => 4e-6 * Math.sqrt(n) * Math.log2(n + 1)));
    }),
    { numRuns: 15 },
  ));

it('complex numbers are read as pairs', async () => {
  const z = tf.complex([1, 2], [3, 4]);
  expect(Array.from(z.dataSync())).toEqual([1, 3, 2, 4]);
  expect(Array.from(await z.reshape([2, 1]).data())).toEqual([1, 3, 2, 4]);
});

it('each row of many is transformed as it would be alone, bit for bit', () => {
  for (const n of [7, 32, 30]) {
    const { data } = normals([37, n], n);
    const transform = (rows: number, from: number) =>
      tf.tidy(() => {
        const x = tf.tensor(data.slice(from * n, (from + rows) * n), [1, rows, n]);
        const both = tf.concat([x, tf.zerosLike(x)]);
        const [y] = tf.engine().runKernel<tf.Tensor[]>('SurprisalFourier', { x: both }, { inverse: false });
        return y!.arraySync() as number[][][];
      });
    const all = transform(37, 0);
    for (const row of [0, 16, 20, 36]) {
      expect(transform(1, row)).toEqual(all.map((part) => [part[row]]));
    }
  }
});

it('NaN stays in its row', () => {
  const x = tf.tensor2d([1, NaN, 3, 4, 5, 6], [2, 3]);
  const y = tf.real(tf.spectral.fft(tf.complex(x, tf.zerosLike(x)))).arraySync() as number[][];
  expect(y[0]!.every(Number.isNaN)).toBe(true);
  y[1]!.forEach((value, k) => expect(value).toBeCloseTo([15, -1.5, -1.5][k]!, 5));
});
