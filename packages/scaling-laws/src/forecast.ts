import { DomainError } from '@surprisal/core';
import { type PowerTrend, reducibleLoss } from './power-trend.js';

/** What a trend says of one model, per sample. */
export interface LossForecast {
  /** Nats that no scale removes. */
  readonly irreducible: number;
  /** Nats that scale still removes. */
  readonly reducible: number;
  /** The same in bits. */
  readonly reducibleBits: number;
  /** Reducible share of the loss, in [0, 1]. */
  readonly reducibleShare: number;
}

/**
 * Parts the loss at x (size, compute or tokens) in what scale removes and what stays.
 *
 * @param tokens T, tokens per sample, > 0; default 1: per token
 * @throws DomainError when x or tokens is not greater than 0
 *
 * Henighan et al. 2020, arXiv:2010.14701, sections 3 and 4.
 *
 * @example
 * // images of 8x8 pixels, 192 tokens, at 1 petaflop-day
 * const { irreducible, reducible } = forecastLoss({ Linf: 3.13, x0: 1.8e-8, alpha: 0.19 }, 1, 192);
 * console.log(irreducible.toFixed(1), reducible.toFixed(2)); // 601.0 6.48
 */
export function forecastLoss(trend: PowerTrend, x: number, tokens = 1): LossForecast {
  checkPositive('forecastLoss', 'tokens', tokens);
  const reducible = tokens * reducibleLoss(trend, x);
  const irreducible = tokens * trend.Linf;
  return {
    irreducible,
    reducible,
    reducibleBits: reducible / Math.LN2,
    reducibleShare: reducible / (reducible + irreducible),
  };
}

/**
 * The size, compute or tokens at which a reducible loss of g nats per sample is reached: `x0 (T / g)^(1 / alpha)`. Small exponents
 * make it astronomical, and sensitive to every digit of them.
 *
 * @param reducible g, nats per sample, > 0
 * @param tokens T, tokens per sample, > 0; default 1: g is per token
 * @throws DomainError when reducible or tokens is not greater than 0
 *
 * Henighan et al. 2020, arXiv:2010.14701.
 *
 * @example
 * console.log(scaleForReducible({ Linf: 3.13, x0: 1.8e-8, alpha: 0.19 }, 1, 192).toFixed(0)); // 18735
 */
export function scaleForReducible({ x0, alpha }: PowerTrend, reducible: number, tokens = 1): number {
  checkPositive('scaleForReducible', 'reducible', reducible);
  checkPositive('scaleForReducible', 'tokens', tokens);
  return x0 * (tokens / reducible) ** (1 / alpha);
}

function checkPositive(owner: string, name: string, value: number): void {
  if (!(value > 0)) throw new DomainError(`${owner}: ${name} must be greater than 0, got ${value}`);
}
