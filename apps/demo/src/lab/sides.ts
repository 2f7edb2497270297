import type { CatalogueMethod } from '../methods/catalogue.js';
import type { Chosen } from './chosen.js';

/** What stands side by side. */
export type Side = 'a' | 'b' | 'c';
export const SIDES = ['a', 'b', 'c'] as const;

/** What stands for no method: the third side may be left out. */
const NONE = 'none';

/** What a side chooses from. */
export const offeredTo = (side: Side, methods: readonly CatalogueMethod[]): readonly CatalogueMethod[] =>
  side === 'c'
    ? [{ kind: methods[0]!.kind, name: NONE, summary: 'Nothing stands third.', params: [] }, ...methods]
    : methods;

/** The sides that have a method. */
export const taken = (state: Readonly<Record<Side, Chosen>>): Side[] =>
  SIDES.filter((side) => state[side].name !== NONE);
