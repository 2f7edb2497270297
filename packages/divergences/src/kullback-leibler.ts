import { softmaxKullbackLeibler } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { generators } from './generators.js';

/**
 * Kullback-Leibler divergence, sum_i p_i log(p_i / q_i): the nats that are lost by coding p with the code of q. Infinity where q is 0
 * and p is not. Minimised over q it covers all of p.
 *
 * Kullback, Leibler: On Information and Sufficiency, 1951.
 *
 * @example
 * console.log(kullbackLeibler()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.5108
 */
export const kullbackLeibler = defineDivergence({
  name: 'kullback-leibler',
  summary: 'The nats lost by coding p with the code of q; Infinity where q misses what p has.',
  formula: 'Σ p log(p/q)',
  unit: 'nats',
  params: z.object({}),
  perRow: rowsOf(generators.kl),
  ofLogits: (p, q) => softmaxKullbackLeibler(p, q),
});

/**
 * Reverse Kullback-Leibler divergence, sum_i q_i log(q_i / p_i). Infinity where p is 0 and q is not. Minimised over q it stays inside
 * p, and drops modes.
 *
 * @example
 * console.log(reverseKullbackLeibler()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.3681
 */
export const reverseKullbackLeibler = defineDivergence({
  name: 'reverse-kullback-leibler',
  summary: 'Kullback-Leibler the other way round: a q that minimises it stays inside p and drops modes.',
  formula: 'Σ q log(q/p)',
  unit: 'nats',
  params: z.object({}),
  perRow: rowsOf(generators.rkl),
  ofLogits: (p, q) => softmaxKullbackLeibler(q, p),
});

/**
 * Jeffreys divergence, sum_i (p_i - q_i) log(p_i / q_i): the sum of both Kullback-Leibler divergences. Infinity where one of the two
 * is 0 alone.
 *
 * Jeffreys: An Invariant Form for the Prior Probability in Estimation Problems, 1946.
 *
 * @example
 * console.log(jeffreys()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.8789
 */
export const jeffreys = defineDivergence({
  name: 'jeffreys',
  summary: 'The sum of both Kullback-Leibler divergences: symmetric, and infinite where either is.',
  formula: 'Σ (p−q) log(p/q)',
  unit: 'nats',
  params: z.object({}),
  perRow: rowsOf(generators.jf),
  ofLogits: (p, q) => softmaxKullbackLeibler(p, q, { forward: 1, reverse: 1 }),
});
