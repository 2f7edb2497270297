import { z } from 'zod';
import { logSumOfThree } from './chinchilla.js';
import { parametersColumn, tokensColumn, uniqueTokensColumn } from './columns.js';
import type { Constants } from './law-maths.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/** The names of the constants of the data-constrained law. */
export type DataConstrainedParameter = 'A' | 'B' | 'E' | 'alpha' | 'beta' | 'RN' | 'RD';

/** What repeated tokens and excess parameters are worth. */
export interface EffectiveScale {
  /** Unique tokens used, and the parameters that suit them. */
  readonly uniqueTokens: number;
  readonly uniqueParameters: number;
  /** Fresh tokens, and parameters, that would do the same. */
  readonly tokens: number;
  readonly parameters: number;
}

/** A quantity beyond its useful part u, and how it changes: `x' = u + u r (1 - exp(-(x/u - 1) / r))`. */
interface Saturated {
  /** ln x'. */
  readonly value: number;
  /** Derivatives of ln x' by ln r and ln u. */
  readonly byDecay: number;
  readonly byUseful: number;
}

function saturate(lnX: number, lnUseful: number, lnDecay: number): Saturated {
  if (lnX <= lnUseful) return { value: lnX, byDecay: 0, byUseful: 0 };
  const decay = Math.exp(lnDecay);
  const ratio = Math.exp(lnX - lnUseful);
  const times = (ratio - 1) / decay;
  const left = Math.exp(-times);
  const grown = 1 - decay * Math.expm1(-times); // x' / u
  return {
    value: lnUseful + Math.log(grown),
    byDecay: (decay * (-Math.expm1(-times) - times * left)) / grown,
    byUseful: 1 - (ratio * left) / grown,
  };
}

/** ln U_N, the parameters that suit the unique tokens, `(U_D G)^(beta/alpha) G`, with its derivatives by ln A, ln B, alpha and beta. */
function suited(
  theta: Float64Array,
  lnUnique: number,
): { value: number; byA: number; byAlpha: number; byBeta: number } {
  const [lnA, lnB, , alpha, beta] = theta as unknown as [number, number, number, number, number];
  const q = Math.log(alpha) + lnA - Math.log(beta) - lnB;
  return {
    value: (beta * lnUnique + q) / alpha,
    byA: 1 / alpha, // and -1 / alpha by ln B
    byAlpha: (1 - q - beta * lnUnique) / alpha ** 2,
    byBeta: (lnUnique - 1 / beta) / alpha,
  };
}

/** The law in the order ln A, ln B, ln E, alpha, beta, ln RN, ln RD, of ln N, ln D, ln U. */
function dataConstrainedLog(theta: Float64Array, x: Float64Array, gradient: Float64Array): number {
  const [lnA, lnB, lnE, alpha, beta, lnRN, lnRD] = theta as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [lnN, lnD, lnU] = x as unknown as [number, number, number];
  const lnUnique = Math.min(lnU, lnD);
  const data = saturate(lnD, lnUnique, lnRD);
  const fit = suited(theta, lnUnique);
  const size = saturate(lnN, Math.min(fit.value, lnN), lnRN);
  const value = logSumOfThree(lnA - alpha * size.value, lnB - beta * data.value, lnE, gradient);
  const bySize = -gradient[0]! * alpha; // of the prediction by ln N'
  const byData = -gradient[1]! * beta;
  const byFit = bySize * size.byUseful;
  gradient[3] = -gradient[0]! * size.value + byFit * fit.byAlpha;
  gradient[4] = -gradient[1]! * data.value + byFit * fit.byBeta;
  gradient[5] = bySize * size.byDecay;
  gradient[6] = byData * data.byDecay;
  gradient[0]! += byFit * fit.byA;
  gradient[1]! -= byFit * fit.byA;
  return Number.isNaN(fit.value) ? NaN : value;
}

/**
 * The law for repeated data: Chinchilla's, `L = E + A N'^-alpha + B D'^-beta`, in effective parameters and tokens. Each further
 * epoch is worth less, `D' = U + U RD (1 - exp(-(D/U - 1) / RD))` for U unique tokens, and so are parameters beyond those that suit U.
 *
 * Fits go in the paper's order: A, B, E, alpha = beta on runs of one epoch, then RD and RN on all runs with the rest held;
 * `order: 'joint'` fits all at once.
 *
 * @throws DataError for fewer runs of one epoch than constants to fit to them
 *
 * Muennighoff et al.: Scaling Data-Constrained Language Models, 2023, arXiv:2305.16264.
 *
 * @example
 * const law = dataConstrained();
 * const constants = law.published.muennighoff!;
 * const once = law.predict(constants, { N: 1e9, D: 2e10, U: 2e10 });
 * const fourTimes = law.predict(constants, { N: 1e9, D: 8e10, U: 2e10 });
 * console.log(once.toFixed(3), fourTimes.toFixed(3)); // 2.560 2.433
 */
export const dataConstrained = defineScalingLaw({
  name: 'data-constrained',
  summary: 'Chinchilla for repeated data: what further epochs and excess parameters are worth.',
  formula: 'L = E + A N′^(−α) + B D′^(−β)',
  params: fitParams.extend({
    order: z
      .enum(['staged', 'joint'])
      .default('staged')
      .describe('staged: first A, B, E, α, β on runs of one epoch, then RD, RN on all; joint: all at once'),
    tied: z.boolean().default(true).describe('whether β is held equal to α'),
  }),
  law: ({ order, tied }) => ({
    inputs: [parametersColumn, tokensColumn, uniqueTokensColumn],
    parameters: [
      { name: 'A', scale: 'log', description: 'loss that a model of one parameter would add' },
      { name: 'B', scale: 'log', description: 'loss that training on one token would add' },
      { name: 'E', scale: 'log', description: 'irreducible loss' },
      { name: 'alpha', scale: 'linear', runaway: 2, description: 'exponent of size' },
      {
        name: 'beta',
        scale: 'linear',
        runaway: 2,
        description: 'exponent of data',
        ...(tied && { tiedTo: 'alpha' as const }),
      },
      {
        name: 'RN',
        scale: 'log',
        runaway: 1e4,
        description: 'excess of parameters by which 63% of their value is had',
      },
      { name: 'RD', scale: 'log', runaway: 1e4, description: 'repetitions by which 63% of their value is had' },
    ],
    logPredict: dataConstrainedLog,
    starts: () =>
      [
        [6, 7, 0.5, 0.35, 0.35],
        [5, 5, 0, 0.3, 0.3],
        [8, 10, 0.5, 0.5, 0.5],
        [3, 3, -1, 0.2, 0.2],
      ].map((start) => [...start, Math.log(5), Math.log(10)]),
    ...(order === 'staged' && {
      stages: [
        { hold: ['RN', 'RD'], rows: ([, D, U]: Float64Array) => D! <= U! },
        { hold: ['A', 'B', 'E', 'alpha', 'beta'] },
      ],
    }),
    published: {
      muennighoff: { A: 521, B: 1488, E: 1.87, alpha: 0.353, beta: 0.353, RN: 5.309743, RD: 15.387756 },
    },
  }),
});

/**
 * What the tokens and parameters of a run are worth in the data-constrained law.
 *
 * @param run parameters, tokens seen, unique tokens
 *
 * @example
 * const constants = dataConstrained().published.muennighoff!;
 * const { tokens } = effectiveScale(constants, { N: 1e9, D: 8e10, U: 2e10 });
 * console.log((tokens / 1e9).toFixed(1)); // 74.5
 */
export function effectiveScale(
  { A, B, alpha, beta, RN, RD }: Constants<Exclude<DataConstrainedParameter, 'E'>>,
  { N, D, U }: { readonly N: number; readonly D: number; readonly U: number },
): EffectiveScale {
  const lnUnique = Math.log(Math.min(U, D));
  const fit = suited(Float64Array.of(Math.log(A), Math.log(B), 0, alpha, beta), lnUnique);
  const lnSuited = Math.min(fit.value, Math.log(N));
  return {
    uniqueTokens: Math.exp(lnUnique),
    uniqueParameters: Math.exp(lnSuited),
    tokens: Math.exp(saturate(Math.log(D), lnUnique, Math.log(RD)).value),
    parameters: Math.exp(saturate(Math.log(N), lnSuited, Math.log(RN)).value),
  };
}
