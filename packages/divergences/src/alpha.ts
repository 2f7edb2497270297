import { mul } from '@surprisal/core/tensor';
import { z } from 'zod';
import { logSumOfPowers, whereOnlyP } from './classes.js';
import { defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { alphaGenerator, generators } from './generators.js';

/** The order of an alpha-divergence, of vectors and of Gaussians. */
export const alphaParams = z.object({
  alpha: z
    .number()
    .min(-10)
    .max(10)
    .default(0.5)
    .meta({ step: 0.1 })
    .describe('small: q stays inside p; large: q covers p'),
});

/**
 * Alpha-divergence (Cressie-Read), (sum_i p_i^alpha q_i^(1 - alpha) - 1) / (alpha (alpha - 1)): reverse KL at alpha = 0, four times squared
 * Hellinger at 1/2, KL at 1, half of Pearson's chi-square at 2, of Neyman's at -1. Swapping p and q turns alpha into 1 - alpha.
 *
 * For alpha >= 1 it is Infinity where q is 0 and p is not, for alpha <= 0 where p is 0 and q is not.
 *
 * @param params `alpha` from -10 to 10, default 0.5
 * @throws DomainError when alpha is out of range
 *
 * Cressie, Read: Multinomial Goodness-of-Fit Tests, 1984.
 *
 * @example
 * console.log(alphaDivergence({ alpha: 2 })([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.2813
 */
export const alphaDivergence = defineDivergence({
  name: 'alpha',
  summary: 'One parameter from reverse KL (0) over Hellinger (½) to KL (1) and chi-square (2).',
  formula: '(Σ p^α q^(1−α) − 1) / (α (α−1))',
  params: alphaParams,
  perRow: (logP, logQ, { alpha }) => rowsOf(alphaGenerator(alpha))(logP, logQ),
});

/**
 * Tsallis relative entropy, (sum_i p_i^alpha q_i^(1 - alpha) - 1) / (alpha - 1): alpha times the alpha-divergence, and KL at alpha = 1.
 *
 * @param params `alpha` above 0, to 10, default 2
 * @throws DomainError when alpha is out of range
 *
 * Tsallis: Generalized entropy-based criterion for consistent testing, 1998.
 *
 * @example
 * console.log(tsallis({ alpha: 2 })([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.5625
 */
export const tsallis = defineDivergence({
  name: 'tsallis',
  summary: 'KL with a deformed logarithm: between disagreement on support (0) and chi-square (2).',
  formula: '(Σ p^α q^(1−α) − 1) / (α−1)',
  params: z.object({ alpha: order(2) }),
  perRow: (logP, logQ, { alpha }) => rowsOf(alphaGenerator(alpha), alpha)(logP, logQ),
});

/**
 * Renyi divergence, log(sum_i p_i^alpha q_i^(1 - alpha)) / (alpha - 1): KL at alpha = 1, and rising with alpha. Infinity where p and q
 * share no class; for alpha >= 1 also where q is 0 and p is not.
 *
 * @param params `alpha` above 0, to 10, default 2
 * @throws DomainError when alpha is out of range
 *
 * Renyi: On Measures of Entropy and Information, 1961; van Erven, Harremoes: Renyi Divergence and Kullback-Leibler Divergence, 2014,
 * arXiv:1206.2459.
 *
 * @example
 * console.log(renyi({ alpha: 2 })([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.4463
 */
export const renyi = defineDivergence({
  name: 'renyi',
  summary: 'KL at order 1; a larger order looks at the classes that q underestimates most.',
  formula: 'log(Σ p^α q^(1−α)) / (α−1)',
  unit: 'nats',
  params: z.object({ alpha: order(2) }),
  perRow(logP, logQ, { alpha }) {
    if (alpha === 1) return rowsOf(generators.kl)(logP, logQ);
    const rows = mul(logSumOfPowers(logP, alpha, logQ, 1 - alpha), 1 / (alpha - 1));
    return alpha > 1 ? whereOnlyP(logP, logQ, Infinity, rows) : rows;
  },
});

/** The order of a divergence that is not defined at and below 0. */
function order(fallback: number) {
  return z
    .number()
    .gt(0)
    .max(10)
    .default(fallback)
    .meta({ upTo: 4, step: 0.1 })
    .describe('1: Kullback-Leibler; larger looks at what q underestimates');
}
