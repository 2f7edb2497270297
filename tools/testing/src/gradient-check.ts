import type { NdArray } from '@surprisal/core';
import { type Tensor, concat, dispose, gradientsOf, reshape, stack, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { expect } from 'vitest';
import { valuesOf } from './engines.js';

export interface GradientCheckOptions {
  /** Step of the differences; engines compute in float32, so it must not be tiny. */
  readonly step?: number;
  /** A component passes when |automatic - numeric| <= absolute + relative * |numeric|. */
  readonly absolute?: number;
  readonly relative?: number;
}

/**
 * Checks the gradient of `sum(f(...inputs))` with respect to every component of every input against fourth-order central
 * differences.
 *
 * @example
 * await expectGradient((logits) => loss(logits, labels), [toNdArray([[0.1, 0.2]])]);
 */
export async function expectGradient(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly NdArray[],
  options: GradientCheckOptions = {},
): Promise<void> {
  const { step = 2e-2, absolute = 2e-3, relative = 1e-2 } = options;
  const total = (arrays: readonly NdArray[]) => sum(f(...arrays.map((array) => toTensor(array))));
  const components = inputs.flatMap(({ data }, input) => Array.from(data, (_, at) => ({ input, at })));
  const around = ({ input, at }: { input: number; at: number }) =>
    [-2, -1, 1, 2].map((by) =>
      tidy(() => total(inputs.map((array, k) => (k === input ? moved(array, at, by * step) : array)))),
    );
  const tensors = tidy(() => {
    const { gradients } = gradientsOf(
      (...args) => sum(f(...args)),
      inputs.map((input) => toTensor(input)),
    );
    return [concat(gradients.map((gradient) => reshape(gradient, [-1]))), stack(components.flatMap(around))];
  });
  const [automatic, totals] = await Promise.all(tensors.map(valuesOf));
  dispose(tensors);
  components.forEach(({ input, at }, i) => {
    const [before2, before, after, after2] = totals!.slice(4 * i) as [number, number, number, number];
    const numeric = (8 * (after - before) - (after2 - before2)) / (12 * step);
    const says = `input ${input}, component ${at}: gradient ${automatic![i]}, differences ${numeric}`;
    expect(Math.abs(automatic![i]! - numeric), says).toBeLessThanOrEqual(absolute + relative * Math.abs(numeric));
  });
}

const moved = ({ shape, data }: NdArray, component: number, by: number): NdArray => {
  const values = Float64Array.from(data);
  values[component]! += by;
  return { shape, data: values };
};
