import { Random } from '@surprisal/core';
import { matMul, mul, reshape, sum, square, sub, gather, tensor1d, tensor2d } from '@surprisal/core/tensor';
import { z } from 'zod';
import { type SortedPoints, planInOrder, sortPoints, sumInOrder } from '../transport/monotone.js';
import { safePower } from './pairs.js';
import type { Sample } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';
import { costOnLine, powerParameter } from './wasserstein.js';

/**
 * Sliced Wasserstein distance: the samples are projected on random directions, and W_p^p of the projections is averaged before the root. A
 * metric that sorting computes, for samples of any size; on a line it is {@link wasserstein}.
 *
 * @param params `projections` >= 1, default 100; `power` p from 1 to 10, default 2; `seed` of the directions, default 1: the same seed
 * gives the same directions
 *
 * Rabin, Peyre, Delon, Bernot: Wasserstein Barycenter and Its Application to Texture Mixing, 2011; Bonneel, Rabin, Peyre, Pfister: Sliced
 * and Radon Wasserstein Barycenters of Measures, 2015.
 *
 * @example
 * console.log(slicedWasserstein()([0, 1], [3, 4])); // 3
 */
export const slicedWasserstein = defineSampleDivergence({
  name: 'sliced-wasserstein',
  summary: 'Wasserstein distance of projections on random directions: for large samples of any dimension.',
  formula: '(mean over directions θ of W_p^p(θ·x, θ·y))^(1/p)',
  unit: 'data',
  params: z.object({
    projections: z.number().int().min(1).default(100).meta({ upTo: 500 }).describe('how many directions'),
    power: powerParameter(2),
    seed: z.number().int().default(1).describe('seed of the directions'),
  }),
  host(x, y, { projections, power, seed }) {
    const directions = directionsOf(x.d, projections, seed);
    const cost = costOnLine(power);
    const mean = directions.reduce(
      (sum, direction) => sum + sumInOrder(slice(x, direction), slice(y, direction), cost),
      0,
    );
    return (mean / directions.length) ** (1 / power);
  },
  tensor({ x, y, host }, { projections, power, seed }) {
    const [left, right] = host();
    const directions = directionsOf(left.d, projections, seed);
    const plans = directions.map((direction) => planInOrder(slice(left, direction), slice(right, direction)));
    const theta = tensor2d(
      directions.map((direction) => Array.from(direction)),
      undefined,
      'float32',
    );
    // All projections in one line of numbers, direction by direction, so that one lookup serves all plans.
    const [px, py] = [x, y].map((points) => reshape(matMul(theta, points, false, true), [-1]));
    const indices = (of: 'from' | 'to', n: number) =>
      tensor1d(
        plans.flatMap((plan, k) => Array.from(plan[of], (i) => k * n + i)),
        'int32',
      );
    const gaps = sub(gather(px!, indices('from', left.n)), gather(py!, indices('to', right.n)));
    const mass = tensor1d(plans.flatMap((plan) => Array.from(plan.mass, (part) => part / plans.length)));
    return safePower(sum(mul(safePower(square(gaps), power / 2), mass)), 1 / power);
  },
});

/** Directions, uniform on the sphere; the one that there is on a line. */
function directionsOf(d: number, count: number, seed: number): Float64Array[] {
  if (d === 1) return [Float64Array.of(1)];
  const random = new Random(seed).split('directions');
  return Array.from({ length: count }, () => {
    const normal = Float64Array.from({ length: d }, () => random.normal());
    const size = Math.hypot(...normal);
    return normal.map((value) => value / size);
  });
}

function slice({ points, n, d, weights }: Sample, direction: Float64Array): SortedPoints {
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let k = 0; k < d; k++) total += points[i * d + k]! * direction[k]!;
    values[i] = total;
  }
  return sortPoints({ values, weights });
}
