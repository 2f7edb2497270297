import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';
import { sumOfMasses } from '../transport/masses.js';

/** Points `[n, d]`, one after the other; without weights all weigh the same. With them, the weights sum to 1. */
export interface Sample {
  readonly points: Float64Array;
  readonly n: number;
  readonly d: number;
  readonly weights?: Float64Array | undefined;
}

/**
 * Reads a sample: rows `[n, d]`, or numbers `[n]`, which are points on a line.
 *
 * @throws ShapeError for another rank, no points, or another dimension; DomainError for a point that is not finite, and for weights
 * that are negative or all 0
 */
export function readSample(
  owner: string,
  argument: string,
  input: ArrayInput,
  weights?: ArrayInput,
  dimension?: number,
): Sample {
  const { shape, data } = toFloat64(input);
  const [n, d] = checkSampleShape(owner, argument, shape, dimension);
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new DomainError(`${owner}: ${argument} must be finite, got ${data[odd]} in row ${Math.floor(odd / d)}`);
  return { points: data, n, d, weights: weights === undefined ? undefined : readWeights(owner, argument, weights, n) };
}

/** The number of points and their dimension. */
export function checkSampleShape(
  owner: string,
  argument: string,
  shape: readonly number[],
  dimension?: number,
): [number, number] {
  const [n = 0, d = 1] = shape;
  const right = (shape.length === 1 || shape.length === 2) && n >= 1 && d >= 1 && d === (dimension ?? d);
  if (right) return [n, d];
  const expected = dimension === undefined ? '[n, d] or [n] with n >= 1' : `[n, d] with d = ${dimension}`;
  throw new ShapeError(`${owner}: ${argument} must be ${expected}, got [${shape.join(', ')}]`);
}

function readWeights(owner: string, argument: string, input: ArrayInput, n: number): Float64Array {
  const { shape, data } = toFloat64(input);
  const name = `weights.${argument}`;
  if (shape.length !== 1 || data.length !== n) {
    throw new ShapeError(`${owner}: ${name} must be [n] with n = ${n}, got [${shape.join(', ')}]`);
  }
  const total = sumOfMasses(owner, name, data);
  if (total === 0) throw new DomainError(`${owner}: ${name} must hold one above 0, got none`);
  return data.map((weight) => weight / total);
}

/** The weights of a sample, equal ones written out. */
export const massesOf = ({ n, weights }: Sample): Float64Array => weights ?? new Float64Array(n).fill(1 / n);

/** |x_i - y_j|^2. */
export function squaredDistance(x: Sample, i: number, y: Sample, j: number): number {
  const d = x.d;
  let total = 0;
  for (let k = 0, a = i * d, b = j * d; k < d; k++, a++, b++) {
    const gap = x.points[a]! - y.points[b]!;
    total += gap * gap;
  }
  return total;
}

/** The mean of a function of the squared distance over all pairs of x and y, by their weights. */
export function pairMean(x: Sample, y: Sample, f: (squared: number) => number): number {
  let total = 0;
  for (let i = 0; i < x.n; i++) {
    let row = 0;
    for (let j = 0; j < y.n; j++) {
      const value = f(squaredDistance(x, i, y, j));
      row += y.weights ? value * y.weights[j]! : value;
    }
    total += x.weights ? row * x.weights[i]! : row;
  }
  return total / ((x.weights ? 1 : x.n) * (y.weights ? 1 : y.n));
}

/** A function of every squared distance, as a matrix `[n, m]`. */
export function pairMatrix(x: Sample, y: Sample, f: (squared: number) => number): Float64Array {
  const matrix = new Float64Array(x.n * y.n);
  for (let i = 0, at = 0; i < x.n; i++) for (let j = 0; j < y.n; j++) matrix[at++] = f(squaredDistance(x, i, y, j));
  return matrix;
}
