import { z } from 'zod';
import { defineSampler, minKeepParam } from './sampler.js';

/**
 * Min-p: keeps tokens at least m times as probable as the most probable one. 0 keeps all, 1 those that tie for the first place.
 *
 * Logits are compared, so that nothing need be normalised: logit_i >= max logit + ln m.
 *
 * @param params `m` in [0, 1], default 0.05; `minKeep`
 * @throws DomainError when m is out of range
 *
 * Nguyen et al.: Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs, 2024, arXiv:2407.01082.
 *
 * @example
 * const candidates = new Candidates().load([0.6, 0.1, 0.3].map(Math.log));
 * minP({ m: 0.4 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 0, 2 ]
 */
export const minP = defineSampler({
  name: 'min-p',
  summary: 'Keeps tokens at least m times as probable as the most probable one.',
  formula: 'p_i ≥ m · max p',
  params: z.object({
    m: z.number().min(0).max(1).default(0.05).meta({ step: 0.01 }).describe('share of the largest probability; 0: all'),
    minKeep: minKeepParam,
  }),
  apply: (candidates, { m, minKeep }) => candidates.keepAtLeast(candidates.max + Math.log(m), minKeep),
});
