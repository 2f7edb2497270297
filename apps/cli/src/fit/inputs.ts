import type { InputColumn, ScalingLaw } from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';

type Inputs = Readonly<Record<string, number>>;

/**
 * The inputs of a run to predict as the law takes them: tokens from parameters and compute, say, where those are given instead.
 *
 * @throws UsageError for an input that the law has not, or needs
 */
export function completeInputs({ method, inputs }: ScalingLaw, given: Inputs): Inputs {
  const known = new Set(inputs.flatMap(({ name, derived }) => [name, ...sourcesOf(derived)]));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new UsageError(`--predict: ${method} has no input ${unknown}; it has ${[...known].join(', ')}`);
  return Object.fromEntries(
    inputs.map(({ name, unit, derived }) => {
      const value = given[name] ?? computed(derived, given);
      if (value !== undefined) return [name, value];
      const instead = derived ? `, or ${sourcesOf(derived).join(' and ')} instead` : '';
      throw new UsageError(`--predict: ${method} needs ${name} (${unit})${instead}`);
    }),
  );
}

const sourcesOf = (derived: InputColumn['derived']) => derived?.from.map(({ name }) => name) ?? [];

function computed(derived: InputColumn['derived'], given: Inputs): number | undefined {
  const values = sourcesOf(derived).flatMap((name) => given[name] ?? []);
  return derived && values.length === derived.from.length ? derived.compute(...values) : undefined;
}
