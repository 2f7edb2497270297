import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useKernels } from '../test/both.js';
import { OutOfMemoryError, type WasmBackend, installKernels } from './index.js';
import { readBinary } from './module.js';

beforeAll(useKernels);

describe('the compiled module', () => {
  it.each([false, true])('writes nowhere but where it is told to (shared: %s)', async (shared) => {
    const bytes = await readBinary(shared);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
    expect(sections(bytes).filter((id) => [6, 8, 11].includes(id))).toEqual([]); // globals, start, data
  });

  it.each([false, true])('works in the memory that it is made for (shared: %s)', async (shared) => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
    const other = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: !shared });
    const module = new WebAssembly.Module(await readBinary(shared));
    expect(() => new WebAssembly.Instance(module, { env: { memory } })).not.toThrow();
    expect(() => new WebAssembly.Instance(module, { env: { memory: other } })).toThrow(WebAssembly.LinkError);
  });
});

/** The kinds of a module's sections, in order. */
function sections(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < bytes.length;) {
    found.push(bytes[at++]!);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += length;
  }
  return found;
}

describe('installing', () => {
  it('happens once for a backend', async () => {
    const kernel = tf.getKernel('BatchMatMul', 'wasm');
    await Promise.all([installKernels(tf.backend()), installKernels(tf.backend())]);
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(kernel);
  });

  it('refuses another backend in words, and can be tried again', async () => {
    await tf.setBackend('cpu');
    const message = 'kernels: backend must be the wasm backend of TensorFlow.js 4, got one without a memory';
    await expect(installKernels(tf.backend())).rejects.toThrow(message);
    await expect(installKernels(tf.backend())).rejects.toThrow(message);
    await useKernels();
  });

  it('says what to do where the module cannot be loaded', async () => {
    const without = { wasm: { asm: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } } };
    const instantiate = WebAssembly.instantiate;
    WebAssembly.instantiate = () => Promise.reject(new Error('no SIMD')) as never;
    await expect(installKernels(without)).rejects.toThrow(
      'kernels: the compiled module cannot be loaded (no SIMD); use a host whose WebAssembly has SIMD, or the cpu engine',
    );
    WebAssembly.instantiate = instantiate;
  });
});

describe('memory', () => {
  it('that is exhausted gives an error that says how much was asked for; the engine stays usable', () => {
    const before = tf.memory();
    const message =
      'wasm engine: out of memory: 4096.0 MiB were asked for, of 4096 in all; dispose of tensors or take smaller batches';
    expect(() => tf.tidy(() => tf.matMul(tf.zeros([1 << 15, 1]), tf.zeros([1, 1 << 15])))).toThrow(
      new OutOfMemoryError(message),
    );
    const { wasm } = tf.backend() as unknown as WasmBackend;
    const held = wasm._malloc(3 * 2 ** 30);
    expect(() => tf.tidy(() => tf.matMul(tf.zeros([1 << 14, 1]), tf.zeros([1, 1 << 14])))).toThrow(
      /: 1024\.0 MiB were/,
    );
    wasm._free(held);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0])).toBe(11);
  });
});
