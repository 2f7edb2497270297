import type { Registry } from '@surprisal/core';
import type { Schedule } from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';
import { readMethod } from '../method-text.js';
import { readCount, readNumber } from '../flag-values.js';
import type { FitFlags } from './settings.js';

/** A schedule that the command line names, with its rates. */
export interface NamedSchedule {
  /** The curve that it is the schedule of, if the text says. */
  readonly curve?: string;
  /** The text without the curve. */
  readonly text: string;
  /** The rate of every step. */
  readonly rates: Float64Array;
}

/** What a run's rates depend on beside the schedule. */
const SPAN = ['total', 'peak', 'min'] as const;

/**
 * Reads `cosine`, `wsd:decay=0.1`, `wsd:total=72000` or `CURVE=wsd` with the flags for what the text does not say.
 *
 * @throws UsageError when the length or the peak of the run is not said; DomainError or UnknownNameError for a schedule that is none
 */
export function readSchedule(registry: Registry, given: string, flags: FitFlags): NamedSchedule {
  const [, curve, text] = /^(?:([^:=]+)=)?(.+)$/s.exec(given) ?? [];
  if (text === undefined) throw new UsageError(`--schedule must be NAME, NAME:key=value or CURVE=NAME, got "${given}"`);
  const [name, list = ''] = text.split(/:(.*)/s, 2) as [string, string?];
  const parts = list.split(/,(?=[\w-]+=)/).filter(Boolean);
  const isSpan = (part: string) => SPAN.some((key) => part.startsWith(`${key}=`));
  const own = parts.filter((part) => !isSpan(part));
  const { method, params } = readMethod(registry, 'schedule', own.length > 0 ? `${name}:${own.join(',')}` : name);
  const said = Object.fromEntries(parts.filter(isSpan).map((part) => part.split('=') as [string, string]));
  const value = (key: (typeof SPAN)[number]) => said[key] ?? flags[key];
  const needed = (key: 'total' | 'peak', example: string) => {
    const found = value(key);
    if (found !== undefined) return found;
    throw new UsageError(`schedule ${text}: --${key} must say ${example}`);
  };
  const rates = (method(params) as Schedule)({
    total: readCount('--total', needed('total', 'its last step, such as 24000')),
    peak: readNumber('--peak', needed('peak', 'its highest rate, such as 3e-4')),
    min: readNumber('--min', value('min') ?? '0'),
    warmup: readWarmup(flags),
  });
  return { text, rates, ...(curve !== undefined && { curve }) };
}

/** Steps of warm-up: of all curves. */
export const readWarmup = ({ warmup = '0' }: FitFlags): number => readCount('--warmup', warmup, 0);
