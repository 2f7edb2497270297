import { DomainError } from '@surprisal/core';
import { logGamma } from '@surprisal/core/numerics';

/** The distribution of the gap between the largest and the j-th largest of K logits. */
export interface LogitGapLaw {
  /** Probability density at a gap in [0, 1]. */
  density(gap: number): number;
  /** Probability of a gap of at most this, in [0, 1]. */
  cdf(gap: number): number;
}

/**
 * The gap between the largest and the j-th largest of K independent Uniform(0, 1) logits: Beta(j - 1, K - j + 2), exactly.
 *
 * Near 0 its distribution function grows as `gap^(j - 1)`: so grows the chance that a small perturbation makes the class ranked j
 * the first, which is what the exponent of the adversarial error shows.
 *
 * @param options `classes` K >= 2, a whole number; `rank` j, a whole number from 2 to K
 * @throws DomainError for classes or rank out of range, and for a gap outside [0, 1]
 *
 * Derived for the picture of Cubuk, Zoph, Schoenholz, Le 2017, arXiv:1711.02846.
 *
 * @example
 * console.log(uniformLogitGapLaw({ classes: 10, rank: 2 }).cdf(0.02).toFixed(4)); // 0.1829
 */
export function uniformLogitGapLaw({
  classes,
  rank,
}: {
  readonly classes: number;
  readonly rank: number;
}): LogitGapLaw {
  if (!(Number.isSafeInteger(classes) && classes >= 2)) {
    throw new DomainError(`uniformLogitGapLaw: classes must be a whole number, at least 2, got ${classes}`);
  }
  if (!(Number.isSafeInteger(rank) && rank >= 2 && rank <= classes)) {
    throw new DomainError(`uniformLogitGapLaw: rank must be a whole number from 2 to ${classes}, got ${rank}`);
  }
  const [a, b] = [rank - 1, classes - rank + 2];
  const scale = logGamma(classes + 1) - logGamma(a) - logGamma(b);
  return {
    density: (gap) => {
      checkGap(gap);
      return Math.exp(scale + logPower(gap, a - 1) + logPower(1 - gap, b - 1));
    },
    cdf: (gap) => {
      checkGap(gap);
      return binomialTail(classes, a, gap);
    },
  };
}

/** P(at least k of n) with probability p each: the regularised incomplete beta function I_p(k, n - k + 1). */
function binomialTail(n: number, k: number, p: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) {
    const logChoices = logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1);
    sum += Math.exp(logChoices + logPower(p, i) + logPower(1 - p, n - i));
  }
  return Math.min(1, sum);
}

/** ln(x^n), with 0^0 = 1. */
const logPower = (x: number, n: number) => (n === 0 ? 0 : n * Math.log(x));

function checkGap(gap: number): void {
  if (!(gap >= 0 && gap <= 1)) throw new DomainError(`uniformLogitGapLaw: gap must be in [0, 1], got ${gap}`);
}
