import { z } from 'zod';
import { defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { generators } from './generators.js';

/**
 * Squared Hellinger distance, 1 - sum_i sqrt(p_i q_i): symmetric, from 0 to 1, and its root is a metric.
 *
 * Hellinger: Neue Begruendung der Theorie quadratischer Formen von unendlichvielen Veraenderlichen, 1909.
 *
 * @example
 * console.log(squaredHellinger()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.1056
 */
export const squaredHellinger = defineDivergence({
  name: 'squared-hellinger',
  summary: 'One minus the overlap of the square roots: symmetric, at most 1.',
  formula: '1 − Σ √(p q)',
  params: z.object({}),
  perRow: rowsOf(generators.sh),
});

/**
 * Total variation, sum_i |p_i - q_i| / 2: the most that the probabilities of one event differ by. A metric, from 0 to 1. Where p = q
 * the gradient is taken as 0.
 *
 * @example
 * console.log(totalVariation()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.4000
 */
export const totalVariation = defineDivergence({
  name: 'total-variation',
  summary: 'The most by which the two differ on the probability of any event.',
  formula: '½ Σ |p−q|',
  params: z.object({}),
  perRow: rowsOf(generators.tv),
});
