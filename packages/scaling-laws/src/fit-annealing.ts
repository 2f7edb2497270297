import { DomainError } from '@surprisal/core';
import { minimizeScalar } from '@surprisal/core/numerics';
import type { z } from 'zod';
import type { AnnealingOptions } from './annealing-areas.js';
import { type AnnealingRuns, type LossCurve, annealingRuns } from './annealing-curves.js';
import type { FitOptions, ScalingFit } from './fit.js';
import { type AnnealingConstants, lrAnnealing } from './lr-annealing.js';
import { type CurvePrediction, predictCurve } from './predict-curve.js';

/** How the annealing law is fitted to curves. */
export interface AnnealingFitOptions extends Omit<AnnealingOptions, 'lambda'> {
  /** Decay of the annealing momentum, default 0.999; `'search'` looks for the one that fits best, which needs several fits. */
  readonly lambda?: number | 'search';
  /** How the law is fitted: loss, delta, starts. */
  readonly law?: z.input<typeof lrAnnealing.info.params>;
  /** Constants that are known, or where to start. */
  readonly fit?: FitOptions<'L0' | 'A' | 'C' | 'alpha'>;
}

/** The annealing law, fitted to curves. */
export interface AnnealingFit {
  readonly constants: AnnealingConstants;
  readonly lambda: number;
  /** Mean of |L - Lhat| and of |Lhat / L - 1| over all points. */
  readonly meanAbsoluteError: number;
  readonly meanRelativeError: number;
  /** The fit behind it: objective, R^2, warnings, refits, and what intervals and hold-outs need. */
  readonly fit: ScalingFit<'L0' | 'A' | 'C' | 'alpha'>;
  /** The rows it was fitted to, with the curve of each: the blocks of a bootstrap. */
  readonly runs: AnnealingRuns;
  /** The loss curve of another schedule, under the same lambda and warm-up convention. */
  predict(rates: ArrayLike<number>, options?: PredictOptions): CurvePrediction;
}

/** What to predict of a schedule. */
export interface PredictOptions {
  /** Indices into the rates; default: all after the warm-up. */
  readonly steps?: ArrayLike<number>;
  /** Warm-up steps of this schedule; default: those of the fit. */
  readonly warmupSteps?: number;
}

/**
 * Fits `L = L0 + A S1^-alpha - C S2` to one or more loss curves, one of them at least with a rate that changes.
 *
 * Constants are comparable only under one lambda, one warm-up convention and one unit of the rates. The objective is flat along
 * L0 and alpha: compare predictions, not constants.
 *
 * @throws DomainError when all curves have constant rates, so that C cannot be told (for those, fit {@link powerLawPlusConstant} to S1
 * instead); DataError for fewer than 4 points; as {@link annealingRuns} for bad curves
 *
 * Tissue, Wang, Wang: Scaling Law with Learning Rate Annealing, 2024, arXiv:2408.11029.
 *
 * @example
 * const [flat, falling] = [constant(), cosine()].map((schedule) => schedule({ total: 1000, peak: 0.01 }));
 * const truth = { L0: 2, A: 1, C: 0.2, alpha: 0.5 };
 * const steps = [100, 200, 400, 600, 800, 1000];
 * const curves = [flat!, falling!].map((rates) => ({ rates, steps, loss: predictCurve(truth, rates, { steps }).loss }));
 * const fit = fitAnnealing(curves);
 * console.log(fit.constants.L0.toFixed(3), fit.constants.C.toFixed(3)); // 2.000 0.200
 */
export function fitAnnealing(curves: readonly LossCurve[], options: AnnealingFitOptions = {}): AnnealingFit {
  const lambda = options.lambda === 'search' ? searchLambda(curves, options) : (options.lambda ?? 0.999);
  const areas: AnnealingOptions = { lambda, warmup: options.warmup, warmupSteps: options.warmupSteps };
  const runs = annealingRuns(curves, areas);
  if (runs.S2.every((area) => area === 0)) {
    throw new DomainError(
      'fitAnnealing: C cannot be told from constant rates alone (S2 is 0 everywhere); add a curve whose rate falls',
    );
  }
  const { S1, S2, loss } = runs;
  const fit = lrAnnealing(options.law).fit({ S1, S2, loss }, options.fit);
  const relative = fit.residuals.map((residual) => Math.abs(Math.expm1(-residual)));
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    constants: fit.parameters,
    lambda,
    meanRelativeError: mean(relative),
    meanAbsoluteError: mean(relative.map((error, i) => error * loss[i]!)),
    fit,
    runs,
    predict: (rates, given = {}) => predictCurve(fit.parameters, rates, { ...areas, ...given }),
  };
}

/** 1 - lambda: from a momentum without memory to one of a hundred thousand steps. */
const FORGETTING = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];

/** The lambda of the least objective: the best of a coarse grid of ln(1 - lambda), then Brent's method beside it. */
function searchLambda(curves: readonly LossCurve[], options: AnnealingFitOptions): number {
  const objective = (logForgetting: number) =>
    fitAnnealing(curves, { ...options, lambda: 1 - Math.exp(logForgetting) }).fit.objective;
  const grid = FORGETTING.map(Math.log);
  const values = grid.map(objective);
  const best = values.indexOf(Math.min(...values));
  const [low, high] = [grid[Math.min(best + 1, grid.length - 1)]!, grid[Math.max(best - 1, 0)]!];
  const refined = minimizeScalar(objective, low, high, 1e-4);
  return 1 - Math.exp(refined.value < values[best]! ? refined.x : grid[best]!);
}
