import type { Candidates } from './candidates.js';
import type { Draws } from './draws.js';

/** How a token is drawn. */
export type DrawRule = 'inverse' | 'gumbel';

/** Draws a token from the candidates' distribution. Takes one random number with `'inverse'`, one per candidate with `'gumbel'`. */
export const drawFrom = (candidates: Candidates, draws: Draws, rule: DrawRule = 'inverse'): number =>
  rule === 'inverse' ? inverseCdf(candidates, draws.uniform()) : gumbelMax(candidates, draws);

/**
 * The first token, in the order of the vocabulary, whose cumulative probability exceeds u.
 *
 * @param u in [0, 1)
 *
 * @example
 * const candidates = new Candidates().load([0, 0, -Infinity, 0]);
 * console.log(inverseCdf(candidates, 0.3), inverseCdf(candidates, 0.7)); // 0 3
 */
export function inverseCdf({ ids, weights, total, count }: Candidates, u: number): number {
  const target = u * total;
  let cumulative = 0;
  for (let i = 0; i < count; i++) {
    cumulative += weights[i]!;
    if (cumulative > target) return ids[i]!;
  }
  let last = count - 1; // rounding left a sliver of the total over
  while (weights[last] === 0) last--;
  return ids[last]!;
}

/**
 * The token whose logit is largest after noise -log(-log u) is added to each: a draw from the softmax without its sum.
 *
 * Gumbel: Statistical Theory of Extreme Values and Some Practical Applications, 1954.
 */
export function gumbelMax({ ids, logits, count }: Candidates, draws: Draws): number {
  let best = 0;
  let highest = -Infinity;
  for (let i = 0; i < count; i++) {
    const noisy = logits[i]! - Math.log(-Math.log(draws.uniform()));
    if (noisy > highest) {
      highest = noisy;
      best = i;
    }
  }
  return ids[best]!;
}
