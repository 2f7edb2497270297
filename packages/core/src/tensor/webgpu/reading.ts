import { backend } from '@surprisal/kernels/tfjs';
import { DomainError } from '../../errors.js';

interface Readable {
  readSync(id: object): ArrayLike<number>;
  readonly tensorMap: { get(id: object): { readonly values?: ArrayLike<number> | null } };
}

/**
 * In Node a GPU cannot be waited for. What tfjs would answer when values are read at once is that OffscreenCanvas is not
 * defined; this says what to do.
 */
export function explainReading(): void {
  if ('OffscreenCanvas' in globalThis) return;
  const gpu = backend() as unknown as Readable;
  gpu.readSync = (id) => {
    const { values } = gpu.tensorMap.get(id);
    if (values) return values; // known from before
    throw new DomainError(
      'engine webgpu: values on a GPU cannot be read at once in Node; use await tensor.data(), or another engine',
    );
  };
}
