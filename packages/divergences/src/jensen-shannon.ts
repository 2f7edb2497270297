import { paper } from '@surprisal/core';
import { softmaxJensenShannon } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { generators } from './generators.js';

/**
 * Jensen-Shannon divergence, (KL(p; m) + KL(q; m)) / 2 with m = (p + q) / 2: symmetric, from 0 to log 2, and its root is a metric.
 * (The generator `js` makes twice this.)
 *
 * Lin: Divergence Measures Based on the Shannon Entropy, 1991.
 *
 * @example
 * console.log(jensenShannon()([1, 0], [0, 1]).dataSync()[0]!.toFixed(4)); // 0.6931
 */
export const jensenShannon = defineDivergence({
  name: 'jensen-shannon',
  summary: 'How far both are from their middle: symmetric, at most log 2.',
  formula: '½ KL(p; m) + ½ KL(q; m), m = (p+q)/2',
  unit: 'nats',
  params: z.object({}),
  perRow: rowsOf(generators.js, 0.5),
  ofLogits: softmaxJensenShannon,
});

/**
 * Softened reverse KL, 2 KL(m; p) with m = (p + q) / 2: between reverse KL, which drops modes, and Jensen-Shannon, which keeps them.
 * Infinity where p is 0 and q is not.
 *
 * Xu, Nie, Vahdat: One-step Diffusion Models with f-Divergence Distribution Matching, 2025, arXiv:2502.15681.
 *
 * @example
 * console.log(softenedReverseKl()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.1646
 */
export const softenedReverseKl = defineDivergence({
  name: 'softened-reverse-kl',
  summary: 'Twice the divergence of the middle from p: a reverse KL that drops modes less eagerly.',
  formula: '2 KL(m; p), m = (p+q)/2',
  paper: paper(32),
  unit: 'nats',
  params: z.object({}),
  perRow: rowsOf(generators.sf),
});
