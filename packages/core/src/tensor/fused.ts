import { getBackend } from '@tensorflow/tfjs';
import { withGradient } from './gradients.js';
import type { Tensor } from './ops.js';

/** One computation of differentiable inputs and constants, with its gradient. Attributes are plain values. */
export interface FusedKernel<A> {
  forward(inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor;
  /** From the gradient of the output, the gradient of each input. */
  gradient(dy: Tensor, inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor[];
}

/** A fused operation. Calling it uses the kernel of the engine in use, or the composed fallback. */
export interface FusedOperation<A> {
  (inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor;
  readonly operation: string;
  /** Registers a faster kernel for one tfjs backend: `'wasm'`, `'webgpu'`, ... It must agree with the composed form. */
  register(backend: string, kernel: FusedKernel<A>): void;
}

/**
 * Defines an operation once, in plain tfjs operations with a closed-form gradient, and lets engines bring faster kernels.
 *
 * @example
 * const scaled = defineFused<{ by: number }>('Scaled', {
 *   forward: ([x], _constants, { by }) => mul(x!, by),
 *   gradient: (dy, _inputs, _constants, { by }) => [mul(dy, by)],
 * });
 * console.log(scaled([tensor1d([1, 2])], [], { by: 3 }).dataSync().join()); // 3,6
 */
export function defineFused<A>(operation: string, composed: FusedKernel<A>): FusedOperation<A> {
  const kernels = new Map<string, FusedKernel<A>>();
  const run = (inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A) => {
    const kernel = kernels.get(getBackend()) ?? composed;
    return withGradient({
      forward: (x, c) => kernel.forward(x, c, attributes),
      gradient: (dy, x, c) => kernel.gradient(dy, x, c, attributes),
    })(inputs, constants);
  };
  const register = (backend: string, kernel: FusedKernel<A>) => void kernels.set(backend, kernel);
  return Object.assign(run, { operation, register });
}
