import { type Tensor, mul, squaredDistances, sub } from '@surprisal/core/tensor';
import { z } from 'zod';
import { type SortedPoints, sortPoints, squaredCdfDistance } from '../transport/monotone.js';
import { safePower, weightedMean } from './pairs.js';
import { type Sample, pairMean } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';

/**
 * Energy distance, 2 E|x - y| - E|x - x'| - E|y - y'|: 0 where the distributions agree, above 0 elsewhere; no width to choose. Over all
 * pairs, points with themselves too. On a line it is 2 integral (F - G)^2 of the distribution functions, found by sorting.
 *
 * (SciPy's `energy_distance` is its root.)
 *
 * Szekely, Rizzo: Energy statistics: A class of statistics based on distances, 2013.
 *
 * @example
 * console.log(energyDistance()([0, 1], [3, 4])); // 5
 */
export const energyDistance = defineSampleDivergence({
  name: 'energy',
  summary: 'How much farther points are from the other sample than from their own; no width to choose.',
  formula: '2 E|x−y| − E|x−x′| − E|y−y′|',
  unit: 'data',
  params: z.object({}),
  host(x, y) {
    if (x.d === 1) return 2 * squaredCdfDistance(sorted(x), sorted(y));
    const distance = (a: Sample, b: Sample) => pairMean(a, b, Math.sqrt);
    return 2 * distance(x, y) - distance(x, x) - distance(y, y);
  },
  tensor({ x, y, wx, wy }) {
    const distance = (a: Tensor, b: Tensor, wa?: Tensor, wb?: Tensor) =>
      weightedMean(safePower(squaredDistances(a, b), 0.5), wa, wb);
    return sub(sub(mul(distance(x, y, wx, wy), 2), distance(x, x, wx, wx)), distance(y, y, wy, wy));
  },
});

const sorted = ({ points, weights }: Sample): SortedPoints => sortPoints({ values: points, weights });
