import { exp, expm1, square, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { sumClasses } from './classes.js';
import { type RowDivergence, defineDivergence } from './divergence.js';
import { rowsOf } from './f-divergence.js';
import { generators } from './generators.js';

/** What each convex function phi makes of two probability vectors, phi(p) - phi(q) - <phi'(q), p - q>. */
const potentials = {
  'squared-euclidean': (logP, logQ) => sum(square(sub(exp(logP), exp(logQ))), 1),
  'negative-entropy': rowsOf(generators.kl),
  'itakura-saito': (logP, logQ) =>
    sumClasses(logP, logQ, (a, b) => sub(expm1(sub(a, b)), sub(a, b)), { atZero: Infinity, atInfinity: Infinity }),
} satisfies Record<string, RowDivergence>;

/**
 * Bregman divergence, phi(p) - phi(q) - <grad phi(q), p - q>: how far the convex function phi lies above its tangent at q. The mean of
 * many p is the q that minimises their mean divergence, whatever phi.
 *
 * - `squared-euclidean`, phi = sum x^2: sum (p - q)^2, the Brier score's;
 * - `negative-entropy`, phi = sum x log x: Kullback-Leibler;
 * - `itakura-saito`, phi = -sum log x: sum p/q - log(p/q) - 1, Infinity where one of the two is 0 alone.
 *
 * @param params `potential`, default `'squared-euclidean'`
 * @throws DomainError when the potential is none of the three
 *
 * Bregman: The relaxation method of finding the common point of convex sets, 1967.
 *
 * @example
 * console.log(bregman()([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.1800
 */
export const bregman = defineDivergence({
  name: 'bregman',
  summary: 'How far a convex function at p lies above its tangent at q.',
  formula: 'φ(p) − φ(q) − ⟨∇φ(q), p − q⟩',
  unit: ({ potential }) => (potential === 'negative-entropy' ? 'nats' : 'number'),
  params: z.object({
    potential: z
      .enum(['squared-euclidean', 'negative-entropy', 'itakura-saito'])
      .default('squared-euclidean')
      .describe('the convex function φ'),
  }),
  perRow: (logP, logQ, { potential }) => potentials[potential](logP, logQ),
});
