import { complexKernels, readComplex } from './complex.js';
import {
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
} from './convolution.js';
import { einsum } from './einsum.js';
import { fourier } from './fourier.js';
import { softmaxCrossEntropy, softmaxRows } from './fused.js';
import { Host, type WasmBackend } from './host.js';
import { type Kernel, register } from './kernel.js';
import { identity } from './identity.js';
import { linearCrossEntropy } from './linear-cross-entropy.js';
import { batchMatMul, fusedMatMul } from './matmul.js';
import { guardAllocator } from './memory.js';
import { compileInto } from './module.js';
import { optimizerSteps } from './optimizers.js';
import { maxPoolGrad } from './pooling.js';
import { reductions } from './reductions.js';
import { unsortedSegmentSum } from './segments.js';
import { logSoftmax, softmax } from './softmax.js';
import { transpose } from './transpose.js';
import { unaryKernels } from './unary.js';

export type { WasmBackend } from './host.js';
export { OutOfMemoryError } from './memory.js';

const kernels: readonly Kernel[] = [
  batchMatMul,
  fusedMatMul,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  maxPoolGrad,
  unsortedSegmentSum,
  identity,
  ...softmaxCrossEntropy,
  ...softmaxRows,
  ...linearCrossEntropy,
  ...unaryKernels,
  einsum,
  ...reductions,
  softmax,
  logSoftmax,
  transpose,
  ...optimizerSteps,
  fourier,
  ...complexKernels,
];

const installed = new WeakMap<object, Promise<void>>();

/**
 * Puts the kernels of this package where TensorFlow.js's wasm backend has slow ones or none. Every operation of tfjs that uses
 * them is then faster, or works at all; nothing else changes.
 *
 * @param backend tfjs's wasm backend, once it is ready; a second call with the same one does nothing
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
export function installKernels(backend: object): Promise<void> {
  const known = installed.get(backend);
  if (known) return known;
  const installation = install(backend as WasmBackend);
  installation.catch(() => installed.delete(backend)); // to be tried again
  installed.set(backend, installation);
  return installation;
}

async function install(backend: WasmBackend): Promise<void> {
  const host = new Host(backend, await compileInto(backend));
  guardAllocator(backend);
  readComplex(backend);
  for (const kernel of kernels) register(host, kernel);
}
