import { DomainError, ShapeError } from '@surprisal/core';
import { type NamedArray, placeOf } from './file.js';

/**
 * The points in a file: `[n]` on a line, or `[n, d]`.
 *
 * @throws ShapeError or DomainError that names the file and the place
 */
export function readPoints(array: NamedArray): NamedArray {
  const { name, shape, data } = array;
  if (shape.length !== 1 && shape.length !== 2)
    throw new ShapeError(`${name}: must be a point per row, [n, d], or numbers [n], got [${shape.join(', ')}]`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new DomainError(`${name}: ${placeOf(array, wrong)} must be finite, got ${data[wrong]}; leave the point out`);
  return array;
}

/** The dimension of points `[n, d]`; of numbers `[n]`, 1. */
export const dimensionOf = ({ shape }: NamedArray): number => shape[1] ?? 1;

/** What has a dimension: points, or a Gaussian. */
interface Dimensioned {
  readonly name: string;
  readonly dimension: number;
}

/** @throws ShapeError for different dimensions */
export function sameDimension(p: Dimensioned, q: Dimensioned): void {
  if (p.dimension === q.dimension) return;
  throw new ShapeError(
    `${q.name}: must be in ${p.dimension} dimensions, as ${p.name}, got ${q.dimension} (one row or one column alone is points on a line); give both the same columns`,
  );
}
