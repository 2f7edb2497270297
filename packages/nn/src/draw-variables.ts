import { ndarray } from '@surprisal/core';
import { type Variable, tidy, toTensor, variable } from '@surprisal/core/tensor';

/** The shapes of a model's variables, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** tfjs wants names that no other variable has; optimisers write them into their state without the count. */
let drawn = 0;

/** Variables of the given shapes, with the numbers that a function draws. */
export function drawVariables(
  shapes: Shapes,
  draw: (name: string, shape: readonly number[]) => Float32Array,
): Record<string, Variable> {
  const count = ++drawn;
  return tidy(() =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        variable(toTensor(ndarray(draw(name, shape), shape)), true, `${name}_${count}`),
      ]),
    ),
  );
}
