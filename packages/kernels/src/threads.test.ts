import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normals, put, seed, size, useKernels, useThreads } from '../test/both.js';
import { installKernels } from './index.js';

beforeAll(useKernels);
afterAll(() => useThreads(1));

/** Computations give the same on 1, 2 and 4 threads, bit by bit. */
async function expectSame(computations: readonly (() => tf.Tensor)[]) {
  const results = [];
  for (const threads of [1, 2, 4]) {
    await useThreads(threads);
    results.push(computations.map((compute) => tf.tidy(() => new Int32Array(compute().dataSync().buffer))));
  }
  const [one, ...others] = results;
  for (const other of others) other.forEach((bits, i) => expect(bits, `computation ${i}`).toEqual(one![i]));
}

describe('results do not depend on the number of threads', () => {
  it('of products, in any transposition', () => {
    const cases = fc.tuple(size(300), size(600), size(700), fc.boolean(), fc.boolean(), seed);
    return expectSame(
      fc.sample(cases, { numRuns: 60, seed: 1 }).map(([m, n, k, transposeA, transposeB, at]) => () => {
        const a = put(normals(transposeA ? [k, m] : [m, k], at, true));
        const b = put(normals(transposeB ? [n, k] : [k, n], at + 1));
        return tf.matMul(a, b, transposeA, transposeB);
      }),
    );
  });

  it('of stacks of products', () => {
    const cases = fc.tuple(size(70), size(70), size(70), fc.boolean(), seed);
    return expectSame(
      fc.sample(cases, { numRuns: 40, seed: 2 }).map(([m, n, k, transposeB, at]) => () => {
        const a = put(normals([3, 8, m, k], at));
        const b = put(normals(transposeB ? [8, n, k] : [8, k, n], at + 1));
        return tf.matMul(a, b, false, transposeB);
      }),
    );
  });

  it('of layers and of what is done element by element', () => {
    const layer = () => {
      const [a, b] = [put(normals([700, 300], 1)), put(normals([300, 200], 2))] as [tf.Tensor2D, tf.Tensor2D];
      return tf.fused.matMul({ a, b, bias: put(normals([200], 3)), activation: 'relu' });
    };
    return expectSame([layer, () => tf.exp(layer()), () => tf.tanh(layer()), () => tf.sigmoid(layer())]);
  });
});

describe('threads', () => {
  it('leave nothing behind over 10,000 divided products', async () => {
    await useThreads(2);
    const [a, b] = [tf.ones([64, 16]), tf.ones([16, 600])];
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    const step = () => tf.tidy(() => void tf.matMul(a, b));
    step();
    const [before, bytes] = [tf.memory().numTensors, wasm.HEAPU8.length];
    for (let i = 0; i < 10_000; i++) step();
    expect(tf.memory().numTensors).toBe(before);
    expect(wasm.HEAPU8.length).toBe(bytes);
  });

  it('end with the backend, and start with the next one', async () => {
    await useThreads(3);
    const backend = tf.backend();
    const { factory, priority } = tf.engine().registryFactory['wasm']!;
    tf.removeBackend('wasm');
    expect(await installKernels(backend)).toBe(1);
    tf.registerBackend('wasm', factory, priority);
    await useThreads(2);
    expect(await installKernels(tf.backend())).toBe(2);
    expect(tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0])).toBe(11);
  });
});
