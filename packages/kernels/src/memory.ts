import type { WasmBackend } from './host.js';

/** The memory of the wasm engine, at most 4 GiB, has no room for a tensor. What is in it stays usable. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

const LIMIT = 2 ** 32;

/** tfjs does not look at what its allocator gives it, and would write over the start of the memory when that is nothing. */
export function guardAllocator({ wasm }: WasmBackend): void {
  wasm._free(wasm._malloc(1)); // at its first call it puts itself where its stand-in was
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = bytes < LIMIT ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    throw new OutOfMemoryError(
      `wasm engine: out of memory: ${(bytes / 2 ** 20).toFixed(1)} MiB were asked for, of 4096 in all; dispose of tensors or take smaller batches`,
    );
  };
}
