import { DomainError } from '@surprisal/core';
import { type Tensor, add, div, mul, square, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { bandwidthParameter, kernels, medianDistance } from './kernels.js';
import { type Sample, pairMean } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';

/**
 * Squared maximum mean discrepancy, E k(x, x') + E k(y, y') - 2 E k(x, y): the squared distance of the means of both samples in the feature
 * space of a kernel k.
 *
 * - `biased` (V-statistic): all pairs, points with themselves too. At least 0; about (1 - E k) (1/n + 1/m) too large.
 * - `unbiased` (U-statistic): pairs of different points alone; 0 on average where the distributions agree, and then below 0 half the time.
 *   It needs two points a side.
 *
 * Kernels of the distance r with bandwidth s: `gaussian` exp(-r^2 / 2 s^2), `laplacian` exp(-r / s), `rational-quadratic`
 * 1 / (1 + r^2 / 2 s^2), and `multi-scale`, the mean of Gaussians of widths s/4, s/2, s, 2s, 4s.
 *
 * @param params `kernel` default `'gaussian'`; `bandwidth` >= 0, default 0: the median distance of the points, held constant in the
 * gradient; `estimator` default `'biased'`
 * @throws DomainError for one point where the unbiased estimate needs two
 *
 * Gretton, Borgwardt, Rasch, Schoelkopf, Smola: A Kernel Two-Sample Test, 2012.
 *
 * @example
 * console.log(mmd({ bandwidth: 1 })([0, 1], [3, 4]).toFixed(4)); // 1.5276
 */
export const mmd = defineSampleDivergence({
  name: 'mmd',
  summary: 'Squared distance of the samples’ means in the feature space of a kernel.',
  formula: 'E k(x,x′) + E k(y,y′) − 2 E k(x,y)',
  unit: 'number',
  params: z.object({
    kernel: z
      .enum(['gaussian', 'multi-scale', 'laplacian', 'rational-quadratic'])
      .default('gaussian')
      .describe('how alike points at a distance are'),
    bandwidth: bandwidthParameter,
    estimator: z
      .enum(['biased', 'unbiased'])
      .default('biased')
      .describe('all pairs, or pairs of different points alone'),
  }),
  host(x, y, { kernel, bandwidth, estimator }) {
    const width = bandwidth || medianDistance(x, y);
    const k = (squared: number) => kernels[kernel].host(squared, width);
    const within = (sample: Sample, name: string) =>
      estimator === 'biased'
        ? pairMean(sample, sample, k)
        : withoutSelf(pairMean(sample, sample, k), selfShare(sample, name));
    return within(x, 'x') + within(y, 'y') - 2 * pairMean(x, y, k);
  },
  tensor({ x, y, wx, wy, host }, { kernel, bandwidth, estimator }) {
    const width = bandwidth || medianDistance(...host());
    const within = (a: Tensor, w: Tensor | undefined, name: string) => {
      const all = kernels[kernel].mean({ x: a, y: a, wx: w, wy: w }, width);
      if (estimator === 'biased') return all;
      if (a.shape[0]! < 2) throw tooFew(name);
      const share = w ? sum(square(w)) : 1 / a.shape[0]!;
      return div(sub(all, share), sub(1, share));
    };
    return sub(add(within(x, wx, 'x'), within(y, wy, 'y')), mul(kernels[kernel].mean({ x, y, wx, wy }, width), 2));
  },
});

/** The mean over pairs of different points, from the one over all pairs: a point with itself counts 1. */
const withoutSelf = (all: number, share: number) => (all - share) / (1 - share);

/** How much of all pairs are points with themselves. */
function selfShare({ n, weights }: Sample, name: string): number {
  const share = weights ? weights.reduce((total, weight) => total + weight * weight, 0) : 1 / n;
  if (share < 1) return share;
  throw tooFew(name);
}

const tooFew = (name: string) =>
  new DomainError(`mmd: ${name} must hold at least 2 points for the unbiased estimate, got 1; take estimator "biased"`);
