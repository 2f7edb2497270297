import { DomainError, type Method, type MethodInfo, ShapeError, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  expandDims,
  readsAtOnce,
  reshape,
  squaredDifference,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import type { z } from 'zod';
import { type CheckedGaussian, type Gaussian, readGaussian } from './gaussian.js';

/**
 * A divergence of two normal distributions, in closed form.
 *
 * @example
 * const divergence = gaussianKullbackLeibler();
 * console.log(divergence({ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 })); // 0.5
 */
export interface GaussianDivergence {
  /**
   * In float64, on the host, for any covariances.
   *
   * @throws ShapeError for shapes that do not fit; DomainError for covariances that are not symmetric and positive definite
   */
  (p: Gaussian, q: Gaussian): number;
  /**
   * Of independent dimensions, in tensors, differentiable in means and variances.
   *
   * @returns a scalar for means `[d]`, `[batch]` for means `[batch, d]`
   * @throws ShapeError; DomainError for variances that are not above 0
   */
  tensor(p: DiagonalGaussian, q: DiagonalGaussian): Tensor;
  readonly method: string;
  /** What it is measured in: nats, the unit of the data, or a number without a unit. */
  readonly unit: string;
}

/** Normal distributions with independent dimensions: `[d]` or `[batch, d]`, both alike. */
export interface DiagonalGaussian {
  readonly mean: TensorLike;
  /** Above 0. Not the standard deviation. */
  readonly variance: TensorLike;
}

declare module '@surprisal/core' {
  interface Kinds {
    'gaussian-divergence': GaussianDivergence;
  }
}

/** What a divergence of independent dimensions depends on, `[batch, d]` each. */
export interface Dimensions {
  readonly squaredGap: Tensor;
  readonly varianceP: Tensor;
  readonly varianceQ: Tensor;
}

/** A Gaussian divergence's metadata and its maths: of any two on the host, and of independent dimensions in tensors, to `[batch]`. */
export interface GaussianDivergenceDefinition<S extends z.ZodObject> extends Omit<
  MethodInfo<'gaussian-divergence', S>,
  'kind'
> {
  readonly unit: string;
  readonly host: (p: CheckedGaussian, q: CheckedGaussian, params: z.output<S>) => number;
  readonly tensor: (dimensions: Dimensions, params: z.output<S>) => Tensor;
}

/** Makes a Gaussian divergence; how Gaussians are read and checked stands here for all. */
export function defineGaussianDivergence<S extends z.ZodObject>({
  host,
  tensor,
  unit,
  ...info
}: GaussianDivergenceDefinition<S>): Method<'gaussian-divergence', S, GaussianDivergence> {
  const { name } = info;
  return defineMethod<'gaussian-divergence', S, GaussianDivergence>(
    { kind: 'gaussian-divergence', ...info },
    (params) => {
      const divergence = (p: Gaussian, q: Gaussian) => {
        const left = readGaussian(name, 'p', p);
        return host(left, readGaussian(name, 'q', q, left.mean.length), params);
      };
      const ofTensors = (p: DiagonalGaussian, q: DiagonalGaussian) =>
        tidy(() => {
          const { vector, ...dimensions } = readDimensions(name, p, q);
          const rows = tensor(dimensions, params);
          return vector ? reshape(rows, []) : rows;
        });
      return Object.assign(divergence, { tensor: ofTensors, method: name, unit });
    },
  );
}

function readDimensions(owner: string, p: DiagonalGaussian, q: DiagonalGaussian): Dimensions & { vector: boolean } {
  const [meanP, varianceP, meanQ, varianceQ] = [p.mean, p.variance, q.mean, q.variance].map((x) => toTensor(x)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const { shape, rank } = meanP;
  if (rank !== 1 && rank !== 2)
    throw new ShapeError(`${owner}: p.mean must be [d] or [batch, d], got [${shape.join(', ')}]`);
  const names = rank === 1 ? ['d'] : ['batch', 'd'];
  const known = Object.fromEntries(names.map((key, i) => [key, shape[i]!]));
  checkShape(owner, 'p.variance', varianceP, names, known);
  checkShape(owner, 'q.mean', meanQ, names, known);
  checkShape(owner, 'q.variance', varianceQ, names, known);
  checkPositive(owner, 'p.variance', varianceP);
  checkPositive(owner, 'q.variance', varianceQ);
  const rows = (tensor: Tensor) => (rank === 1 ? expandDims(tensor, 0) : tensor);
  return {
    squaredGap: rows(squaredDifference(meanP, meanQ)),
    varianceP: rows(varianceP),
    varianceQ: rows(varianceQ),
    vector: rank === 1,
  };
}

function checkPositive(owner: string, name: string, variance: Tensor): void {
  if (!readsAtOnce()) return;
  const wrong = variance.dataSync().find((value) => !(value > 0 && value < Infinity));
  if (wrong !== undefined) throw new DomainError(`${owner}: ${name} must be above 0 and finite, got ${wrong}`);
}
