import { DomainError, ShapeError } from '@surprisal/core';
import { SUM_TOLERANCE } from '@surprisal/divergences';
import { type NamedArray, placeOf } from './file.js';

/** How a distribution over classes is written down in a file. */
export type DistributionForm = 'probabilities' | 'logits' | 'counts';

/**
 * The distributions in a file: `[classes]` or `[rows, classes]`; one row or one column is a vector. Counts are divided by their sum.
 *
 * @throws ShapeError or DomainError that names the file and the place
 */
export function readDistribution(form: DistributionForm, { name, shape, data }: NamedArray): NamedArray {
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length > 2)
    throw new ShapeError(`${name}: must be a vector of classes or a matrix [rows, classes], got [${shape.join(', ')}]`);
  const array = { name, data, shape: sizes.length === 0 ? [1] : sizes };
  if (form === 'logits') checkLogits(array);
  else checkAmounts(form, array);
  return form === 'counts' ? { ...array, data: shares(array) } : array;
}

/** @throws ShapeError for distributions that are not over the same classes, or not as many */
export function sameClasses(p: NamedArray, q: NamedArray): void {
  if (p.shape.join() === q.shape.join()) return;
  const show = ({ shape }: NamedArray) =>
    shape.length === 1 ? `${shape[0]} classes` : `${shape.join(' rows of ')} classes`;
  throw new ShapeError(
    `${q.name}: must hold ${show(p)}, as ${p.name}, got ${show(q)}; give both over the same classes`,
  );
}

function checkLogits(array: NamedArray): void {
  const { name, data } = array;
  const wrong = data.findIndex((value) => Number.isNaN(value) || Math.fround(value) === Infinity);
  if (wrong >= 0)
    throw new DomainError(
      `${name}: ${placeOf(array, wrong)} must be a score below 3.4e38, got ${data[wrong]}; mend it, or write -inf to mask the class`,
    );
  const masked = rowsOf(array).findIndex((row) => row.every((value) => Math.fround(value) === -Infinity));
  if (masked >= 0)
    throw new DomainError(`${name}: ${rowName(array, masked)} must have a finite score, got none; mask fewer classes`);
}

const advice = {
  probabilities: 'give --logits if these are scores, or mend it',
  counts: 'mend it, or leave the class out of both files',
} as const;

function checkAmounts(form: 'probabilities' | 'counts', array: NamedArray): void {
  const { name, data } = array;
  const wrong = data.findIndex((value) => !(value >= 0 && value < Infinity));
  if (wrong >= 0) {
    throw new DomainError(
      `${name}: ${placeOf(array, wrong)} must be at least 0 and finite, got ${data[wrong]}; ${advice[form]}`,
    );
  }
  rowsOf(array).forEach((row, r) => {
    const total = sum(row);
    if (form === 'counts' && total === 0)
      throw new DomainError(`${name}: ${rowName(array, r)} must have a count above 0, got none; leave it out`);
    if (form === 'probabilities' && !(Math.abs(total - 1) <= SUM_TOLERANCE))
      throw new DomainError(
        `${name}: ${rowName(array, r)} must sum to 1 within ${SUM_TOLERANCE}, got ${Number(total.toPrecision(6))}; give --counts to divide by the sum, or --logits if these are scores`,
      );
  });
}

const shares = (array: NamedArray) =>
  Float64Array.from(
    rowsOf(array).flatMap((row) => {
      const total = sum(row);
      return Array.from(row, (count) => count / total);
    }),
  );

/** The rows of a matrix, or a vector as one row. */
function rowsOf({ data, shape }: NamedArray): Float64Array[] {
  const classes = shape.at(-1)!;
  return Array.from({ length: data.length / classes }, (_, r) => data.subarray(r * classes, (r + 1) * classes));
}

const rowName = ({ shape }: NamedArray, row: number) => (shape.length === 2 ? `row ${row + 1}` : 'the distribution');

const sum = (row: Float64Array) => row.reduce((total, value) => total + value, 0);
