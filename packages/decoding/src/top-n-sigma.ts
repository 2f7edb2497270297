import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { defineSampler } from './sampler.js';

/**
 * Top-n-sigma: keeps logits within n standard deviations of the largest. What it keeps does not depend on the temperature.
 *
 * @param params `n` >= -1, default 1; 0 keeps those that tie for the first place, a negative n all
 * @throws DomainError when n is below -1
 *
 * Tang et al.: Top-nσ: Not All Logits Are You Need, 2024, arXiv:2411.07641.
 *
 * @example
 * const candidates = new Candidates().load([5, 4.5, 0, 0, 0, 0]);
 * topNSigma({ n: 1 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 0, 1 ]
 */
export const topNSigma = defineSampler({
  name: 'top-n-sigma',
  summary: 'Keeps logits within n standard deviations of the largest, at any temperature.',
  formula: 'logit_i ≥ max logit − n σ',
  params: z.object({
    n: z.number().min(-1).default(1).meta({ upTo: 4, step: 0.1 }).describe('standard deviations; negative: all'),
  }),
  apply(candidates, { n }) {
    if (n >= 0) candidates.keepAtLeast(candidates.max - (n === 0 ? 0 : n * standardDeviation(candidates)));
  },
});

/** Of the candidates' logits, as a population. */
function standardDeviation({ logits, count, max }: Candidates): number {
  let mean = 0; // below the largest, which keeps the digits
  for (let i = 0; i < count; i++) mean += (logits[i]! - max) / count;
  let variance = 0;
  for (let i = 0; i < count; i++) variance += (logits[i]! - max - mean) ** 2 / count;
  return Math.sqrt(variance);
}
