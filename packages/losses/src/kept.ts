import { DataError, DomainError, type Memory, type NdArray, ndarray, sizeOf } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  type Variable,
  checkShape,
  divNoNan,
  expandDims,
  fill,
  gather,
  greater,
  onesLike,
  readsAtOnce,
  scatterND,
  tidy,
  toHost,
  toTensor,
  variable,
  where,
} from '@surprisal/core/tensor';
import { z } from 'zod';

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

  /** The numbers at some places, `[batch]`. */
  at(places: Tensor): Tensor {
    return gather(this.value, places);
  }

  /** Sets the numbers at some places; a place that is there twice takes the mean of both. */
  put(places: Tensor, values: Tensor): void {
    const [before, indices] = [this.value, expandDims(places, 1)];
    const count = scatterND(indices, onesLike(values), [...this.shape]);
    const moved = divNoNan(scatterND(indices, values, [...this.shape]), count);
    this.value = where(greater(count, 0), moved, before);
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

/**
 * Checks the places of a batch's examples in the training set, `[batch]`.
 *
 * @throws ShapeError when they are not [batch]; DomainError when one is not from 0 to numSamples - 1
 */
export function readSampleIds(owner: string, sampleIds: TensorLike, batch: number, numSamples: number): Tensor {
  const places = toTensor(sampleIds, 'int32');
  checkShape(owner, 'sampleIds', places, ['batch'], { batch });
  if (!readsAtOnce()) return places;
  const outside = places.dataSync().find((id) => !(id >= 0 && id < numSamples));
  if (outside === undefined) return places;
  throw new DomainError(`${owner}: sampleIds must be from 0 to ${numSamples - 1}, got ${outside}; set numSamples`);
}

/** How many examples a loss keeps a number for. */
export const numSamplesParam = z
  .int()
  .min(1)
  .default(60_000)
  .meta({ upTo: 100_000, step: 1 })
  .describe('size of the training set, for whose examples something is kept');
