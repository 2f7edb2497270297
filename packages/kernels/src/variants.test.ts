import { setFlagsFromString } from 'node:v8';
import { inflateSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type * as Binary from '#binary';
import { useKernels } from '../test/both.js';
import { readBinary } from './module.js';

/**
 * The kernels come in two variants, and a host takes one: Node the relaxed one from 22 on, and the plain one before. Here is the
 * other: Node 20 has relaxed SIMD behind a flag, and later ones are told that both are plain. All tests of what multiplies run
 * in it once more.
 */
const relaxedByItself = vi.hoisted(() => Number(process.versions.node.split('.')[0]) >= 22);
if (!relaxedByItself) setFlagsFromString('--experimental-wasm-relaxed-simd');

vi.mock('#binary', async (original) => {
  const binary = await original<typeof Binary>();
  return relaxedByItself ? { ...binary, relaxed: binary.plain } : binary;
});

describe(`the ${relaxedByItself ? 'plain' : 'relaxed'} variant`, async () => {
  const binary = await vi.importActual<typeof Binary>('#binary');
  beforeAll(useKernels);

  it('is the one that runs here', async () => {
    const other = relaxedByItself ? binary.plain : binary.relaxed;
    expect(Buffer.compare(await readBinary(false), inflateSync(Buffer.from(other, 'base64')))).toBe(0);
  });

  it('rounds a product before the sum, or not at all where it is relaxed and the processor fuses the two', () => {
    const a = 1 + 2 ** -12; // its square, 1 + 2^-11 + 2^-24, is rounded to 1 + 2^-11
    const [difference] = tf.tidy(() => tf.matMul([[-1, a]], [[1 + 2 ** -11], [a]]).dataSync());
    expect(relaxedByItself ? [0] : [0, 2 ** -24]).toContain(difference);
  });

  await import('./matmul.test.js');
  await import('./convolution.test.js');
});
