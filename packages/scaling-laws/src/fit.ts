import { DataError } from '@surprisal/core';
import { type MultiStartMinimum, minimize, multiStart, nelderMead } from '@surprisal/core/numerics';
import type { z } from 'zod';
import { diagnose } from './identifiability.js';
import { type Constants, type Inputs, type LawMaths, predictRows, toConstants, toInternal } from './law-maths.js';
import { type Problem, SHARPEST, coreWidth, fitObjective, objectiveScale, totalWeight } from './objective.js';
import { type ColumnMap, type FitRows, type Runs, readRuns, resampled, selectRows } from './runs.js';
import type { ScalingLaw, fitParams } from './scaling-law.js';

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
  const free = maths.parameters.filter(({ name }) => !(options.fixed && name in options.fixed) && !maths.tied?.[name]);
  checkRows(
    law.method,
    rows,
    free.map(({ name }) => name),
  );
  const found = solveInStages(problem, startsOf(problem, options), options.fixed ?? {});
  const { warnings, unidentified } = diagnose(
    problem,
    found.x,
    free.map(({ name }) => name),
  );
  return {
    law,
    parameters: toConstants(maths, found.x),
    objective: found.value * objectiveScale(problem),
    ...quality(problem, found.x),
    runs: rows.columns,
    identifiable: unidentified.length === 0,
    unidentified,
    warnings,
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

function checkRows(method: string, { n }: FitRows, free: readonly string[]): void {
  if (n >= free.length && n > 0) return;
  throw new DataError(
    `${method}: ${n} run${n === 1 ? '' : 's'} cannot tell ${free.length} parameters (${free.join(', ')}); give at least ${free.length}`,
  );
}

function startsOf<P extends string>({ method, maths, params, rows }: Problem<P>, options: FitOptions<P>) {
  const { starts = params.starts } = options;
  if (typeof starts !== 'string') return starts.map((constants) => toInternal(method, maths, constants));
  return (starts === 'grid' && maths.grid?.()) || maths.starts(rows);
}

interface Solution {
  readonly x: Float64Array;
  readonly value: number;
  readonly starts: number;
  readonly agreeing: number;
}

/** How many of the scouted starts are followed to the end. */
const KEEP = 12;

/** One stage after the other; most laws have one. */
function solveInStages<P extends string>(
  problem: Problem<P>,
  starts: readonly ArrayLike<number>[],
  fixed: Partial<Constants<P>>,
): Solution {
  const { maths, rows, method } = problem;
  let found: Solution | undefined;
  for (const { hold, rows: passes } of maths.stages ?? [{ hold: [] }]) {
    const part = passes ? selectRows(rows, (row) => passes(rows.inputs[row]!)) : rows;
    const names = maths.parameters.map(({ name }) => name);
    checkRows(
      method,
      part,
      names.filter((name) => !hold.includes(name) && !(name in fixed) && !maths.tied?.[name]),
    );
    const points: readonly ArrayLike<number>[] = found ? [found.x] : starts;
    const held = Object.fromEntries(hold.map((name) => [name, toConstants(maths, points[0]!)[name]]));
    const next = solve({ ...problem, rows: part }, points, { ...held, ...fixed } as Partial<Constants<P>>);
    found = { ...next, starts: found?.starts ?? next.starts, agreeing: found?.agreeing ?? next.agreeing };
  }
  return found!;
}

/** The least objective from any of the starts; losses with a kink, or nearly, are approached from smoother ones and polished. */
function solve<P extends string>(
  problem: Problem<P>,
  starts: readonly ArrayLike<number>[],
  fixed: Partial<Constants<P>>,
): Solution {
  const bounds = boundsOf(problem, fixed);
  const [first, ...narrower] = widthsOf(coreWidth(problem.params));
  const options = { ...bounds, keep: KEEP };
  const found: MultiStartMinimum = multiStart(fitObjective(problem, first), starts, options);
  if (narrower.length === 0) return found;
  const x = narrower.reduce((point, width) => minimize(fitObjective(problem, width), point, bounds).x, found.x);
  return { ...found, ...polish(problem, x, bounds) };
}

/** From a Huber loss of the usual width to one that is nearly an absolute value, in steps of ten. */
function widthsOf(width: number): number[] {
  const narrowest = Math.max(width, SHARPEST);
  const widths = [Math.max(width, 1e-3)];
  while (widths.at(-1)! > narrowest * 1.01) widths.push(Math.max(narrowest, widths.at(-1)! / 10));
  return widths;
}

/** Simplex and gradients in turns, as long as it helps. */
function polish<P extends string>(problem: Problem<P>, start: Float64Array, bounds: ReturnType<typeof boundsOf>) {
  const objective = fitObjective(problem);
  const scratch = new Float64Array(start.length);
  let best = { x: start, value: objective(Float64Array.from(start), scratch) };
  for (let round = 0; round < 8; round++) {
    const crawled = nelderMead((x) => objective(x, scratch), best.x, { ...bounds, size: 0.03 / (1 + round) });
    const slid = minimize(objective, crawled.x, bounds);
    const gain = best.value - slid.value;
    if (slid.value <= best.value) best = slid;
    if (gain <= 1e-8 * Math.abs(best.value)) break;
  }
  return best;
}

/** Bounds in internal coordinates; a parameter that is fixed has two equal ones. */
function boundsOf<P extends string>({ maths }: Problem<P>, fixed: Partial<Constants<P>>) {
  const bound = (side: 'lower' | 'upper') =>
    maths.parameters.map((parameter) => {
      const value = fixed[parameter.name] ?? parameter[side] ?? (side === 'lower' ? -Infinity : Infinity);
      return parameter.scale === 'log' && Number.isFinite(value) ? Math.log(value) : value;
    });
  return { lower: bound('lower'), upper: bound('upper') };
}

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
  const { x, value } = solve(changed, [from], fixed);
  return { parameters: toConstants(problem.maths, x), objective: value * objectiveScale(changed) };
}
