import { DomainError } from '../errors.js';

/**
 * The x in [low, high] at which an increasing function reaches a target, by bisection to the last bit of float64.
 *
 * @throws DomainError when the target lies outside [f(low), f(high)]
 *
 * @example
 * console.log(bisect((x) => x * x, 2, 0, 2).toFixed(4)); // 1.4142
 */
export function bisect(f: (x: number) => number, target: number, low: number, high: number): number {
  if (!(f(low) <= target && target <= f(high))) {
    throw new DomainError(`bisect: target must lie in [${f(low)}, ${f(high)}], got ${target}`);
  }
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (f(middle) < target) low = middle;
    else high = middle;
  }
}
