import type { Field } from './fields.js';

/** Probabilities of some places: at least 0, with a sum of 1. */
export type Distribution = readonly number[];

/** Digits that a link holds: what rounding leaves of the sum is taken off when it is read. */
const DIGITS = 6;
export const MOST_BARS = 12;

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Weights as a distribution; where all are 0, every place gets the same. */
export function normalised(weights: readonly number[]): Distribution {
  const sum = total(weights);
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
}

/** The distribution in which one place has a given share, and the others share the rest as they do now. */
export function withShare(values: Distribution, index: number, share: number): Distribution {
  const others = normalised(values.map((value, i) => (i === index ? 0 : value)));
  const isAlone = values.every((value, i) => i === index || value === 0);
  const even = 1 / (values.length - 1);
  return values.map((_, i) => (i === index ? share : (1 - share) * (isAlone ? even : others[i]!)));
}

/** The distribution on another number of places: empty ones come at the end, those that go leave their share to the others. */
export const resized = (values: Distribution, places: number): Distribution =>
  normalised(Array.from({ length: places }, (_, i) => values[i] ?? 0));

/** The digits of a distribution in links and code. */
export const digitsOf = (values: Distribution): string[] =>
  values.map((value) => String(Number(value.toFixed(DIGITS))));

/** A distribution in the address: `p=0.5,0.25,0.25`; weights of any sum are understood. */
export const distribution = (initial: Distribution, most = MOST_BARS): Field<Distribution> => ({
  initial,
  write: (values) => [['', digitsOf(values).join(',')]],
  read(_, text, part) {
    const weights = text.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)));
    const fits = weights.length >= 2 && weights.length <= most && total(weights) > 0;
    return part === '' && fits && weights.every((weight) => weight >= 0 && weight < Infinity)
      ? normalised(weights)
      : undefined;
  },
});
