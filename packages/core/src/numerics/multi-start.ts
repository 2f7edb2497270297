import { DomainError } from '../errors.js';
import type { Objective } from './line-search.js';
import { type GradientMinimum, type MinimizeOptions, minimize } from './minimize.js';

/** How {@link multiStart} goes about many starts. */
export interface MultiStartOptions extends MinimizeOptions {
  /** How many of the starts are followed to the end, once all have been followed for a while. Default: all. */
  readonly keep?: number;
  /** How far each start is followed before the best are kept. Default: 60 iterations, to a share of 1e-3. */
  readonly scouting?: Pick<MinimizeOptions, 'maxIterations' | 'objectiveTolerance'> & {
    /** What is followed for that while: a cheaper objective of the same shape. Default: the objective. */
    readonly objective?: Objective;
  };
}

/** The best of many minima. */
export interface MultiStartMinimum extends GradientMinimum {
  /** How many starts there were. */
  readonly starts: number;
  /** How many of those that were followed to the end came within a share of 1e-6 of the best value. */
  readonly agreeing: number;
}

/**
 * Minimises from many starts and gives the best minimum. With `keep`, every start is followed a little way, and only the best of
 * them to the end. Starts at which the objective is not finite are passed over.
 *
 * @throws DomainError when the objective is finite at no start
 *
 * @example
 * import { multiStart } from '@surprisal/core/numerics';
 *
 * const twoValleys = ([x]: Float64Array, gradient: Float64Array) => {
 *   gradient[0] = 4 * x! ** 3 - 4 * x! + 0.5;
 *   return x! ** 4 - 2 * x! ** 2 + 0.5 * x!;
 * };
 * console.log(multiStart(twoValleys, [[2], [-2]]).x[0]!.toFixed(3)); // -1.057
 */
export function multiStart(
  objective: Objective,
  starts: readonly ArrayLike<number>[],
  { keep = Infinity, scouting, ...options }: MultiStartOptions = {},
): MultiStartMinimum {
  const isScouted = starts.length > keep;
  const { objective: sketch = objective, ...early } = { maxIterations: 60, objectiveTolerance: 1e-3, ...scouting };
  const [target, until] = isScouted ? ([sketch, { ...options, ...early }] as const) : ([objective, options] as const);
  const first = starts.filter((start) => isFiniteAt(target, start)).map((start) => minimize(target, start, until));
  if (first.length === 0) {
    throw new DomainError(`multiStart: objective must be finite at one start at least, got none of ${starts.length}`);
  }
  const byValue = (a: GradientMinimum, b: GradientMinimum) => a.value - b.value;
  const best = first.sort(byValue).slice(0, keep);
  const last = isScouted ? best.map(({ x }) => minimize(objective, x, options)).sort(byValue) : best;
  const limit = last[0]!.value + 1e-6 * Math.abs(last[0]!.value);
  return {
    ...last[0]!,
    starts: starts.length,
    agreeing: last.filter(({ value }) => value <= limit).length,
    evaluations: [...first, ...(isScouted ? last : [])].reduce((sum, { evaluations }) => sum + evaluations, 0),
  };
}

const isFiniteAt = (objective: Objective, start: ArrayLike<number>): boolean =>
  Number.isFinite(objective(Float64Array.from(start), new Float64Array(start.length)));
