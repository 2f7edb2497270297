import { DataError } from '@surprisal/core';
import { checkColumn } from './pareto-frontier.js';
import { logLinear } from './log-linear.js';
import { powerLawPlusConstant, powerTrend } from './power-law.js';
import type { PowerTrend } from './power-trend.js';
import type { ScalingFit } from './fit.js';

/** How a trend is fitted. */
export interface PowerTrendOptions {
  /** `sq-log` (default): squares of log residuals; `huber-log`: their Huber loss. */
  readonly loss?: 'sq-log' | 'huber-log';
  /** Width of the Huber loss's core, default 1e-3. */
  readonly delta?: number;
  /** Whether to fit Linf, default true. Without it, a pure power law. */
  readonly irreducible?: boolean;
}

/** A fitted trend, and what to know before believing it. */
export interface PowerTrendFit {
  /** x0 and alpha are NaN when all losses are equal. */
  readonly trend: PowerTrend;
  /** `ln L - ln Lhat` of each point. */
  readonly residuals: Float64Array;
  readonly warnings: readonly string[];
  /** The fit behind it, for intervals and the like; absent when all losses are equal. */
  readonly fit?: ScalingFit;
}

/** Below this part of the least loss a constant is no different from none. */
const NO_CONSTANT = 1e-6;

/** Below this exponent the power is a constant too. */
const NO_POWER = 1e-4;

/**
 * Fits `L = Linf + (x0 / x)^alpha` to points, as the paper's setting asks: three constants only from four different x, no constant
 * where the fit wants none, and a flag where the constants cannot be told apart.
 *
 * @param x size, compute or data, > 0
 * @param losses nats per token, > 0
 * @throws ShapeError when there is not one loss per x; DomainError for values that are not > 0; DataError for fewer than four
 * different x (two without the constant)
 *
 * Henighan et al. 2020, arXiv:2010.14701.
 *
 * @example
 * const x = [1, 10, 100, 1000];
 * const { trend } = fitPowerTrend(x, x.map((at) => 1 + (2 / at) ** 0.5));
 * console.log(trend.Linf.toFixed(3), trend.x0.toFixed(3), trend.alpha.toFixed(3)); // 1.000 2.000 0.500
 */
export function fitPowerTrend(
  x: ArrayLike<number>,
  losses: ArrayLike<number>,
  { loss = 'sq-log', delta = 1e-3, irreducible = true }: PowerTrendOptions = {},
): PowerTrendFit {
  checkPoints(x, losses, irreducible ? 4 : 2);
  if (Array.from(losses).every((value) => value === losses[0])) return flat(losses);
  const runs = { x, loss: losses };
  const options = { loss, delta };
  const pure = (warnings: readonly string[]) => {
    const fit = logLinear(options).fit(runs);
    return {
      trend: powerTrend({ A: fit.parameters.b, alpha: fit.parameters.c }),
      ...shared(fit),
      warnings: [...warnings, ...fit.warnings],
    };
  };
  if (!irreducible) return pure([]);
  const fit = powerLawPlusConstant(options).fit(runs);
  const { Linf, alpha } = fit.parameters;
  if (Linf <= NO_CONSTANT * Math.min(...Array.from(losses))) {
    return pure(['The best constant is 0: the trend is a pure power law, which falls without end.']);
  }
  const inseparable =
    alpha <= NO_POWER ? ['The exponent is about 0: constant and amplitude cannot be told apart.'] : [];
  return { trend: powerTrend(fit.parameters), ...shared(fit), warnings: [...inseparable, ...fit.warnings] };
}

const shared = (fit: ScalingFit<never> | ScalingFit) => ({ residuals: fit.residuals, fit: fit as ScalingFit });

function flat(losses: ArrayLike<number>): PowerTrendFit {
  return {
    trend: { Linf: losses[0]!, x0: NaN, alpha: NaN },
    residuals: new Float64Array(losses.length),
    warnings: ['All losses are equal: there is no power to fit, and x0 and alpha are not defined.'],
  };
}

function checkPoints(x: ArrayLike<number>, losses: ArrayLike<number>, least: number): void {
  checkColumn('fitPowerTrend', 'x', x, x.length);
  checkColumn('fitPowerTrend', 'losses', losses, x.length);
  const different = new Set(Array.from(x)).size;
  if (different >= least) return;
  throw new DataError(
    `fitPowerTrend: at least ${least} different x are needed, got ${different}${least > 2 ? '; leave the constant out (irreducible: false) or add points' : ''}`,
  );
}

/**
 * Lowers a trend's amplitude until its curve lies below all points and touches one: `A = min_i (L_i - Linf) x_i^alpha`, with Linf
 * and alpha kept. The paper forces its compute trend to lie below the frontier.
 *
 * @returns null when a point lies at or below Linf, so that there is no such curve
 *
 * @example
 * const lowered = touchFromBelow({ Linf: 1, x0: 4, alpha: 0.5 }, [1, 4], [2.5, 2.2]);
 * console.log(lowered!.x0.toFixed(2)); // 2.25
 */
export function touchFromBelow(
  { Linf, alpha }: PowerTrend,
  x: ArrayLike<number>,
  losses: ArrayLike<number>,
): PowerTrend | null {
  checkColumn('touchFromBelow', 'x', x, x.length);
  checkColumn('touchFromBelow', 'losses', losses, x.length);
  const logA = Math.min(...Array.from(losses, (loss, i) => Math.log(loss - Linf) + alpha * Math.log(x[i]!)));
  return Number.isFinite(logA) ? { Linf, x0: Math.exp(logA / alpha), alpha } : null;
}
