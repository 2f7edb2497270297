import { type Allocation, type ScalingFit, bootstrap, profileInterval } from '@surprisal/scaling-laws';
import { allocationOf } from './allocation.js';
import type { Bounds, BudgetAdvice, IntervalMethod } from './report.js';
import type { FitSettings } from './settings.js';

/** Intervals of what a fit says. */
export interface Uncertainty {
  readonly method: IntervalMethod;
  constant(name: string): Bounds;
  /** Of predictions and budgets the bootstrap alone knows. */
  prediction?(inputs: Readonly<Record<string, number>>): Bounds;
  budget?(budget: number): BudgetAdvice['intervals'];
  readonly warnings: readonly string[];
}

/** The intervals that the flags ask for; none where the runs do not tell the law. */
export function uncertaintyOf(fit: ScalingFit, settings: FitSettings, block?: string): Uncertainty | undefined {
  const { profile, coverage, bootstrap: resamples } = settings;
  if (!fit.identifiable) return undefined;
  if (profile)
    return {
      method: { method: 'profile', coverage },
      constant: (name) => profileInterval(fit, name, { level: coverage }),
      warnings: [],
    };
  return resamples === 0 ? undefined : fromBootstrap(fit, resamples, settings, block);
}

function fromBootstrap(
  fit: ScalingFit,
  resamples: number,
  { seed, coverage }: FitSettings,
  block?: string,
): Uncertainty {
  const drawn = bootstrap(fit, { resamples, seed, ...(block && { kind: 'block', block }) });
  const interval = (of: string | ((constants: Readonly<Record<string, number>>) => number)) =>
    drawn.interval(of, coverage);
  const { ranAway } = drawn;
  return {
    method: { method: 'bootstrap', coverage, resamples, seed },
    constant: interval,
    prediction: (inputs) => drawn.predictionInterval(inputs, coverage),
    budget(budget) {
      const of = (key: keyof Allocation) => interval((constants) => allocationOf(constants, budget)[key]);
      return { N: of('N'), D: of('D'), loss: of('loss'), tokensPerParameter: of('tokensPerParameter') };
    },
    warnings:
      ranAway > 0
        ? [`${ranAway} of ${resamples} resamples ran away to a bound: the intervals are too narrow or too wide`]
        : [],
  };
}
