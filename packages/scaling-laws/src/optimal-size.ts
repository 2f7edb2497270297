import { DomainError } from '@surprisal/core';

/** The size that is best for a compute budget: `N_opt(C) = (C / C0)^beta`. */
export interface SizeTrend {
  /** The compute at which one parameter is best: a constant of the fit, far outside of any data. */
  readonly C0: number;
  readonly beta: number;
}

/**
 * The best number of parameters for a compute budget, `(C / C0)^beta`.
 *
 * @throws DomainError when C is not greater than 0
 *
 * Henighan et al. 2020, arXiv:2010.14701.
 *
 * @example
 * console.log(optimalSize({ C0: 3.3e-13, beta: 0.73 }, 1).toExponential(1)); // 1.3e+9
 */
export function optimalSize({ C0, beta }: SizeTrend, C: number): number {
  if (!(C > 0)) throw new DomainError(`optimalSize: C must be greater than 0, got ${C}`);
  return (C / C0) ** beta;
}

/**
 * How the tokens of an optimal run grow with its size, `D ~ N^((1 - beta) / beta)`: 1 when both grow alike (beta = 1/2).
 *
 * @throws DomainError unless 0 < beta <= 1
 *
 * @example
 * console.log(tokenExponentOfSize(0.73).toFixed(2)); // 0.37
 */
export function tokenExponentOfSize(beta: number): number {
  if (!(beta > 0 && beta <= 1)) throw new DomainError(`tokenExponentOfSize: beta must be in (0, 1], got ${beta}`);
  return (1 - beta) / beta;
}
