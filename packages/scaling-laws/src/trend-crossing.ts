import { DomainError } from '@surprisal/core';
import type { SizeTrend } from './optimal-size.js';
import type { PowerTrend } from './power-trend.js';

/** Tokens seen as a power of compute: `D(C) = k C^q`. */
export interface TokenTrend {
  readonly k: number;
  readonly q: number;
}

/** Where two trends meet. */
export interface TrendCrossing {
  /** C*, in the unit of the compute trend. */
  readonly compute: number;
  /** The reducible loss of both there, nats per token. */
  readonly reducible: number;
}

/** FLOP in a petaflop-day. */
export const FLOP_PER_PETAFLOP_DAY = 8.64e19;

/**
 * The tokens that a model of optimal size sees: `D(C) = C / (6 N_opt(C)) = k C^(1 - beta)`.
 *
 * @param sizes `N_opt(C) = (C / C0)^beta`
 * @param flopPerUnit FLOP per unit of C; default a petaflop-day, 8.64e19
 * @param flopPerTokenPerParameter default 6
 *
 * @example
 * const { k, q } = tokensOnOptimalPath({ C0: 3.3e-13, beta: 0.73 });
 * console.log(k.toExponential(1), q.toFixed(2)); // 1.1e+10 0.27
 */
export const tokensOnOptimalPath = (
  { C0, beta }: SizeTrend,
  flopPerUnit = FLOP_PER_PETAFLOP_DAY,
  flopPerTokenPerParameter = 6,
): TokenTrend => ({ k: (flopPerUnit / flopPerTokenPerParameter) * C0 ** beta, q: 1 - beta });

/**
 * Where the reducible loss that compute allows meets the one that the tokens seen allow:
 * `ln C* = (aC ln C0 - aD ln D0 + aD ln k) / (aC - aD q)`. Beyond C* one of the two trends must break.
 *
 * @param compute `(C0 / C)^aC`
 * @param data `(D0 / D)^aD`
 * @param tokens `D(C) = k C^q`
 * @returns null when the trends are parallel (aC = aD q)
 * @throws DomainError for constants that are not greater than 0
 *
 * Henighan et al. 2020, arXiv:2010.14701, section 6 and figure 17.
 *
 * @example
 * const compute = { Linf: 0, x0: 1e10, alpha: 0.2 };
 * const crossing = trendCrossing(compute, { Linf: 0, x0: 1e9, alpha: 0.3 }, { k: 1e10, q: 0.25 });
 * console.log(crossing!.compute.toExponential(1)); // 2.5e+18
 */
export function trendCrossing(
  compute: Pick<PowerTrend, 'x0' | 'alpha'>,
  data: Pick<PowerTrend, 'x0' | 'alpha'>,
  { k, q }: TokenTrend,
): TrendCrossing | null {
  const constants = { 'compute.x0': compute.x0, 'data.x0': data.x0, k };
  for (const [name, value] of Object.entries(constants)) {
    if (!(value > 0)) throw new DomainError(`trendCrossing: ${name} must be greater than 0, got ${value}`);
  }
  const slope = compute.alpha - data.alpha * q;
  if (Math.abs(slope) <= 1e-12 * Math.abs(compute.alpha)) return null;
  const logC = (compute.alpha * Math.log(compute.x0) + data.alpha * Math.log(k / data.x0)) / slope;
  return { compute: Math.exp(logC), reducible: Math.exp(compute.alpha * (Math.log(compute.x0) - logC)) };
}
