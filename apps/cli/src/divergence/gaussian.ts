import { DataError, DomainError, ShapeError, ndarray } from '@surprisal/core';
import { type Gaussian, gaussianOfSample, readGaussian } from '@surprisal/divergences';
import { type NamedArray, numbersOf, readContent } from './file.js';
import { dimensionOf } from './points.js';

/** A Gaussian in a file. */
export interface NamedGaussian {
  readonly name: string;
  readonly dimension: number;
  readonly gaussian: Gaussian;
}

/**
 * The Gaussian in a file: JSON with `mean` and `covariance`, or a matrix whose first row is the mean, and what is below it the variances (one
 * row) or the covariance (d rows). Two numbers are mean and variance on a line.
 *
 * @throws DataError, ShapeError or DomainError that names the file
 */
export async function readGaussianFile(file: string): Promise<NamedGaussian> {
  const { name, bytes } = await readContent(file);
  const text = bytes.toString();
  const given = /^\s*\{/.test(text) ? fromObject(text, name) : fromMatrix(numbersOf(bytes, name));
  const { mean } = readGaussian(name, 'the Gaussian', given);
  return { name, dimension: mean.length, gaussian: given };
}

/** The Gaussian with the mean and the covariance of points. */
export function fitGaussian(points: NamedArray): NamedGaussian {
  const { name, shape } = points;
  if (shape[0]! < 2) throw new DomainError(`${name}: must hold at least 2 points for --gaussian, got 1`);
  return { name, dimension: dimensionOf(points), gaussian: gaussianOfSample(points) };
}

function fromObject(text: string, name: string): Gaussian {
  const { mean, covariance } = parsed(text, name);
  if (mean === undefined || covariance === undefined) {
    throw new DataError(
      `${name}: must have "mean" and "covariance", got no ${mean === undefined ? '"mean"' : '"covariance"'}; add it`,
    );
  }
  return { mean: numbersIn(mean, `${name}: mean`), covariance: numbersIn(covariance, `${name}: covariance`) };
}

function numbersIn(value: unknown, name: string): number | NamedArray {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return numbersOf(JSON.stringify(value), name);
  throw new DataError(`${name} must be a number, or numbers in lists, got ${JSON.stringify(value)}; write it anew`);
}

function parsed(text: string, name: string): { readonly mean?: unknown; readonly covariance?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new DataError(`${name} must be JSON: ${(error as Error).message.split('\n')[0]}; write it anew`);
  }
}

function fromMatrix({ name, shape, data }: NamedArray): Gaussian {
  const [rows, d] = shape.length === 1 ? [data.length, 1] : [shape[0]!, shape[1]!];
  if (shape.length > 2 || (rows !== 2 && rows !== d + 1))
    throw new ShapeError(
      `${name}: must be a mean [d] above variances [d] or a covariance [d, d], so [2, d] or [d + 1, d], got [${shape.join(', ')}]`,
    );
  const below = data.slice(d);
  return { mean: data.slice(0, d), covariance: rows === 2 ? below : ndarray(below, [d, d]) };
}
