import { paper } from '@surprisal/core';
import { type Tensor, add, logGaussianKernelSums, logSumExp, mul, sub } from '@surprisal/core/tensor';
import { z } from 'zod';
import { bandwidthParameter, medianDistance } from './kernels.js';
import { logOf } from './pairs.js';
import { type Sample, squaredDistance } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';

/**
 * Cauchy-Schwarz divergence of the samples' kernel densities, log mean K_xx + log mean K_yy - 2 log mean K_xy with Gaussian kernels
 * exp(-r^2 / 2 s^2), points with themselves included: at least 0, symmetric, unchanged when every point is doubled. In log space: it
 * stays finite, with its gradient, for samples that are far apart.
 *
 * @param params `bandwidth` s >= 0, default 0: the median distance of the points, held constant in the gradient (the paper takes 1, of
 * standardised data)
 *
 * Yu et al.: Cauchy-Schwarz Divergence Information Bottleneck for Regression, 2024, arXiv:2404.17951.
 *
 * @example
 * console.log(cauchySchwarzOfSamples({ bandwidth: 1 })([0, 1], [3, 4]).toFixed(4)); // 6.0262
 */
export const cauchySchwarzOfSamples = defineSampleDivergence({
  name: 'cauchy-schwarz',
  summary: 'Minus twice the log of the cosine between the samples’ kernel densities: symmetric.',
  formula: 'log Σ K(x,x) + log Σ K(y,y) − 2 log Σ K(x,y)',
  paper: paper(37),
  unit: 'nats',
  params: z.object({ bandwidth: bandwidthParameter }),
  host(x, y, { bandwidth }) {
    const width = bandwidth || medianDistance(x, y);
    return logMeanKernel(x, x, width) + logMeanKernel(y, y, width) - 2 * logMeanKernel(x, y, width);
  },
  tensor({ x, y, wx, wy, host }, { bandwidth }) {
    const width = bandwidth || medianDistance(...host());
    const logMean = (a: Tensor, b: Tensor, wa?: Tensor, wb?: Tensor) => {
      const sums = logGaussianKernelSums(a, b, { bandwidth: width, ...(wb && { logWeights: logOf(wb) }) });
      const weighted = wa ? add(sums, logOf(wa)) : sub(sums, Math.log(a.shape[0]!));
      return sub(logSumExp(weighted), wb ? 0 : Math.log(b.shape[0]!));
    };
    return sub(add(logMean(x, x, wx, wx), logMean(y, y, wy, wy)), mul(logMean(x, y, wx, wy), 2));
  },
});

/** The log of the mean kernel over all pairs, with the largest term taken out as it grows. */
function logMeanKernel(x: Sample, y: Sample, width: number): number {
  let largest = -Infinity;
  let total = 0;
  for (let i = 0; i < x.n; i++) {
    for (let j = 0; j < y.n; j++) {
      const mass = (x.weights ? x.weights[i]! : 1 / x.n) * (y.weights ? y.weights[j]! : 1 / y.n);
      if (mass === 0) continue;
      const exponent = -squaredDistance(x, i, y, j) / width / (2 * width);
      if (exponent > largest) [total, largest] = [total * Math.exp(largest - exponent), exponent];
      total += mass * Math.exp(exponent - largest);
    }
  }
  return largest + Math.log(total);
}
