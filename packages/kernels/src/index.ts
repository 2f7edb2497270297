import { readComplex } from './complex.js';
import { Host, type WasmBackend } from './host.js';
import { register } from './kernel.js';
import { kernels } from './kernels.js';
import { guardAllocator } from './memory.js';
import { compileInto } from './module.js';
import { Pool } from './pool.js';

export type { WasmBackend } from './host.js';
export { OutOfMemoryError } from './memory.js';
export { type WasmPackage, type WasmPaths, provideBinary } from './wasm-files.js';

const installed = new WeakMap<object, Promise<Host>>();

export interface KernelOptions {
  /** How many threads compute, where the backend's memory is shared ({@link provideBinary}); else it is one. */
  readonly threads?: number;
}

/**
 * Puts the kernels of this package where TensorFlow.js's wasm backend has slow ones or none. Every operation of tfjs that uses
 * them is then faster, or works at all; nothing else changes.
 *
 * @param backend tfjs's wasm backend, once it is ready; a second call with the same one changes the number of threads alone
 * @returns how many threads compute
 * @throws Error when the backend is another one, or the host runs no WebAssembly with SIMD
 *
 * @example
 * import * as tf from '@tensorflow/tfjs';
 * import '@tensorflow/tfjs-backend-wasm';
 *
 * await tf.setBackend('wasm');
 * await tf.ready();
 * await installKernels(tf.backend());
 * console.log(tf.matMul([[1, 2]], [[3, 4]], false, true).dataSync()[0]); // 11
 */
export async function installKernels(backend: object, { threads }: KernelOptions = {}): Promise<number> {
  if (!installed.has(backend)) {
    const installation = install(backend as WasmBackend);
    installation.catch(() => installed.delete(backend)); // to be tried again
    installed.set(backend, installation);
  }
  const host = await installed.get(backend)!;
  if (threads !== undefined) await host.useThreads(threads);
  return host.threads;
}

async function install(backend: WasmBackend): Promise<Host> {
  const { module, compiled, shared } = await compileInto(backend);
  const host = new Host(backend, compiled, shared ? new Pool(module, compiled) : undefined);
  guardAllocator(backend);
  readComplex(backend);
  for (const kernel of kernels) register(host, kernel);
  endThreadsWith(backend, host);
  return host;
}

/** A backend that is disposed of leaves no thread behind. */
function endThreadsWith(backend: WasmBackend, host: Host): void {
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    void host.useThreads(1);
    dispose();
  };
}
