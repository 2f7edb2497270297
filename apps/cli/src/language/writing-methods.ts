import type { Registry } from '@surprisal/core';
import { UsageError } from '../exit.js';
import { type NamedMethod, readMethod } from '../method-text.js';
import { paramsOfFlags } from '../parameters.js';
import { SAMPLER } from './default-sampler.js';

/** The flags that name how a text is written, and give parameters. */
export interface WritingFlags {
  readonly sampler?: readonly string[];
  readonly search?: string;
  readonly [parameter: string]: unknown;
}

/** Parameters of the chain of samplers, not of one of them. */
const SHARED = ['draw'];

/**
 * The samplers or the search that the flags name, with their parameters: those in the text, then the flags.
 *
 * @throws UsageError when both are named, or a flag could be of two samplers; UnknownNameError for a name that is none
 */
export function chooseMethods(registry: Registry, flags: WritingFlags): NamedMethod[] {
  if (flags.search !== undefined && flags.sampler !== undefined)
    throw new UsageError('--search and --sampler are two ways to write; give one');
  const kind = flags.search === undefined ? 'sampler' : 'search';
  const texts = flags.search === undefined ? (flags.sampler ?? [SAMPLER]) : [flags.search];
  const taken = new Map<string, string>();
  return texts
    .map((text) => readMethod(registry, kind, text))
    .map(({ method, params }) => {
      const given = Object.entries(paramsOfFlags(method.info, flags)).filter(([name]) => !SHARED.includes(name));
      for (const [name] of given) claim(taken, name, method.info.name);
      return { method, params: { ...params, ...Object.fromEntries(given) } };
    });
}

function claim(taken: Map<string, string>, parameter: string, method: string): void {
  const other = taken.get(parameter);
  if (other !== undefined)
    throw new UsageError(
      `--${parameter} could be of ${other} or of ${method}; write it there: ${method}:${parameter}=...`,
    );
  taken.set(parameter, method);
}

/** `mirostat (tau=3)` */
export const showMethod = ({ method, params }: NamedMethod): string => {
  const given = Object.entries(params).map(([name, value]) => `${name}=${String(value)}`);
  return method.info.name + (given.length > 0 ? ` (${given.join(', ')})` : '');
};
