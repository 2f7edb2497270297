import { gammaQ } from './gamma.js';
import { bisect } from './root.js';

/**
 * The probability that a standard normal variable is at most x.
 *
 * @example
 * import { normalCdf, normalQuantile } from '@surprisal/core/numerics';
 *
 * console.log(normalCdf(0), normalQuantile(0.975).toFixed(6)); // 0.5 1.959964
 */
export function normalCdf(x: number): number {
  const tail = gammaQ(0.5, (x * x) / 2) / 2;
  return x < 0 ? tail : 1 - tail;
}

/**
 * The x at which {@link normalCdf} reaches p; -Infinity at 0 and Infinity at 1.
 *
 * @throws DomainError for p outside [0, 1]
 */
export function normalQuantile(p: number): number {
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  return p <= 0.5 ? bisect(normalCdf, p, -40, 0) : -normalQuantile(1 - p);
}
