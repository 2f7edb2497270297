import type { NdArray } from './ndarray.js';

/**
 * What an instance remembers from one call to the next, as host arrays by name: with it in a checkpoint, a training goes on as if it had not been
 * broken off.
 */
export interface Memory {
  read(): Promise<Readonly<Record<string, NdArray>>>;
  /** @throws DataError when an array is missing; ShapeError when one has another shape. Nothing is written then. */
  write(arrays: Readonly<Record<string, NdArray>>): void;
  /** Forgets, and frees what it was kept in. */
  reset(): void;
}
