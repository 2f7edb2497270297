import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';

/** A joint distribution of two variables: rows of x, columns of y. */
export type Joint = readonly Float64Array[];

/** Probabilities may sum to 1 within this much; they are renormalised. */
const SUM_TOLERANCE = 1e-6;

/**
 * Reads a probability vector, and renormalises what rounding left of its sum.
 *
 * @throws ShapeError for another rank or none; DomainError for a negative entry or a sum farther from 1 than 1e-6
 */
export function readMarginal(owner: string, argument: string, input: ArrayInput): Float64Array {
  const { shape, data } = toFloat64(input);
  if (shape.length !== 1 || data.length === 0) {
    throw new ShapeError(`${owner}: ${argument} must be [n] with n >= 1, got [${shape.join(', ')}]`);
  }
  const negative = data.findIndex((value) => !(value >= 0));
  if (negative >= 0) {
    throw new DomainError(`${owner}: ${argument} must be at least 0, got ${data[negative]} at index ${negative}`);
  }
  const total = sumOf(data);
  if (Math.abs(total - 1) > SUM_TOLERANCE) {
    throw new DomainError(`${owner}: ${argument} must sum to 1 within ${SUM_TOLERANCE}, got ${total}`);
  }
  return data.map((value) => value / total);
}

/**
 * Entropy in bits, -sum p log2 p, with 0 log 0 = 0.
 *
 * @example
 * console.log(entropyBits([0.5, 0.25, 0.25])); // 1.5
 */
export function entropyBits(probabilities: ArrayLike<number>): number {
  let entropy = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p > 0) entropy -= p * Math.log2(p);
  }
  return entropy;
}

/**
 * Mutual information of a joint distribution in bits, sum P(x, y) log2(P(x, y) / (P(x) P(y))).
 *
 * @example
 * console.log(mutualInformationBits([Float64Array.of(0.5, 0), Float64Array.of(0, 0.5)])); // 1
 */
export function mutualInformationBits(joint: Joint): number {
  const [rows, columns] = [joint.map(sumOf), columnSums(joint)];
  let information = 0;
  joint.forEach((row, i) =>
    row.forEach((p, j) => {
      if (p > 0) information += p * Math.log2(p / rows[i]! / columns[j]!);
    }),
  );
  return information;
}

/** The distribution of the column variable. */
export function columnSums(joint: Joint): Float64Array {
  const sums = new Float64Array(joint[0]?.length ?? 0);
  for (const row of joint) row.forEach((p, j) => (sums[j]! += p));
  return sums;
}

/** The sum of the entries. */
export const sumOf = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** The index of the largest entry, the first of equals. */
export function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
