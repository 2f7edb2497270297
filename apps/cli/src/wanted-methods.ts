import type { Registrable, Registry } from '@surprisal/core';
import { UsageError } from './exit.js';
import type { Output } from './output.js';

/** What a command was told of the methods it takes. */
export interface MethodsAsked {
  readonly kind: string;
  /** Texts such as `focal` or `comp-sum:tau=1.5`. */
  readonly methods: readonly string[];
  readonly all: boolean;
}

/**
 * The methods that are named, all of the kind, or else the kind's usual ones, with a note that there are more.
 *
 * @throws UsageError when some are named and all are asked for; UnknownNameError for a kind that is none
 */
export function wantedMethods(
  output: Output,
  registry: Registry<Registrable>,
  { kind, methods, all }: MethodsAsked,
): string[] {
  if (methods.length > 0 && all) throw new UsageError(`--all takes every ${kind}: name none, or leave it out`);
  if (methods.length > 0) return [...methods];
  const every = registry.methods(kind);
  const taken = all ? every : registry.usualMethods(kind);
  if (taken.length < every.length) output.note(`the usual ones; --all takes all ${every.length} of the kind ${kind}`);
  return taken.map(({ info }) => info.name);
}
