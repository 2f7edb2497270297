import { DataError, DomainError } from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';
import type { FitOptions, ScalingFit } from './fit.js';
import { type Runs, matchColumns } from './runs.js';
import type { ScalingLaw } from './scaling-law.js';

/** Which runs a {@link holdOut} keeps back. */
export interface HoldOutOptions<P extends string = string> extends FitOptions<P> {
  /** The column (of the runs, or the law's name for it) by whose largest values runs are kept back. Default: the last of those that the law reads, of positive ones. */
  readonly by?: string;
  /** Share of the runs that is kept back, in (0, 1). Default 0.2. */
  readonly share?: number;
}

/** How well a law extrapolates. */
export interface HoldOut<P extends string = string> {
  /** The fit to the smaller runs. */
  readonly fit: ScalingFit<P>;
  /** The larger ones, and `ln L - ln Lhat` of each. */
  readonly heldOut: Readonly<Record<string, Float64Array>>;
  readonly residuals: Float64Array;
  /** Root mean squared log error on the runs kept back: about the relative error. */
  readonly score: number;
  /** The same of two predictors that know no law: the loss of the largest run fitted, and a straight line of ln loss on ln `by`. */
  readonly baselines: { readonly lastLoss: number; readonly logLinear: number };
}

/**
 * Fits a law to the smaller runs and scores it on the larger ones: what a law is for.
 *
 * @throws DataError for columns that are missing and too few runs; DomainError for a share out of range
 *
 * @example
 * const law = chinchilla({ starts: 'auto' });
 * const N = Array.from({ length: 40 }, (_, i) => 10 ** (7 + i / 20));
 * const D = N.map((n, i) => n * (10 + 7 * (i % 5)));
 * const { score, baselines } = holdOut(law, { N, D, loss: law.predict(law.published.epoch!, { N, D }) }, { by: 'N' });
 * console.log(score < 1e-4, score < baselines.logLinear); // true true
 */
export function holdOut<P extends string>(law: ScalingLaw<P>, runs: Runs, options: HoldOutOptions<P> = {}): HoldOut<P> {
  const { share = 0.2, by: chosen, ...fitting } = options;
  if (!(share > 0 && share < 1)) throw new DomainError(`holdOut: share must be between 0 and 1, got ${share}`);
  const map = matchColumns(law, Object.keys(runs), fitting.columns);
  const by = chosen ?? law.inputs.findLast(({ name, signed }) => !signed && name in map)!.name;
  const key = runs[by] ?? runs[map[by] ?? ''];
  if (!key)
    throw new DataError(
      `holdOut: by must be a column of the runs, got "${by}"; it has ${Object.keys(runs).join(', ')}`,
    );
  const order = Array.from(key, (_, row) => row).sort((a, b) => key[a]! - key[b]!);
  const kept = Math.round(order.length * (1 - share));
  const [small, large] = [order.slice(0, kept), order.slice(kept)];
  if (large.length === 0) throw new DataError(`holdOut: a share of ${share} of ${order.length} runs keeps none back`);
  const fit = law.fit(pick(runs, small), fitting);
  const { runs: heldOut, residuals } = law.evaluate(fit.parameters, pick(runs, large), fitting);
  const score = rootMeanSquare(residuals);
  return { fit, heldOut, residuals, score, baselines: baselinesOf(key, runs[map[law.output.name]!]!, small, large) };
}

const pick = (runs: Runs, rows: readonly number[]): Runs =>
  Object.fromEntries(Object.entries(runs).map(([name, column]) => [name, rows.map((row) => column[row]!)]));

const rootMeanSquare = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

function baselinesOf(
  key: ArrayLike<number>,
  loss: ArrayLike<number>,
  small: readonly number[],
  large: readonly number[],
) {
  const last = loss[small.at(-1)!]!;
  const isFlat = new Set(small.map((row) => key[row]!)).size < 2;
  const { slope, intercept } = isFlat
    ? { slope: NaN, intercept: NaN }
    : fitLine(
        small.map((row) => Math.log(key[row]!)),
        small.map((row) => Math.log(loss[row]!)),
      );
  return {
    lastLoss: rootMeanSquare(large.map((row) => Math.log(loss[row]! / last))),
    logLinear: rootMeanSquare(large.map((row) => Math.log(loss[row]!) - intercept - slope * Math.log(key[row]!))),
  };
}
