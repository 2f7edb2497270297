import { z } from 'zod';
import { defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { generators } from './generators.js';

/**
 * Pearson's chi-square divergence, sum_i (p_i - q_i)^2 / q_i: the variance under q of the ratio p/q. Infinity where q is 0 and p is
 * not.
 *
 * Pearson: On the criterion that a given system of deviations [...] can be reasonably supposed to have arisen from random sampling, 1900.
 *
 * @example
 * console.log(pearsonChiSquare()([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.5625
 */
export const pearsonChiSquare = defineDivergence({
  name: 'pearson-chi-square',
  summary: 'The variance of the ratio p/q under q; Infinity where q misses what p has.',
  formula: 'Σ (p−q)² / q',
  params: z.object({}),
  perRow: rowsOf(generators.pearson),
});

/**
 * Neyman's chi-square divergence, sum_i (p_i - q_i)^2 / p_i: Pearson's the other way round. Infinity where p is 0 and q is not.
 *
 * Neyman: Contribution to the theory of the chi-square test, 1949.
 *
 * @example
 * console.log(neymanChiSquare()([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.3600
 */
export const neymanChiSquare = defineDivergence({
  name: 'neyman-chi-square',
  summary: 'Pearson’s the other way round: the variance of q/p under p.',
  formula: 'Σ (p−q)² / p',
  params: z.object({}),
  perRow: rowsOf(generators.neyman),
});
