import type { Registry } from '@surprisal/core';
import { type InputColumn, type ScalingLaw, matchColumns } from '@surprisal/scaling-laws';
import type { Match, Wanted } from './messages.js';

/** What each law reads, and which of a table's columns that is. */
export function matchesOf(registry: Registry, columns: readonly string[]): Match[] {
  return registry.methods('scaling-law').map(({ info }) => {
    const law = registry.method(info.name, 'scaling-law')({}) as ScalingLaw;
    const wanted = wantedBy(law);
    try {
      return { law: info.name, wanted, map: matchColumns(law, columns) };
    } catch (error) {
      return { law: info.name, wanted, why: (error as Error).message };
    }
  });
}

/** Inputs, what inputs can be computed from, and the loss: each once. */
function wantedBy({ inputs, output }: ScalingLaw): Wanted[] {
  const all = [...inputs, ...inputs.flatMap(({ derived }) => derived?.from ?? []), output] as InputColumn[];
  const byName = new Map(all.map((column) => [column.name, column] as const).reverse());
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const { unit, description, derived } = byName.get(name)!;
    return { name, unit, description, ...(derived && { formula: derived.formula }) };
  });
}
