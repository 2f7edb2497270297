import { Tensor, dispose, memory } from '@surprisal/core/tensor';
import { expect } from 'vitest';

/**
 * Checks that a function leaves no tensors behind but those it returns, which are disposed of here.
 *
 * @example
 * expectNoLeak(() => loss(logits, labels));
 */
export function expectNoLeak(f: () => Tensor | readonly Tensor[] | void): void {
  const warm = f(); // what is made once and kept (constants, kernels) is no leak
  if (warm) dispose(warm as Tensor);
  const before = memory().numTensors;
  const result = f();
  const kept = result === undefined ? 0 : result instanceof Tensor ? 1 : result.length;
  expect(memory().numTensors - before, 'tensors left behind').toBe(kept);
  if (result) dispose(result as Tensor);
}
