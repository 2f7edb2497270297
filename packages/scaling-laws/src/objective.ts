import type { Objective } from '@surprisal/core/numerics';
import type { FitParams } from './fit.js';
import type { LawMaths } from './law-maths.js';
import type { FitRows } from './runs.js';

/** A law, the rows to fit it to, and how. */
export interface Problem<P extends string = string> {
  readonly method: string;
  readonly maths: LawMaths<P>;
  readonly params: FitParams;
  readonly rows: FitRows;
}

/** Losses with a kink at 0 are minimised as Huber losses whose core shrinks to this width, in log loss. */
export const SHARPEST = 1e-9;

/** The width of the quadratic core of a problem's loss; 0 where there is a kink. */
export const coreWidth = ({ loss, delta }: FitParams): number =>
  loss === 'huber-log' ? delta : loss === 'sq-log' ? Infinity : 0;

/**
 * The objective of a fit, `sum_i w_i rho(residual_i) / size`, with its gradient in internal coordinates, in one pass over the
 * rows and without allocation. The division makes values of about 1: Huber losses are so small (1e-6 a run) that minimisers with absolute
 * tolerances stop early, which is what happened to Hoffmann et al.
 *
 * `rho` is the Huber loss of the log residual with a core of `width`: r^2 / 2 within, width (|r| - width / 2) beyond; its slope
 * is r clipped to [-width, width]. Squares are its limit for a wide core. Absolute errors are rho / width for a narrow one; so is the
 * asymmetric error, of plain residuals, with another weight where the run is below the law.
 *
 * @param width of the core; default: the problem's own
 */
export function fitObjective(problem: Problem, width = coreWidth(problem.params)): Objective {
  const { maths, params, rows } = problem;
  const { features, logLoss, loss, weights } = rows;
  const plain = params.loss === 'asymmetric';
  const below = plain ? params.asymmetry : 1;
  const core = Math.max(width, SHARPEST / 1e3);
  const unit = (coreWidth(params) === 0 ? 1 / core : 1) / sizeOf(problem);
  const ties = tiesOf(maths);
  const row = new Float64Array(maths.parameters.length);
  return (theta, gradient) => {
    for (const [to, from] of ties) theta[to] = theta[from]!;
    gradient.fill(0);
    let total = 0;
    for (let i = 0; i < logLoss.length; i++) {
      if (weights[i] === 0) continue;
      const predicted = maths.logPredict(theta, features[i]!, row);
      const value = plain ? Math.exp(predicted) : 1;
      const residual = plain ? loss[i]! - value : logLoss[i]! - predicted;
      const weight = weights[i]! * unit * (residual < 0 ? below : 1);
      const inCore = Math.abs(residual) <= core;
      total += weight * (inCore ? (residual * residual) / 2 : core * (Math.abs(residual) - core / 2));
      const slope = weight * value * (inCore ? residual : residual < 0 ? -core : core);
      for (let k = 0; k < row.length; k++) gradient[k]! -= slope * row[k]!;
    }
    for (const [to, from] of ties) {
      gradient[from]! += gradient[to]!;
      gradient[to] = 0;
    }
    return total;
  };
}

/** By what the objective that a fit reports, a sum or a mean over runs, is greater than the one that is minimised. */
export const objectiveScale = (problem: Problem): number =>
  sizeOf(problem) / (problem.params.reduction === 'mean' ? totalWeight(problem.rows) : 1);

/** About the size of the sum over runs, but for the fit's quality. */
function sizeOf({ params, rows }: Problem): number {
  const width = coreWidth(params);
  return totalWeight(rows) * (width === 0 || width === Infinity ? 1 : width);
}

/** How many runs count. */
export const totalWeight = ({ weights }: FitRows): number => weights.reduce((sum, weight) => sum + weight, 0);

/** The parameters that are held equal to others, by position: `[to, from]`. */
export const tiesOf = ({ parameters }: LawMaths): [number, number][] =>
  parameters.flatMap(({ tiedTo }, to) =>
    tiedTo === undefined ? [] : [[to, parameters.findIndex(({ name }) => name === tiedTo)]],
  );

/** The Jacobian of the log predictions in internal coordinates, a row for each that counts. */
export function jacobian({ maths, rows }: Problem, theta: Float64Array): Float64Array[] {
  const ties = tiesOf(maths);
  return rows.features
    .filter((_, i) => rows.weights[i]! > 0)
    .map((x) => {
      const gradient = new Float64Array(theta.length);
      maths.logPredict(theta, x, gradient);
      for (const [to, from] of ties) {
        gradient[from]! += gradient[to]!;
        gradient[to] = 0;
      }
      return gradient;
    });
}

/**
 * The degree of the objective in the residuals, by Euler's rule for homogeneous functions, `sum r rho'(r) / sum rho(r)`: 1 for absolute
 * errors, 2 for squares.
 */
export function degreeOf({ maths, params, rows }: Problem, theta: Float64Array): number {
  const width = coreWidth(params);
  if (width === 0) return 1;
  const scratch = new Float64Array(theta.length);
  let [sum, turned] = [0, 0];
  rows.logLoss.forEach((value, i) => {
    const size = Math.abs(value - maths.logPredict(theta, rows.features[i]!, scratch));
    const slope = Math.min(size, width);
    sum += slope * (size - slope / 2);
    turned += slope * size;
  });
  return sum > 0 ? turned / sum : 2;
}
