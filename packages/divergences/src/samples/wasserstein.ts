import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import { type SortedPoints, planInOrder, sortPoints, sumInOrder } from '../transport/monotone.js';
import { transport } from '../transport/optimal-transport.js';
import type { TransportPlan } from '../transport/plan.js';
import { costOfPlan } from './moved.js';
import { safePower } from './pairs.js';
import { type Sample, massesOf, pairMatrix } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';

/** The order of a distance: |x - y|^power is what moving costs. */
export const powerParameter = (fallback: number) =>
  z
    .number()
    .min(1)
    .max(10)
    .default(fallback)
    .meta({ upTo: 4, step: 0.5 })
    .describe('moving costs the distance to this power');

/**
 * Wasserstein distance W_p, the root of the least mean |x - y|^p with which one sample can be moved onto the other: a metric, exact. On a
 * line by sorting (a million points take a moment); in more dimensions by the network simplex, up to 4 million pairs.
 *
 * Where it is not unique how mass moves best, the gradient is that of one of the ways; where the samples agree it is 0.
 *
 * @param params `power` p from 1 to 10, default 1
 * @throws DomainError for more than 4 million pairs in more than one dimension
 *
 * Villani: Optimal Transport: Old and New, 2009; Peyre, Cuturi: Computational Optimal Transport, 2019, arXiv:1803.00567.
 *
 * @example
 * console.log(wasserstein()([0, 1], [3, 4]), wasserstein({ power: 2 })([[0, 0]], [[3, 4]])); // 3 5
 */
export const wasserstein = defineSampleDivergence({
  name: 'wasserstein',
  summary: 'The least distance by which one sample can be moved onto the other: exact.',
  formula: '(min over plans of E|x−y|^p)^(1/p)',
  unit: 'data',
  params: z.object({ power: powerParameter(1) }),
  host(x, y, { power }) {
    if (x.d === 1) return sumInOrder(line(x), line(y), costOnLine(power)) ** (1 / power);
    return optimal(x, y, power).cost ** (1 / power);
  },
  tensor({ x, y, host }, { power }) {
    return safePower(costOfPlan(x, y, planOf(...host(), power), power), 1 / power);
  },
});

const line = ({ points, weights }: Sample): SortedPoints => sortPoints({ values: points, weights });

/** |x - y|^p; the powers that are asked for most are spared the exponential. */
export function costOnLine(power: number): (x: number, y: number) => number {
  if (power === 1) return (x, y) => Math.abs(x - y);
  if (power === 2) return (x, y) => (x - y) * (x - y);
  return (x, y) => Math.abs(x - y) ** power;
}

const planOf = (x: Sample, y: Sample, power: number): TransportPlan =>
  x.d === 1 ? planInOrder(line(x), line(y)) : optimal(x, y, power).plan;

/** What the network simplex is asked to do: about a minute, and 32 MB. */
const MOST_PAIRS = 4e6;

function optimal(x: Sample, y: Sample, power: number) {
  if (x.n * y.n > MOST_PAIRS) {
    throw new DomainError(
      `wasserstein: x and y must make at most ${MOST_PAIRS} pairs in more than one dimension, got ${x.n} x ${y.n}; take sinkhorn or sliced-wasserstein, or fewer points`,
    );
  }
  return transport(massesOf(x), massesOf(y), pairMatrix(x, y, distanceToPower(power)));
}

/** |x - y|^power from the squared distance. */
export const distanceToPower = (power: number): ((squared: number) => number) =>
  power === 2 ? (squared) => squared : power === 1 ? Math.sqrt : (squared) => squared ** (power / 2);
