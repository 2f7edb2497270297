import { type ScalingFit, bootstrap, profileInterval } from '@surprisal/scaling-laws';
import type { Bounds, IntervalMethod } from './report.js';
import type { FitSettings } from './settings.js';

/** Values of a law's constants, by name. */
export type Constants = Readonly<Record<string, number>>;

/** Intervals of what a fit says. */
export interface Uncertainty {
  readonly method: IntervalMethod;
  constant(name: string): Bounds;
  /** Of anything that is computed from the constants; the bootstrap alone knows it. */
  of?(quantity: (constants: Constants) => number): Bounds;
  readonly warnings: readonly string[];
}

/** Is told how many of the resamples are done. */
export type Told = (done: number, of: number) => void;

interface Resampling {
  readonly told: Told;
  /** A label for each run, where runs of one label are not independent. */
  readonly blocks?: readonly string[];
}

/** The intervals that the flags ask for; none where the runs do not tell the law. */
export function uncertaintyOf(
  fit: ScalingFit,
  { profile, coverage, bootstrap: resamples, seed }: FitSettings,
  { told, blocks }: Resampling,
): Uncertainty | undefined {
  if (!fit.identifiable || (resamples === 0 && !profile)) return undefined;
  if (profile) {
    const constant = (name: string) => profileInterval(fit, name, { level: coverage });
    return { method: { method: 'profile', coverage }, constant, warnings: [] };
  }
  const drawn = bootstrap(fit, { resamples, seed, onProgress: told, ...(blocks && { kind: 'block', block: blocks }) });
  const { ranAway } = drawn;
  return {
    method: { method: 'bootstrap', coverage, resamples, seed, of: blocks ? 'blocks' : 'runs' },
    constant: (name) => drawn.interval(name, coverage),
    of: (quantity) => drawn.interval(quantity, coverage),
    warnings:
      ranAway > 0 ? [`${ranAway} of ${resamples} resamples ran away to a bound: do not trust the intervals`] : [],
  };
}
