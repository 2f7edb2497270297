import {
  type Tensor,
  abs,
  add,
  clipByValue,
  div,
  exp,
  expm1,
  fill,
  greater,
  isNaN,
  less,
  logSumExp,
  max,
  maximum,
  mul,
  neg,
  notEqual,
  onesLike,
  softplus,
  sub,
  sum,
  where,
  withGradient,
  zerosLike,
} from '@surprisal/core/tensor';

/** What a class contributes where one of its probabilities is 0, per unit of the other one. */
export interface Limits {
  /** Where p = 0 < q: f(0). */
  readonly atZero: number;
  /** Where q = 0 < p: the limit of f(r) / r. */
  readonly atInfinity: number;
}

/**
 * Sums what classes contribute, `[batch, classes]` to `[batch]`, with the exact limit where a probability is 0; a class that neither
 * has contributes nothing.
 */
export function sumClasses(
  logP: Tensor,
  logQ: Tensor,
  term: (logP: Tensor, logQ: Tensor) => Tensor,
  { atZero, atInfinity }: Limits,
): Tensor {
  const hasP = notEqual(logP, -Infinity);
  const hasQ = notEqual(logQ, -Infinity);
  const left = finiteGradient(where(hasP, logP, zerosLike(logP)));
  const right = finiteGradient(where(hasQ, logQ, zerosLike(logQ)));
  const onlyP = where(hasP, limit(left, atInfinity), zerosLike(logP));
  const onlyQ = where(hasQ, limit(right, atZero), zerosLike(logP));
  return sum(where(hasBoth(logP, logQ), term(left, right), add(onlyP, onlyQ)), 1);
}

/** One comparison: tfjs has no gradient for a conjunction, and asks for one. */
const hasBoth = (logP: Tensor, logQ: Tensor): Tensor => notEqual(add(logP, logQ), -Infinity);

const limit = (logProbs: Tensor, slope: number): Tensor =>
  Number.isFinite(slope) ? mul(exp(logProbs), slope) : fill(logProbs.shape, slope);

/** Bounds what flows back, so that a term that overflows does not turn a whole row's gradient into NaN. */
const finiteGradient = (x: Tensor): Tensor =>
  withGradient({
    forward: ([input]) => add(input!, 0),
    gradient: (dy) => [clipByValue(where(isNaN(dy), zerosLike(dy), dy), -BOUND, BOUND)],
  })([x]);

const BOUND = 1e30;

/** log((p + q) / 2), whose gradient is also right where p = q. */
export const logMean = (logP: Tensor, logQ: Tensor): Tensor =>
  withGradient({
    forward: ([a, b]) => sub(add(maximum(a!, b!), softplus(neg(abs(sub(a!, b!))))), Math.LN2),
    gradient(dy, [a, b]) {
      const middle = logMean(a!, b!);
      return [a!, b!].map((x) => mul(dy, mul(exp(sub(x, middle)), 0.5)));
    },
  })([logP, logQ]);

/** w (e^(c x) - 1) / c, and its limit w x at c = 0, from log w: exact for small c x, without overflow before the product overflows. */
export function scaledExpm1(logWeight: Tensor, x: Tensor, c: number): Tensor {
  if (c === 0) return mul(exp(logWeight), x);
  const power = mul(x, c);
  const small = less(abs(power), 1);
  const precise = mul(exp(logWeight), expm1(where(small, power, zerosLike(power))));
  return div(where(small, precise, sub(exp(add(logWeight, power)), exp(logWeight))), c);
}

/** log(sum_i p_i^a q_i^b) over the classes that both have, `[batch]`; -Infinity where there is none. */
export function logSumOfPowers(logP: Tensor, a: number, logQ: Tensor, b: number): Tensor {
  const shared = hasBoth(logP, logQ);
  const none = zerosLike(logP);
  const powers = add(mul(where(shared, logP, none), a), mul(where(shared, logQ, none), b));
  const logSum = logSumExp(where(shared, powers, fill(logP.shape, LOWEST)), 1);
  return where(notEqual(max(add(logP, logQ), 1), -Infinity), logSum, fill(logSum.shape, -Infinity));
}

/** Puts a value in the rows where a class has q = 0 and p > 0. */
export function whereOnlyP(logP: Tensor, logQ: Tensor, value: number, rows: Tensor): Tensor {
  const [none, one] = [zerosLike(logP), onesLike(logP)];
  const only = where(notEqual(logQ, -Infinity), none, where(notEqual(logP, -Infinity), one, none));
  return where(greater(max(only, 1), 0), fill(rows.shape, value), rows);
}

/** Low enough for exp to give 0, and still a number. */
const LOWEST = -1e38;
