import { DomainError } from '@surprisal/core';

/** A power law plus constant, `L(x) = Linf + (x0 / x)^alpha`: of size, compute or data, nats per token. */
export interface PowerTrend {
  /** The irreducible loss, about the entropy of the data; 0 for a pure power law. */
  readonly Linf: number;
  /** Where the reducible loss is 1 nat, in the unit of x. */
  readonly x0: number;
  readonly alpha: number;
}

/**
 * The reducible loss `(x0 / x)^alpha`: about the KL divergence from the data to the model, nats per token.
 *
 * @throws DomainError when x is not greater than 0
 *
 * Henighan et al.: Scaling Laws for Autoregressive Generative Modeling, 2020, arXiv:2010.14701.
 *
 * @example
 * console.log(reducibleLoss({ Linf: 2, x0: 100, alpha: 0.5 }, 1e6)); // 0.01
 */
export function reducibleLoss({ x0, alpha }: PowerTrend, x: number): number {
  if (!(x > 0)) throw new DomainError(`reducibleLoss: x must be greater than 0, got ${x}`);
  return (x0 / x) ** alpha;
}

/**
 * The loss of a trend, `Linf + (x0 / x)^alpha`, nats per token.
 *
 * @throws DomainError when x is not greater than 0
 *
 * @example
 * console.log(trendLoss({ Linf: 2, x0: 100, alpha: 0.5 }, 1e6)); // 2.01
 */
export const trendLoss = (trend: PowerTrend, x: number): number => trend.Linf + reducibleLoss(trend, x);
