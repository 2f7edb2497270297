import { DomainError } from '../errors.js';

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * ln Gamma(x) for x > 0, to about 1e-14 (Lanczos's series, g = 7).
 *
 * @throws DomainError for x <= 0
 *
 * @example
 * import { logGamma } from '@surprisal/core/numerics';
 *
 * console.log(Math.exp(logGamma(5)).toFixed(6)); // 24.000000
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new DomainError(`logGamma: x must be greater than 0, got ${x}`);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const series = LANCZOS.reduce((sum, c, k) => (k === 0 ? c : sum + c / (x - 1 + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * The regularised upper incomplete gamma function `Q(a, x) = Gamma(a, x) / Gamma(a)`: by its series for x < a + 1, by its continued
 * fraction beyond.
 *
 * @throws DomainError for a <= 0 or x < 0
 */
export function gammaQ(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) throw new DomainError(`gammaQ: a must be > 0 and x >= 0, got ${a} and ${x}`);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

/** The probability that a chi-square variable with k degrees of freedom exceeds x. */
export const chiSquareTail = (x: number, degrees: number): number => gammaQ(degrees / 2, x / 2);

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1, change = 0; n < 1000 && Math.abs(change - 1) > 1e-16; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    change = c * d;
    value *= change;
  }
  return value;
}
