import { z } from 'zod';
import { defineSampler, minKeepParam } from './sampler.js';

/**
 * Top-p, nucleus sampling: keeps the smallest set of most probable tokens whose probability together reaches p. 0 keeps one
 * token, 1 keeps all.
 *
 * llama.cpp cumulates from the top, transformers from the bottom; the sets are the same but for rounding. Of tokens that tie at
 * the border the lower ones stay.
 *
 * @param params `p` in [0, 1], default 0.95; `minKeep`
 * @throws DomainError when p is out of range
 *
 * Holtzman et al.: The Curious Case of Neural Text Degeneration, 2020, arXiv:1904.09751.
 *
 * @example
 * const candidates = new Candidates().load([0.6, 0.1, 0.3].map(Math.log));
 * topP({ p: 0.8 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 0, 2 ]
 */
export const topP = defineSampler({
  name: 'top-p',
  summary: 'Keeps the most probable tokens that together reach probability p.',
  formula: 'smallest prefix with Σ p_i ≥ p',
  params: z.object({
    p: z.number().min(0).max(1).default(0.95).meta({ step: 0.01 }).describe('the probability kept; 1: all'),
    minKeep: minKeepParam,
  }),
  apply(candidates, { p, minKeep }) {
    if (p < 1) candidates.keepMass(p, { minKeep });
  },
});
