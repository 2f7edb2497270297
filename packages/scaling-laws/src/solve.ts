import { DataError } from '@surprisal/core';
import { type MultiStartMinimum, minimize, multiStart, nelderMead } from '@surprisal/core/numerics';
import { type Constants, type LawMaths, toConstants } from './law-maths.js';
import { type Problem, SHARPEST, coreWidth, fitObjective, tiesOf } from './objective.js';
import { type FitRows, selectRows } from './runs.js';

/** The parameters that a fit looks for: neither fixed nor tied to others. */
export const freeNames = <P extends string>({ parameters }: LawMaths<P>, fixed: Partial<Constants<P>> = {}): P[] =>
  parameters.filter(({ name, tiedTo }) => !(name in fixed) && tiedTo === undefined).map(({ name }) => name);

/**
 * Refuses fewer runs than parameters.
 *
 * @throws DataError
 */
export function checkRows(method: string, { n }: FitRows, free: readonly string[]): void {
  if (n >= free.length && n > 0) return;
  throw new DataError(
    `${method}: ${n} run${n === 1 ? '' : 's'} cannot tell ${free.length} parameters (${free.join(', ')}); give at least ${free.length}`,
  );
}

/** Where the search for the least objective ended, in internal coordinates. */
export interface Solution {
  readonly x: Float64Array;
  readonly value: number;
  readonly starts: number;
  readonly agreeing: number;
}

/** How many of the scouted starts are followed to the end. */
const KEEP = 12;
/** How many rows are enough to scout by: wide grids stay quick on long tables. */
const ENOUGH = 400;

/** The problem with every k-th row. */
function sketch<P extends string>(problem: Problem<P>): Problem<P> {
  const step = Math.ceil(problem.rows.n / ENOUGH);
  return step === 1 ? problem : { ...problem, rows: selectRows(problem.rows, (row) => row % step === 0) };
}

/** The least objective: one stage of the law after the other; most laws have one. */
export function solveInStages<P extends string>(
  problem: Problem<P>,
  starts: readonly ArrayLike<number>[],
  fixed: Partial<Constants<P>>,
): Solution {
  const { maths, rows, method } = problem;
  let found: Solution | undefined;
  for (const { hold, rows: passes } of maths.stages ?? [{ hold: [] }]) {
    const part = passes ? selectRows(rows, (row) => passes(rows.inputs[row]!)) : rows;
    checkRows(
      method,
      part,
      freeNames(maths, fixed).filter((name) => !hold.includes(name)),
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
  const options = {
    ...bounds,
    keep: KEEP,
    ...(starts.length > KEEP && { scouting: { objective: fitObjective(sketch(problem), first) } }),
  };
  const tied = starts.map((start) => tie(problem.maths, start));
  const found: MultiStartMinimum = multiStart(fitObjective(problem, first), tied, options);
  if (narrower.length === 0) return found;
  const x = narrower.reduce((point, width) => minimize(fitObjective(problem, width), point, bounds).x, found.x);
  return { ...found, ...polish(problem, x, bounds) };
}

/** A point with the parameters that are tied to others at the values of those. */
function tie(maths: LawMaths, point: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(point);
  for (const [to, from] of tiesOf(maths)) x[to] = x[from]!;
  return x;
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
