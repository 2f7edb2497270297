import { DataError, type Memory, type NdArray, ndarray, sizeOf } from '@surprisal/core';
import { type Tensor, type Variable, checkShape, fill, tidy, toHost, toTensor, variable } from '@surprisal/core/tensor';

/** Numbers that a loss keeps from one call to the next, where the engine computes. Nothing is held until they are first set. */
export class Kept {
  #variable: Variable | undefined;

  constructor(
    readonly shape: readonly number[],
    /** What all of them are at first. */
    private readonly start: number,
  ) {}

  get value(): Tensor {
    return this.#variable ?? fill([...this.shape], this.start);
  }

  set value(value: Tensor) {
    if (this.#variable) this.#variable.assign(value);
    else this.#variable = variable(value, false);
  }

  async read(): Promise<NdArray> {
    if (this.#variable) return toHost(this.#variable);
    return ndarray(new Float32Array(sizeOf(this.shape)).fill(this.start), [...this.shape]);
  }

  reset(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
  }
}

/** The memory of a loss that keeps these. */
export const memoryOf = (owner: string, kept: Readonly<Record<string, Kept>>): Memory => ({
  async read() {
    const entries = Object.entries(kept).map(async ([name, one]) => [name, await one.read()] as const);
    return Object.fromEntries(await Promise.all(entries));
  },
  write(arrays) {
    for (const [name, { shape }] of Object.entries(kept)) {
      const array = arrays[name];
      if (!array)
        throw new DataError(`${owner}: memory "${name}" is missing, got ${Object.keys(arrays).join(', ') || 'none'}`);
      checkShape(owner, `memory "${name}"`, array, shape);
    }
    tidy(() => Object.entries(kept).forEach(([name, one]) => (one.value = toTensor(arrays[name]!))));
  },
  reset: () => Object.values(kept).forEach((one) => one.reset()),
});
