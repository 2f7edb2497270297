import { paper } from '@surprisal/core';
import { type Tensor, add, mul, sub } from '@surprisal/core/tensor';
import { z } from 'zod';
import { logSumOfPowers } from './classes.js';
import { defineDivergence } from './divergence.js';

/**
 * Cauchy-Schwarz divergence, -log((sum p q)^2 / (sum p^2 sum q^2)): minus twice the log of the cosine between p and q. Symmetric;
 * Infinity where they share no class. It may grow when classes are merged, unlike an f-divergence.
 *
 * Yu et al.: Cauchy-Schwarz Divergence Information Bottleneck for Regression, 2024, arXiv:2404.17951.
 *
 * @example
 * console.log(cauchySchwarz()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.4947
 */
export const cauchySchwarz = defineDivergence({
  name: 'cauchy-schwarz',
  summary: 'Minus twice the log of the cosine between p and q: symmetric.',
  formula: '−log((Σ pq)² / (Σ p² Σ q²))',
  paper: paper(37),
  unit: 'nats',
  params: z.object({}),
  perRow: (logP, logQ) => sub(add(logInner(logP, logP), logInner(logQ, logQ)), mul(logInner(logP, logQ), 2)),
});

const logInner = (a: Tensor, b: Tensor): Tensor => logSumOfPowers(a, 1, b, 1);
