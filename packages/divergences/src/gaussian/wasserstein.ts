import { DomainError } from '@surprisal/core';
import { add, sqrt, squaredDifference, sum } from '@surprisal/core/tensor';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { z } from 'zod';
import { safePower } from '../samples/pairs.js';
import { type CheckedGaussian, gapsOf, isDiagonal, matrixOf } from './gaussian.js';
import { defineGaussianDivergence } from './gaussian-divergence.js';

/**
 * Wasserstein-2 distance of Gaussians (Bures), the root of
 * |mp - mq|^2 + trace(P + Q - 2 (P^(1/2) Q P^(1/2))^(1/2)) with covariances P and Q: the Frechet distance. A metric. The covariances may
 * be singular, down to points.
 *
 * Dowson, Landau: The Frechet distance between multivariate normal distributions, 1982.
 *
 * @throws DomainError for a covariance that is not positive semidefinite
 *
 * @example
 * const wasserstein2 = gaussianWasserstein();
 * console.log(wasserstein2({ mean: [0, 0], covariance: 0 }, { mean: [3, 4], covariance: 0 })); // 5
 * console.log(wasserstein2({ mean: 0, covariance: 1 }, { mean: 0, covariance: 4 })); // 1
 */
export const gaussianWasserstein = defineGaussianDivergence({
  name: 'wasserstein-2',
  summary: 'The least root mean square distance by which one can be moved onto the other (Fréchet, Bures).',
  formula: '√(|Δ|² + tr(P + Q − 2 (P^½ Q P^½)^½))',
  unit: 'data',
  params: z.object({}),
  host(p, q) {
    const moved = gapsOf(p, q).reduce((total, gap) => total + gap * gap, 0);
    return Math.sqrt(moved + Math.max(0, squaredBures(p, q)));
  },
  tensor: ({ squaredGap, varianceP, varianceQ }) =>
    safePower(sum(add(squaredGap, squaredDifference(sqrt(varianceP), sqrt(varianceQ))), 1), 0.5),
});

function squaredBures(p: CheckedGaussian, q: CheckedGaussian): number {
  if (isDiagonal(p) && isDiagonal(q)) {
    return p.covariance.reduce((total, v, i) => total + (Math.sqrt(v) - Math.sqrt(q.covariance[i]!)) ** 2, 0);
  }
  const [left, right] = [matrixOf(p), matrixOf(q)];
  rootsOf(right, q.argument);
  const { vectors, roots } = rootsOf(left, p.argument);
  const half = vectors.mmul(Matrix.diag(roots)).mmul(vectors.transpose());
  const shared = rootsOf(half.mmul(right).mmul(half), 'p').roots.reduce((total, root) => total + root, 0);
  return left.trace() + right.trace() - 2 * shared;
}

/** The roots of the eigenvalues of a positive semidefinite matrix, and its eigenvectors. */
function rootsOf(matrix: Matrix, argument: string): { roots: number[]; vectors: Matrix } {
  const symmetric = matrix.clone().add(matrix.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const least = Math.min(...realEigenvalues);
  if (least < -1e-6 * Math.max(...realEigenvalues, 0)) {
    throw new DomainError(
      `wasserstein-2: ${argument}.covariance must be positive semidefinite, got an eigenvalue of ${least}; estimate it anew`,
    );
  }
  return { roots: realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))), vectors: eigenvectorMatrix };
}
