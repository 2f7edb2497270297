import * as tf from '@tensorflow/tfjs';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { expect } from 'vitest';
import { installKernels, provideBinary } from '../src/index.js';

/** Makes the wasm backend, with the kernels on two threads, the one in use. */
export const useKernels = (): Promise<void> => useThreads(2);

export async function useThreads(threads: number): Promise<void> {
  if (!tf.engine().registry['wasm']) await provideBinary(wasm); // findBackend would start it
  await tf.setBackend('wasm');
  await tf.ready();
  await installKernels(tf.backend(), { threads });
}

/** Numbers on the host, to make a tensor of on either backend. */
export interface Host {
  readonly shape: number[];
  readonly data: Float32Array | Int32Array;
}

export const put = ({ shape, data }: Host): tf.Tensor =>
  tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');

/** The numbers of what is computed. `tidy` would look for tensors in every element of an array that it returns. */
export function numbersOf(compute: () => tf.Tensor | tf.Tensor[]): Host[] {
  let hosts: Host[] = [];
  tf.tidy(() => {
    hosts = [compute()].flat().map((x) => ({ shape: x.shape, data: x.dataSync() as Float32Array }));
  });
  return hosts;
}

/** Computes the same with the kernels and, perhaps in another way, on tfjs's cpu backend. */
export async function onBoth(
  compute: () => tf.Tensor[],
  reference = compute,
): Promise<{ here: Host[]; there: Host[] }> {
  await useKernels();
  const here = numbersOf(compute);
  await tf.setBackend('cpu');
  const there = numbersOf(reference);
  await useKernels();
  return { here, there };
}

/** Shapes are equal, NaN and infinities where they should be, and the others differ by no more than the bound of each. */
export function expectWithin(here: Host, there: Host, bound: (value: number, i: number) => number): void {
  expect(here.shape).toEqual(there.shape);
  expect(here.data.length).toBe(here.shape.reduce((product, size) => product * size, 1));
  if (here.data.length === 0) return; // cpu gives some numbers nevertheless
  there.data.forEach((value, i) => {
    const got = here.data[i]!;
    const right = Number.isFinite(value) ? Math.abs(got - value) <= bound(value, i) : Object.is(got, value);
    if (!right) expect.fail(`at ${i} of [${there.shape}]: ${got}, on cpu ${value}, bound ${bound(value, i)}`);
  });
}

/** What float32 numbers are rounded by, relative to their size. */
export const EPSILON = 2 ** -24;

/** Normal numbers; when `wild`, some of them NaN, infinite, zero or denormal. */
export const normals = (shape: number[], seed: number, wild = false): Host => {
  const [{ data }] = numbersOf(() => tf.randomNormal(shape, 0, 1, 'float32', seed)) as [Host];
  if (wild) {
    const strange = [NaN, Infinity, -Infinity, 0, -0, 1e-40];
    for (let i = seed % 7; i < data.length; i += 7) data[i] = strange[(seed + i) % strange.length]!;
  }
  return { shape, data };
};

/** Sizes of an axis: none, one, odd ones, and multiples of what a vector holds. */
export const size = (most = 20): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 1, 4, 8), fc.integer({ min: 1, max: most }));

export const seed = fc.integer({ min: 1, max: 1e6 });

/** Shapes of up to `most` axes. */
export const shape = (most = 4): fc.Arbitrary<number[]> => fc.array(size(7), { maxLength: most });
