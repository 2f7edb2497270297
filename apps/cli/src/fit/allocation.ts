import { type Allocation, type ScalingLaw, allocate } from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';

const CONSTANTS = ['E', 'A', 'B', 'alpha', 'beta'] as const;

/**
 * Refuses a law by which no budget can be split.
 *
 * @throws UsageError that says which can
 */
export function checkAllocation({ method, parameters, inputs }: ScalingLaw): void {
  const names = parameters.map(({ name }) => name);
  if (CONSTANTS.every((name) => names.includes(name)) && inputs.map(({ name }) => name).join() === 'N,D') return;
  throw new UsageError(
    `--budget needs a law of N and D with the constants ${CONSTANTS.join(', ')}, such as chinchilla, got ${method}`,
  );
}

/** The best split of a budget under constants of such a law. */
export const allocationOf = (constants: Readonly<Record<string, number>>, budget: number): Allocation =>
  allocate(constants as Readonly<Record<(typeof CONSTANTS)[number], number>>, budget);
