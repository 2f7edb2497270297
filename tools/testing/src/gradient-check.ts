import type { NdArray } from '@surprisal/core';
import { type Tensor, gradientsOf, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { expect } from 'vitest';

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
 * expectGradient((logits) => loss(logits, labels), [toNdArray([[0.1, 0.2]])]);
 */
export function expectGradient(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly NdArray[],
  options: GradientCheckOptions = {},
): void {
  const { step = 2e-2, absolute = 2e-3, relative = 1e-2 } = options;
  const total = (arrays: readonly NdArray[]) =>
    tidy(() => sum(f(...arrays.map((array) => toTensor(array)))).dataSync()[0]!);
  const gradients = tidy(() =>
    gradientsOf(
      (...args) => sum(f(...args)),
      inputs.map((input) => toTensor(input)),
    ).gradients.map((g) => g.dataSync()),
  );
  inputs.forEach(({ shape, data }, k) => {
    for (let i = 0; i < data.length; i++) {
      const at = (offset: number) => {
        const moved = Float64Array.from(data);
        moved[i]! += offset * step;
        return total(inputs.map((input, j) => (j === k ? { shape, data: moved } : input)));
      };
      const numeric = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
      const error = Math.abs(gradients[k]![i]! - numeric);
      expect(
        error,
        `input ${k}, component ${i}: gradient ${gradients[k]![i]}, differences ${numeric}`,
      ).toBeLessThanOrEqual(absolute + relative * Math.abs(numeric));
    }
  });
}
