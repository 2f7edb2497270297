import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { readSample } from '../samples/sample.js';

/** A normal distribution in d dimensions. */
export interface Gaussian {
  /** `[d]`, or a number in one dimension. */
  readonly mean: ArrayInput;
  /** `[d, d]`, or `[d]` for independent dimensions of these variances, or a number for equal ones. Not standard deviations. */
  readonly covariance: ArrayInput;
}

/** A Gaussian whose shapes are checked; `covariance` is `[d]` where the dimensions are independent, else a symmetric matrix. */
export interface CheckedGaussian {
  readonly argument: string;
  readonly mean: Float64Array;
  readonly covariance: Float64Array | Matrix;
}

/** How far a covariance may be from symmetric, in parts of its largest entry: what float32 leaves. */
const ASYMMETRY = 1e-5;

/**
 * Reads a Gaussian.
 *
 * @throws ShapeError for shapes that do not fit, or another dimension; DomainError for what is not finite, a variance below 0, and a matrix
 * that is not symmetric
 */
export function readGaussian(owner: string, argument: string, given: Gaussian, dimension?: number): CheckedGaussian {
  const centre = toFloat64(given.mean);
  const d = centre.data.length;
  if (centre.shape.length > 1 || d === 0 || d !== (dimension ?? d)) {
    const expected = dimension === undefined ? '[d] with d >= 1' : `[d] with d = ${dimension}`;
    throw new ShapeError(`${owner}: ${argument}.mean must be ${expected}, got [${centre.shape.join(', ')}]`);
  }
  checkFinite(owner, `${argument}.mean`, centre.data);
  return {
    argument,
    mean: centre.data,
    covariance: readCovariance(owner, `${argument}.covariance`, given.covariance, d),
  };
}

function readCovariance(owner: string, name: string, input: ArrayInput, d: number): Float64Array | Matrix {
  const { shape, data } = toFloat64(input);
  checkFinite(owner, name, data);
  if (!shape.every((size) => size === d) || shape.length > 2) {
    throw new ShapeError(
      `${owner}: ${name} must be [d, d] or [d] with d = ${d}, or a number, got [${shape.join(', ')}]`,
    );
  }
  const variance = (i: number) => (shape.length === 2 ? data[i * d + i]! : shape.length === 1 ? data[i]! : data[0]!);
  const variances = Float64Array.from({ length: d }, (_, i) => variance(i));
  const negative = variances.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new DomainError(
      `${owner}: ${name} must have variances of at least 0, got ${variances[negative]} in dimension ${negative}`,
    );
  }
  return shape.length === 2 && d > 1 ? symmetric(owner, name, data, d) : variances;
}

function symmetric(owner: string, name: string, data: Float64Array, d: number): Matrix {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const [below, above] = [data[i * d + j]!, data[j * d + i]!];
      if (Math.abs(below - above) > ASYMMETRY * largest) {
        throw new DomainError(
          `${owner}: ${name} must be symmetric, got ${below} at [${i}, ${j}] and ${above} at [${j}, ${i}]`,
        );
      }
    }
  }
  const matrix = Matrix.from1DArray(d, d, data);
  return matrix.clone().add(matrix.transpose()).mul(0.5);
}

function checkFinite(owner: string, name: string, data: Float64Array): void {
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new DomainError(`${owner}: ${name} must be finite, got ${data[odd]} at ${odd}`);
}

/** A pivot that is smaller, in parts of its variance, is none. */
const ROUNDING = 1e-13;

/** One dimension of two Gaussians: the squared gap between their means, and their variances. */
export type DimensionTerm = (squaredGap: number, varianceP: number, varianceQ: number) => number;

/**
 * The sum of a term over dimensions in which both Gaussians are independent: their own where both are diagonal, else those that an affine
 * map makes so. For what no invertible affine map changes.
 *
 * @throws DomainError for a covariance that is not positive definite
 */
export function sumOverDimensions(owner: string, p: CheckedGaussian, q: CheckedGaussian, term: DimensionTerm): number {
  const [gaps, ofP, ofQ] =
    isDiagonal(p) && isDiagonal(q)
      ? [gapsOf(p, q), variancesOf(owner, p), variancesOf(owner, q)]
      : whitened(owner, p, q);
  return gaps.reduce((total, gap, i) => total + term(gap * gap, ofP[i]!, ofQ[i]!), 0);
}

type Diagonal = CheckedGaussian & { readonly covariance: Float64Array };

export const isDiagonal = (gaussian: CheckedGaussian): gaussian is Diagonal =>
  gaussian.covariance instanceof Float64Array;

export const gapsOf = (p: CheckedGaussian, q: CheckedGaussian): Float64Array =>
  p.mean.map((value, i) => q.mean[i]! - value);

/** The covariance as a matrix. */
export const matrixOf = ({ covariance }: CheckedGaussian): Matrix =>
  covariance instanceof Float64Array ? Matrix.diag(Array.from(covariance)) : covariance;

function variancesOf(owner: string, { argument, covariance }: Diagonal): Float64Array {
  const zero = covariance.indexOf(0);
  if (zero >= 0) throw new DomainError(`${owner}: ${argument}.covariance must be above 0, got 0 in dimension ${zero}`);
  return covariance;
}

/** Coordinates in which p is standard normal about 0, and q has independent dimensions: z = U' L^-1 (x - mean of p), L L' = covariance of p. */
function whitened(owner: string, p: CheckedGaussian, q: CheckedGaussian) {
  const lower = cholesky(owner, p);
  cholesky(owner, q);
  const half = solve(lower, matrixOf(q));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(solve(lower, half.transpose()), {
    assumeSymmetric: true,
  });
  const gaps = eigenvectorMatrix.transpose().mmul(solve(lower, Matrix.columnVector(gapsOf(p, q))));
  // Positive, as q is positive definite, but for what rounding does to the very smallest.
  const variances = Float64Array.from(realEigenvalues, (value) => Math.max(value, Number.MIN_VALUE));
  return [Float64Array.from(gaps.to1DArray()), new Float64Array(variances.length).fill(1), variances] as const;
}

function cholesky(owner: string, gaussian: CheckedGaussian): Matrix {
  const matrix = matrixOf(gaussian);
  const decomposition = new CholeskyDecomposition(matrix);
  const lower = decomposition.lowerTriangularMatrix;
  // Of a singular matrix rounding may leave a pivot a hair above 0.
  const certain = matrix.diag().every((variance, i) => lower.get(i, i) ** 2 > ROUNDING * variance);
  if (decomposition.isPositiveDefinite() && certain) return lower;
  throw new DomainError(
    `${owner}: ${gaussian.argument}.covariance must be positive definite, got one that is not; add a little to its diagonal, or estimate it from more points than dimensions`,
  );
}

/**
 * The Gaussian with the mean and the covariance (n - 1 in the denominator) of a sample.
 *
 * @param x `[n, d]` or `[n]`, n >= 2
 * @throws ShapeError, DomainError for one point alone and for what is not finite
 *
 * @example
 * const { mean, covariance } = gaussianOfSample([[0, 0], [2, 2], [4, 1]]);
 * console.log(mean, covariance); // Float64Array(2) [ 2, 1 ] [ [ 4, 1 ], [ 1, 1 ] ]
 */
export function gaussianOfSample(x: ArrayInput): { readonly mean: Float64Array; readonly covariance: number[][] } {
  const { points, n, d } = readSample('gaussianOfSample', 'x', x);
  if (n < 2) throw new DomainError('gaussianOfSample: x must hold at least 2 points, got 1');
  const columns = Array.from({ length: d }, (_, k) => Float64Array.from({ length: n }, (__, i) => points[i * d + k]!));
  const centre = Float64Array.from(columns, mean);
  const product = (j: number, k: number) =>
    columns[j]!.reduce((total, value, i) => total + (value - centre[j]!) * (columns[k]![i]! - centre[k]!), 0) / (n - 1);
  return { mean: centre, covariance: columns.map((_, j) => columns.map((__, k) => product(j, k))) };
}
