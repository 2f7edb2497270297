import { DomainError } from '@surprisal/core';
import type { Constants } from './law-maths.js';
import { parametersColumn, tokensColumn } from './columns.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/** The names of the constants of the Chinchilla law. */
export type ChinchillaParameter = 'A' | 'B' | 'E' | 'alpha' | 'beta';

/**
 * ln of a sum of exponentials of three terms, with the terms' shares of the sum: the heart of laws that add a term for size, one
 * for data and a constant.
 *
 * @param shares written: softmax of the terms
 */
export function logSumOfThree(first: number, second: number, third: number, shares: Float64Array): number {
  const top = Math.max(first, second, third);
  const a = Math.exp(first - top);
  const b = Math.exp(second - top);
  const c = Math.exp(third - top);
  const sum = a + b + c;
  shares[0] = a / sum;
  shares[1] = b / sum;
  shares[2] = c / sum;
  return top + Math.log(sum);
}

/** The parametric law in the order ln A, ln B, ln E, alpha, beta, of ln N and ln D. */
export function chinchillaLog(theta: Float64Array, lnN: number, lnD: number, gradient: Float64Array): number {
  const size = theta[0]! - theta[3]! * lnN;
  const data = theta[1]! - theta[4]! * lnD;
  const value = logSumOfThree(size, data, theta[2]!, gradient); // d/d ln A, ln B, ln E are the shares
  gradient[3] = -gradient[0]! * lnN;
  gradient[4] = -gradient[1]! * lnD;
  return value;
}

/** The constants of the law, for laws that extend it. */
export const chinchillaParameters = [
  { name: 'A', scale: 'log', description: 'loss that a model of one parameter would add' },
  { name: 'B', scale: 'log', description: 'loss that training on one token would add' },
  { name: 'E', scale: 'log', description: 'irreducible loss: the entropy of the text' },
  { name: 'alpha', scale: 'linear', runaway: 2, description: 'exponent of size' },
  { name: 'beta', scale: 'linear', runaway: 2, description: 'exponent of data' },
] as const;

/** The grid of Hoffmann et al.: 4500 points. */
function hoffmannGrid(): Float64Array[] {
  const grid: Float64Array[] = [];
  for (const lnA of [0, 5, 10, 15, 20, 25])
    for (const lnB of [0, 5, 10, 15, 20, 25])
      for (const lnE of [-1, -0.5, 0, 0.5, 1])
        for (const alpha of [0, 0.5, 1, 1.5, 2])
          for (const beta of [0, 0.5, 1, 1.5, 2]) grid.push(Float64Array.of(lnA, lnB, lnE, alpha, beta));
  return grid;
}

/** Points near what language models give: they reach the optimum of the grid on the published data. */
export const chinchillaStarts = (): Float64Array[] => [
  Float64Array.of(6, 7, 0.5, 0.35, 0.35),
  Float64Array.of(5, 5, 0, 0.3, 0.3),
  Float64Array.of(8, 10, 0.5, 0.5, 0.5),
  Float64Array.of(3, 3, -1, 0.2, 0.2),
];

/**
 * The parametric law of Chinchilla, `L(N, D) = E + A N^-alpha + B D^-beta`: what is irreducible, what a larger model would save, what
 * more tokens would save. Its fit is approach 3: a Huber loss of log residuals from 4500 starts.
 *
 * Where a table has no tokens but compute, D = C / (6 N).
 *
 * Published constants: `hoffmann` as the paper rounds them, `hoffmannUnrounded` from its source, `epoch` from the re-analysis, whose
 * loss was in effect the absolute error of log losses (`loss: 'abs-log'` reproduces it).
 *
 * @throws DataError for fewer than five runs, and for losses, sizes or tokens that are not positive
 *
 * Hoffmann et al.: Training Compute-Optimal Large Language Models, 2022, arXiv:2203.15556; Besiroglu et al.: Chinchilla Scaling: A
 * replication attempt, 2024, arXiv:2404.10102.
 *
 * @example
 * const law = chinchilla({ starts: 'auto' });
 * const N = [1e8, 1e8, 1e9, 1e9, 1e10, 1e10, 3e8, 3e9];
 * const D = [1e9, 1e10, 1e10, 1e11, 1e10, 1e11, 1e11, 1e11];
 * const loss = law.predict(law.published.epoch!, { N, D });
 * const fit = law.fit({ N, D, loss });
 * console.log(fit.parameters.alpha.toFixed(4), fit.parameters.E.toFixed(4), fit.warnings); // 0.3478 1.8172 []
 */
export const chinchilla = defineScalingLaw({
  name: 'chinchilla',
  summary: 'Loss from parameters and tokens: a constant and two power laws.',
  formula: 'L = E + A N^(−α) + B D^(−β)',
  params: fitParams,
  law: () => ({
    inputs: [parametersColumn, tokensColumn],
    parameters: chinchillaParameters,
    logPredict: (theta, x, gradient) => chinchillaLog(theta, x[0]!, x[1]!, gradient),
    starts: chinchillaStarts,
    grid: hoffmannGrid,
    published: {
      hoffmann: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 },
      hoffmannUnrounded: {
        E: Math.exp(0.5267228),
        A: Math.exp(6.0073404),
        B: Math.exp(6.0179186),
        alpha: 0.33917084,
        beta: 0.2849083,
      },
      epoch: { E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658 },
    },
  }),
});

/** How a compute budget is best spent. */
export interface Allocation {
  /** Parameters, and tokens to train them on: `N D = C / 6`. */
  readonly N: number;
  readonly D: number;
  /** The law's loss there. */
  readonly loss: number;
  readonly tokensPerParameter: number;
  /** `N = G (C / 6)^a`, `D = (C / 6)^b / G`, with a + b = 1. */
  readonly G: number;
  readonly a: number;
  readonly b: number;
}

/**
 * The split of a compute budget between parameters and tokens at which the Chinchilla law is least, with C = 6 N D:
 *
 * `N = G (C/6)^a, D = (C/6)^b / G; G = (alpha A / (beta B))^(1/(alpha + beta)), a = beta / (alpha + beta), b = 1 - a`.
 *
 * @param compute FLOP, > 0
 * @throws DomainError for exponents or factors that are not positive: then there is no best split
 *
 * @example
 * const law = chinchilla();
 * const { N, tokensPerParameter } = allocate(law.published.epoch!, 5.76e23);
 * console.log((N / 1e9).toFixed(1), tokensPerParameter.toFixed(1)); // 72.2 18.4
 */
export function allocate(constants: Constants<ChinchillaParameter>, compute: number): Allocation {
  const { A, B, E, alpha, beta } = constants;
  for (const [name, value] of Object.entries({ A, B, alpha, beta, compute })) {
    if (!(value > 0 && value < Infinity)) {
      throw new DomainError(`allocate: ${name} must be greater than 0 for a best split to exist, got ${value}`);
    }
  }
  const G = ((alpha * A) / (beta * B)) ** (1 / (alpha + beta));
  const a = beta / (alpha + beta);
  const b = alpha / (alpha + beta);
  const N = G * (compute / 6) ** a;
  const D = (compute / 6) ** b / G;
  return { N, D, loss: E + A * N ** -alpha + B * D ** -beta, tokensPerParameter: D / N, G, a, b };
}
