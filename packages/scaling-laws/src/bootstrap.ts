import { DataError, DomainError, Random } from '@surprisal/core';
import { chiSquareTail, covariance, leastSquares } from '@surprisal/core/numerics';
import type { Refit, RefitOptions, ScalingFit } from './fit.js';
import type { Constants } from './law-maths.js';
import { percentileInterval } from './percentile-interval.js';

/** How a bootstrap resamples. */
export interface BootstrapOptions {
  /** Default 1000. */
  readonly resamples?: number;
  /** Default 1. */
  readonly seed?: number;
  /**
   * `'rows'` (the default) draws runs with replacement; `'residual'` keeps the runs and draws their residuals, for designed tables with
   * few runs; `'block'` draws whole groups of runs that have one value of `block`, for runs that are not independent.
   */
  readonly kind?: 'rows' | 'residual' | 'block';
  /** What makes the blocks: the column of the law whose values do, or a label for each run that was fitted. */
  readonly block?: string | ArrayLike<string | number>;
  /** Is told after each refit how many are done. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** A refit to resampled runs. */
export interface Replicate<P extends string = string> extends Refit<P> {
  /** Whether a parameter ran to a bound or beyond what is plausible: too few distinct runs, perhaps. */
  readonly ranAway: boolean;
}

/** What refits to resampled runs say about a fit. */
export interface Bootstrap<P extends string = string> {
  readonly replicates: readonly Replicate<P>[];
  /** How many of the replicates ran away. They count in intervals, and make standard errors meaningless. */
  readonly ranAway: number;
  /** Standard deviation of each parameter over replicates. */
  readonly standardErrors: Constants<P>;
  /** Covariance of the parameters over replicates, in the law's order. */
  readonly covariance: readonly (readonly number[])[];
  /** Percentile interval of a parameter, or of anything computed from the parameters. */
  interval(of: P | ((parameters: Constants<P>) => number), level?: number): [number, number];
  /** Percentile interval of the law's value for a run. It is about the law, not the scatter of runs around it. */
  predictionInterval(inputs: Readonly<Record<string, number>>, level?: number): [number, number];
  /** Chi-square test of other parameters, `(u - v)' Cov^-1 (u - v)`, with as many degrees of freedom as there are parameters. */
  test(parameters: Constants<P>): { readonly statistic: number; readonly pValue: number };
}

/**
 * Refits a law to resampled runs, each from the fit's own optimum.
 *
 * @throws DataError for a block column that the law does not read, DomainError for other options that are out of range
 *
 * Efron, Tibshirani: An Introduction to the Bootstrap, 1993.
 *
 * @example
 * const law = logLinear();
 * const fit = law.fit({ x: [1e6, 1e7, 1e8, 1e9, 1e10], loss: [5.1, 4.1, 3.2, 2.6, 2.1] });
 * const { interval } = bootstrap(fit, { resamples: 200 });
 * const [low, high] = interval('c');
 * console.log(low > 0.08, high < 0.12); // true true
 */
export function bootstrap<P extends string>(fit: ScalingFit<P>, options: BootstrapOptions = {}): Bootstrap<P> {
  const { resamples = 1000, seed = 1 } = options;
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new DomainError(`bootstrap: resamples must be a whole number of at least 1, got ${resamples}`);
  }
  const draw = drawer(fit, options);
  const random = new Random(seed);
  const replicates = Array.from({ length: resamples }, (_, i): Replicate<P> => {
    const again = fit.refit(draw(random.split(i)));
    options.onProgress?.(i + 1, resamples);
    return { ...again, ranAway: hasRunAway(fit, again) };
  });
  return summarise(fit, replicates);
}

/** What a replicate is fitted to. */
function drawer<P extends string>(
  fit: ScalingFit<P>,
  { kind = 'rows', block }: BootstrapOptions,
): (random: Random) => RefitOptions<P> {
  const rows = fit.residuals.length;
  if (kind === 'rows') return (random) => ({ indices: Int32Array.from({ length: rows }, () => random.integer(rows)) });
  if (kind === 'residual') {
    const fitted = fit.runs[fit.law.output.name]!.map((loss, i) => loss * Math.exp(-fit.residuals[i]!));
    const centre = fit.residuals.reduce((sum, residual) => sum + residual, 0) / rows;
    return (random) => ({
      losses: fitted.map((value) => value * Math.exp(fit.residuals[random.integer(rows)]! - centre)),
    });
  }
  if (kind !== 'block')
    throw new DomainError(`bootstrap: kind must be one of rows, residual, block, got ${String(kind)}`);
  const blocks = blocksOf(fit, block);
  return (random) => ({ indices: blocks.flatMap(() => blocks[random.integer(blocks.length)]!) });
}

function blocksOf(fit: ScalingFit, block: BootstrapOptions['block']): number[][] {
  const labels: ArrayLike<string | number> | undefined = typeof block === 'string' ? fit.runs[block] : block;
  const rows = fit.residuals.length;
  if (labels?.length !== rows) {
    const known = Object.keys(fit.runs).join(', ');
    const got = typeof block === 'string' ? block : block ? `${block.length} labels` : 'nothing';
    throw new DataError(
      `bootstrap: block must be a column of the law (${known}) or a label for each of ${rows} runs, got ${got}`,
    );
  }
  const groups = new Map<string | number, number[]>();
  for (let row = 0; row < rows; row++) groups.set(labels[row]!, [...(groups.get(labels[row]!) ?? []), row]);
  return [...groups.values()];
}

function hasRunAway<P extends string>(fit: ScalingFit<P>, { parameters }: Refit<P>): boolean {
  return fit.law.parameters.some(({ name, lower = -Infinity, upper = Infinity, runaway = Infinity, scale }) => {
    const value = parameters[name];
    return (
      !Number.isFinite(value) || value <= lower || value >= upper || value > runaway || (scale === 'log' && value === 0)
    );
  });
}

function summarise<P extends string>(fit: ScalingFit<P>, replicates: readonly Replicate<P>[]): Bootstrap<P> {
  const names = fit.law.parameters.map(({ name }) => name);
  const vector = (parameters: Constants<P>) => names.map((name) => parameters[name]);
  const spread = covariance(replicates.map(({ parameters }) => vector(parameters)));
  return {
    replicates,
    ranAway: replicates.filter(({ ranAway }) => ranAway).length,
    covariance: spread,
    standardErrors: Object.fromEntries(names.map((name, k) => [name, Math.sqrt(spread[k]![k]!)])) as Constants<P>,
    interval(of, level) {
      const quantity = typeof of === 'function' ? of : (parameters: Constants<P>) => parameters[of];
      return percentileInterval(
        replicates.map(({ parameters }) => quantity(parameters)),
        level,
      );
    },
    predictionInterval: (inputs, level) =>
      percentileInterval(
        replicates.map(({ parameters }) => fit.law.predict(parameters, inputs)),
        level,
      ),
    test(parameters) {
      const off = vector(parameters).map((value, k) => value - vector(fit.parameters)[k]!);
      const solved = leastSquares(spread, off).coefficients;
      const statistic = off.reduce((sum, value, k) => sum + value * solved[k]!, 0);
      return { statistic, pValue: chiSquareTail(statistic, names.length) };
    },
  };
}
