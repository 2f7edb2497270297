import {
  type Tensor,
  add,
  div,
  expm1,
  fill,
  greater,
  log,
  log1p,
  mul,
  sub,
  sum,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { alphaParams } from '../alpha.js';
import { type CheckedGaussian, sumOverDimensions } from './gaussian.js';
import { type Dimensions, defineGaussianDivergence } from './gaussian-divergence.js';

// Kullback-Leibler, Bhattacharyya, Hellinger, chi-square and their families are all made of Renyi's divergence, which is a sum over
// independent dimensions. With c = alpha - 1 and v = alpha vq - c vp it is, in one dimension,
//   alpha gap^2 / (2 v) + (log(vq / vp) - log1p(c (1 - vp / vq)) / c) / 2,
// Infinity where v is not above 0; log1p(c x) / c is x at c = 0. (Gil, Alajaji, Linder 2013.)

const renyiTerm = (alpha: number) => (squaredGap: number, vp: number, vq: number) => {
  const c = alpha - 1;
  const excess = 1 - vp / vq;
  if (c * excess <= -1) return Infinity;
  const spread = Math.log(vq / vp) - (c === 0 ? excess : Math.log1p(c * excess) / c);
  return (alpha * squaredGap) / (2 * (vq - c * (vp - vq))) + spread / 2;
};

function renyiRows({ squaredGap, varianceP, varianceQ }: Dimensions, alpha: number): Tensor {
  const c = alpha - 1;
  const excess = sub(1, div(varianceP, varianceQ));
  const finite = greater(mul(excess, c), -1);
  const inside = where(finite, excess, zerosLike(excess));
  const spread = sub(sub(log(varianceQ), log(varianceP)), c === 0 ? inside : div(log1p(mul(inside, c)), c));
  const v = where(finite, sub(varianceQ, mul(sub(varianceP, varianceQ), c)), varianceQ);
  const term = add(div(mul(squaredGap, alpha / 2), v), mul(spread, 0.5));
  return sum(where(finite, term, fill(term.shape, Infinity)), 1);
}

const swapped = ({ squaredGap, varianceP, varianceQ }: Dimensions): Dimensions => ({
  squaredGap,
  varianceP: varianceQ,
  varianceQ: varianceP,
});

const renyiOf = (owner: string, p: CheckedGaussian, q: CheckedGaussian, alpha: number) =>
  sumOverDimensions(owner, p, q, renyiTerm(alpha));

const none = z.object({});
const order = z.object({
  alpha: z
    .number()
    .gt(0)
    .max(10)
    .default(2)
    .meta({ upTo: 4, step: 0.1 })
    .describe('1: Kullback-Leibler; larger looks at what q underestimates'),
});

/**
 * Renyi divergence of Gaussians, log(integral p^alpha q^(1 - alpha)) / (alpha - 1); Kullback-Leibler at alpha = 1. Infinity where
 * alpha covariance(q) - (alpha - 1) covariance(p) is not positive definite: q is then too narrow.
 *
 * @param params `alpha` above 0, to 10, default 2
 *
 * Gil, Alajaji, Linder: Renyi divergence measures for commonly used univariate continuous distributions, 2013.
 *
 * @example
 * const [p, q] = [{ mean: 0, covariance: 1 }, { mean: 1, covariance: 2 }];
 * console.log(gaussianRenyi()(p, q).toFixed(4), gaussianRenyi()(q, { ...p, covariance: 0.9 })); // 0.4772 Infinity
 */
export const gaussianRenyi = defineGaussianDivergence({
  name: 'renyi',
  summary: 'KL at order 1; a larger order looks at what q underestimates, and is infinite where q is too narrow.',
  formula: 'log ∫ p^α q^(1−α) / (α−1)',
  unit: 'nats',
  params: order,
  host: (p, q, { alpha }) => renyiOf('renyi', p, q, alpha),
  tensor: (dimensions, { alpha }) => renyiRows(dimensions, alpha),
});

/**
 * Kullback-Leibler divergence of Gaussians,
 * (trace(Q^-1 P) + (mq - mp)' Q^-1 (mq - mp) - d + log det Q - log det P) / 2 with covariances P and Q.
 *
 * @example
 * const [p, q] = [{ mean: [0, 0], covariance: [[2, 1], [1, 2]] }, { mean: [1, 0], covariance: [1, 1] }];
 * console.log(gaussianKullbackLeibler()(p, q).toFixed(4)); // 0.9507
 */
export const gaussianKullbackLeibler = defineGaussianDivergence({
  name: 'kullback-leibler',
  summary: 'The nats lost by coding p with the code of q.',
  formula: '½ (tr(Q⁻¹P) + Δ′Q⁻¹Δ − d + log|Q|/|P|)',
  unit: 'nats',
  params: none,
  host: (p, q) => renyiOf('kullback-leibler', p, q, 1),
  tensor: (dimensions) => renyiRows(dimensions, 1),
});

/**
 * Reverse Kullback-Leibler divergence of Gaussians: KL(q; p).
 *
 * @example
 * console.log(gaussianReverseKullbackLeibler()({ mean: 0, covariance: 1 }, { mean: 0, covariance: 4 }).toFixed(4)); // 0.8069
 */
export const gaussianReverseKullbackLeibler = defineGaussianDivergence({
  name: 'reverse-kullback-leibler',
  summary: 'Kullback-Leibler the other way round.',
  formula: 'KL(q; p)',
  unit: 'nats',
  params: none,
  host: (p, q) => renyiOf('reverse-kullback-leibler', q, p, 1),
  tensor: (dimensions) => renyiRows(swapped(dimensions), 1),
});

/**
 * Jeffreys divergence of Gaussians: KL(p; q) + KL(q; p).
 *
 * @example
 * console.log(gaussianJeffreys()({ mean: 0, covariance: 1 }, { mean: 2, covariance: 1 })); // 4
 */
export const gaussianJeffreys = defineGaussianDivergence({
  name: 'jeffreys',
  summary: 'The sum of both Kullback-Leibler divergences: symmetric.',
  formula: 'KL(p; q) + KL(q; p)',
  unit: 'nats',
  params: none,
  host: (p, q) => renyiOf('jeffreys', p, q, 1) + renyiOf('jeffreys', q, p, 1),
  tensor: (dimensions) => add(renyiRows(dimensions, 1), renyiRows(swapped(dimensions), 1)),
});

/**
 * Bhattacharyya distance of Gaussians, -log integral sqrt(p q): half of Renyi's divergence of order 1/2. Symmetric.
 *
 * @example
 * console.log(gaussianBhattacharyya()({ mean: 0, covariance: 1 }, { mean: 2, covariance: 1 })); // 0.5
 */
export const gaussianBhattacharyya = defineGaussianDivergence({
  name: 'bhattacharyya',
  summary: 'Minus the log of the overlap of the square roots: symmetric.',
  formula: '−log ∫ √(pq)',
  unit: 'nats',
  params: none,
  host: (p, q) => renyiOf('bhattacharyya', p, q, 0.5) / 2,
  tensor: (dimensions) => mul(renyiRows(dimensions, 0.5), 0.5),
});

/**
 * Squared Hellinger distance of Gaussians, 1 - integral sqrt(p q): symmetric, from 0 to 1.
 *
 * @example
 * console.log(gaussianSquaredHellinger()({ mean: 0, covariance: 1 }, { mean: 2, covariance: 1 }).toFixed(4)); // 0.3935
 */
export const gaussianSquaredHellinger = defineGaussianDivergence({
  name: 'squared-hellinger',
  summary: 'One minus the overlap of the square roots: symmetric, at most 1.',
  formula: '1 − ∫ √(pq)',
  unit: 'number',
  params: none,
  host: (p, q) => -Math.expm1(-renyiOf('squared-hellinger', p, q, 0.5) / 2),
  tensor: (dimensions) => mul(expm1(mul(renyiRows(dimensions, 0.5), -0.5)), -1),
});

/**
 * Alpha-divergence of Gaussians, (integral p^alpha q^(1 - alpha) - 1) / (alpha (alpha - 1)): reverse KL at 0, KL at 1, half of Pearson's
 * chi-square at 2 and of Neyman's at -1. Swapping p and q turns alpha into 1 - alpha.
 *
 * @param params `alpha` from -10 to 10, default 0.5
 *
 * @example
 * const [p, q] = [{ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 }];
 * console.log(gaussianAlpha({ alpha: 2 })(p, q).toFixed(4)); // 0.8591
 */
export const gaussianAlpha = defineGaussianDivergence({
  name: 'alpha',
  summary: 'One parameter from reverse KL (0) over Hellinger (½) to KL (1) and chi-square (2).',
  formula: '(∫ p^α q^(1−α) − 1) / (α (α−1))',
  unit: 'number',
  params: alphaParams,
  host(p, q, { alpha }) {
    if (alpha < 0.5) return ofRenyi(renyiOf('alpha', q, p, 1 - alpha), 1 - alpha);
    return ofRenyi(renyiOf('alpha', p, q, alpha), alpha);
  },
  tensor(dimensions, { alpha }) {
    if (alpha < 0.5) return rowsOfRenyi(renyiRows(swapped(dimensions), 1 - alpha), 1 - alpha);
    return rowsOfRenyi(renyiRows(dimensions, alpha), alpha);
  },
});

const ofRenyi = (renyi: number, alpha: number) =>
  alpha === 1 ? renyi : Math.expm1((alpha - 1) * renyi) / (alpha * (alpha - 1));
const rowsOfRenyi = (renyi: Tensor, alpha: number) =>
  alpha === 1 ? renyi : div(expm1(mul(renyi, alpha - 1)), alpha * (alpha - 1));

/**
 * Pearson's chi-square divergence of Gaussians, integral (p - q)^2 / q. Infinity where p is wider than the root of 2 times q.
 *
 * @example
 * console.log(gaussianPearsonChiSquare()({ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 }).toFixed(4)); // 1.7183
 */
export const gaussianPearsonChiSquare = defineGaussianDivergence({
  name: 'pearson-chi-square',
  summary: 'The variance of the ratio p/q under q; infinite where q is too narrow.',
  formula: '∫ (p−q)² / q',
  unit: 'number',
  params: none,
  host: (p, q) => Math.expm1(renyiOf('pearson-chi-square', p, q, 2)),
  tensor: (dimensions) => expm1(renyiRows(dimensions, 2)),
});

/**
 * Neyman's chi-square divergence of Gaussians, integral (p - q)^2 / p: Pearson's the other way round.
 *
 * @example
 * console.log(gaussianNeymanChiSquare()({ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 }).toFixed(4)); // 1.7183
 */
export const gaussianNeymanChiSquare = defineGaussianDivergence({
  name: 'neyman-chi-square',
  summary: 'Pearson’s the other way round: the variance of q/p under p.',
  formula: '∫ (p−q)² / p',
  unit: 'number',
  params: none,
  host: (p, q) => Math.expm1(renyiOf('neyman-chi-square', q, p, 2)),
  tensor: (dimensions) => expm1(renyiRows(swapped(dimensions), 2)),
});
