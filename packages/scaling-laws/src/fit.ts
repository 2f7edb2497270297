import { DataError, unknownName } from '@surprisal/core';
import type { z } from 'zod';
import { diagnose } from './identifiability.js';
import { type Constants, type Inputs, type LawMaths, predictRows, toConstants, toInternal } from './law-maths.js';
import { type Problem, degreeOf, objectiveScale, totalWeight } from './objective.js';
import { type ColumnMap, type FitRows, type Runs, readRuns, resampled, selectRows } from './runs.js';
import type { ScalingLaw, fitParams } from './scaling-law.js';
import { type Solution, checkRows, freeNames, solveInStages } from './solve.js';

/** How a law is fitted: the parameters that every law has. */
export type FitParams = z.output<typeof fitParams>;

/** How one fit goes about it. */
export interface FitOptions<P extends string = string> {
  /** The law's column to the table's, where names and aliases do not say. */
  readonly columns?: ColumnMap;
  /** Where to start. Default: the law's parameter `starts`. */
  readonly starts?: 'grid' | 'auto' | readonly Constants<P>[];
  /** Parameters that are known. */
  readonly fixed?: Partial<Constants<P>>;
  /**
   * Rows with the highest losses to leave out: those not strictly below the `dropTop`-th largest loss (so 5 leaves out at least 5).
   * Default 0.
   */
  readonly dropTop?: number;
}

/** What fitting a law to runs gave. */
export interface ScalingFit<P extends string = string> {
  readonly law: ScalingLaw<P>;
  /** The fitted constants, in their own units. Where {@link ScalingFit.unidentified} names one, others fit as well. */
  readonly parameters: Constants<P>;
  /** The sum (or mean) over runs of the law's loss. */
  readonly objective: number;
  /** Degree of the objective in the residuals: 1 for absolute errors, 2 for squares, between them for a Huber loss. */
  readonly degree: number;
  /** Root mean squared error of the losses themselves, not their logarithms. */
  readonly rmse: number;
  /** Share of the variance of losses that the law explains. */
  readonly r2: number;
  /** How many runs it was fitted to. */
  readonly n: number;
  /** `ln L - ln Lhat` of each run. */
  readonly residuals: Float64Array;
  /** The runs it was fitted to, by the law's names. */
  readonly runs: Readonly<Record<string, Float64Array>>;
  /** Whether the runs tell all parameters. If not, do not read the parameters named by `unidentified`. */
  readonly identifiable: boolean;
  readonly unidentified: readonly P[];
  /** What to know before believing it, in sentences. */
  readonly warnings: readonly string[];
  /** How many points it started from, and how many of the best of them ended at the best objective. */
  readonly starts: number;
  readonly agreeing: number;
  /** The law's value at the fitted parameters, for one run or columns of them. */
  predict(inputs: Readonly<Record<string, number>>): number;
  predict(inputs: Runs): Float64Array;
  /** Fits again, from here: other rows, other losses, or with parameters held. The part of a fit that intervals repeat. */
  refit(change: RefitOptions<P>): Refit<P>;
}

/** What is different in a {@link ScalingFit.refit}. */
export interface RefitOptions<P extends string = string> {
  /** Numbers of the rows to fit to, from 0; repeats count. Default: each once. */
  readonly indices?: ArrayLike<number>;
  /** Other losses, one for each row. */
  readonly losses?: ArrayLike<number>;
  readonly fixed?: Partial<Constants<P>>;
}

/** What fitting again gave. */
export interface Refit<P extends string = string> {
  readonly parameters: Constants<P>;
  readonly objective: number;
}

/** Fits a law: reads and checks the runs, looks for the least objective from many starts, and says what the runs cannot tell. */
export function fitLaw<P extends string>(
  law: ScalingLaw<P>,
  maths: LawMaths<P>,
  params: FitParams,
  runs: Runs,
  options: FitOptions<P>,
): ScalingFit<P> {
  const rows = dropTop(law, readRuns(law, maths, runs, options.columns), options.dropTop ?? 0);
  const problem: Problem<P> = { method: law.method, maths, params, rows };
  checkFixed(law, maths, options.fixed ?? {});
  const free = freeNames(maths, options.fixed);
  checkRows(law.method, rows, free);
  const found = solveInStages(problem, startsOf(problem, options), options.fixed ?? {});
  const { warnings, unidentified } = diagnose(problem, found.x, free);
  return {
    law,
    parameters: toConstants(maths, found.x),
    objective: found.value * objectiveScale(problem),
    degree: degreeOf(problem, found.x),
    ...quality(problem, found.x),
    runs: rows.columns,
    identifiable: unidentified.length === 0,
    unidentified,
    warnings: [...loneliness(found), ...warnings],
    starts: found.starts,
    agreeing: found.agreeing,
    predict: ((inputs: Inputs) => predictRows(law.method, maths, found.x, inputs)) as ScalingFit<P>['predict'],
    refit: (change) => refit(problem, found.x, change),
  };
}

/** Rows whose loss is strictly below the `count`-th largest: the outlier rule of the re-analysis of Chinchilla (Besiroglu et al.). */
function dropTop(law: ScalingLaw, rows: FitRows, count: number): FitRows {
  if (!Number.isInteger(count) || count < 0) {
    throw new DataError(`${law.method}: dropTop must be a whole number >= 0, got ${count}`);
  }
  if (count === 0) return rows;
  const limit = rows.loss.toSorted().at(-count) ?? -Infinity;
  return selectRows(rows, (row) => rows.loss[row]! < limit);
}

function checkFixed<P extends string>(law: ScalingLaw<P>, maths: LawMaths<P>, fixed: Partial<Constants<P>>): void {
  const names = maths.parameters.map(({ name }) => name);
  const unknown = Object.keys(fixed).find((name) => !names.includes(name as P));
  if (unknown !== undefined) throw unknownName(`parameter of ${law.method}`, unknown, names);
  const ones = Object.fromEntries(names.map((name) => [name, 1])) as Constants<P>;
  toInternal(law.method, maths, { ...ones, ...fixed });
}

function startsOf<P extends string>({ method, maths, params, rows }: Problem<P>, options: FitOptions<P>) {
  const { starts = params.starts } = options;
  if (typeof starts !== 'string') return starts.map((constants) => toInternal(method, maths, constants));
  return (starts === 'grid' && maths.grid?.()) || maths.starts(rows);
}

function loneliness({ starts, agreeing, value }: Solution): string[] {
  if (starts === 1 || agreeing > 1 || value < PERFECT) return [];
  return [`only one of ${starts} starts reached the best objective: there may be a better one`];
}

/** A minimised objective (about 1 for residuals as large as the loss itself) that is zero but for rounding. */
const PERFECT = 1e-9;

function quality<P extends string>({ maths, rows }: Problem<P>, theta: Float64Array) {
  const scratch = new Float64Array(theta.length);
  const residuals = rows.logLoss.map((value, i) => value - maths.logPredict(theta, rows.features[i]!, scratch));
  const errors = rows.loss.map((loss, i) => loss - loss * Math.exp(-residuals[i]!));
  const sumOfSquares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  const centre = rows.loss.reduce((sum, loss) => sum + loss, 0) / rows.n;
  return {
    n: totalWeight(rows),
    residuals,
    rmse: Math.sqrt(sumOfSquares(errors) / rows.n),
    r2: 1 - sumOfSquares(errors) / sumOfSquares(rows.loss.map((loss) => loss - centre)),
  };
}

function refit<P extends string>(problem: Problem<P>, from: Float64Array, change: RefitOptions<P>): Refit<P> {
  const { indices, losses, fixed = {} } = change;
  const chosen = indices ? resampled(problem.rows, indices) : problem.rows;
  const rows = losses
    ? { ...chosen, loss: Float64Array.from(losses), logLoss: Float64Array.from(losses, Math.log) }
    : chosen;
  const changed = { ...problem, rows };
  const { x, value } = solveInStages(changed, [from], fixed);
  return { parameters: toConstants(problem.maths, x), objective: value * objectiveScale(changed) };
}
