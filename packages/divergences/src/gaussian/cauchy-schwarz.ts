import { paper } from '@surprisal/core';
import { add, div, log, mul, sub, sum } from '@surprisal/core/tensor';
import { z } from 'zod';
import { sumOverDimensions } from './gaussian.js';
import { defineGaussianDivergence } from './gaussian-divergence.js';

/**
 * Cauchy-Schwarz divergence of Gaussians, -log((integral p q)^2 / (integral p^2 integral q^2)): in one dimension
 * gap^2 / (vp + vq) + log((vp + vq) / (2 sqrt(vp vq))). Symmetric. Half of it is below KL in all cases that were tried; it itself is not.
 *
 * Yu et al.: Cauchy-Schwarz Divergence Information Bottleneck for Regression, 2024, arXiv:2404.17951.
 *
 * @example
 * console.log(gaussianCauchySchwarz()({ mean: 0, covariance: 0.25 }, { mean: 2, covariance: 2.25 }).toFixed(4)); // 2.1108
 */
export const gaussianCauchySchwarz = defineGaussianDivergence({
  name: 'cauchy-schwarz',
  summary: 'Minus twice the log of the cosine between the densities: symmetric.',
  formula: '−log((∫ pq)² / (∫ p² ∫ q²))',
  paper: paper(37),
  unit: 'nats',
  params: z.object({}),
  host: (p, q) =>
    sumOverDimensions('cauchy-schwarz', p, q, (squaredGap, vp, vq) => {
      const total = vp + vq;
      return squaredGap / total + Math.log(total / 2) - (Math.log(vp) + Math.log(vq)) / 2;
    }),
  tensor({ squaredGap, varianceP, varianceQ }) {
    const total = add(varianceP, varianceQ);
    const spread = sub(log(mul(total, 0.5)), mul(add(log(varianceP), log(varianceQ)), 0.5));
    return sum(add(div(squaredGap, total), spread), 1);
  },
});
