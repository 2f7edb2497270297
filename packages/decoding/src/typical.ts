import { z } from 'zod';
import { defineSampler, minKeepParam, semanticsParam } from './sampler.js';

/**
 * Locally typical sampling: keeps the tokens whose surprise is nearest to the expected one. In the order of `|-ln p_i - H|`,
 * ascending, the shortest prefix whose probability exceeds tau (the token that crosses it stays). 1 keeps all.
 *
 * With a small tau the most probable token itself may fall: that is the method. With the semantics of transformers the probability
 * need only reach tau, and all that ties with the last token stays.
 *
 * @param params `tau` in [0, 1], default 0.95; `minKeep`; `semantics`
 * @throws DomainError when tau is out of range
 *
 * Meister et al.: Locally Typical Sampling, 2022, arXiv:2202.00666.
 *
 * @example
 * const candidates = new Candidates().load([0.4, 0.3, 0.15, 0.15].map(Math.log));
 * typical({ tau: 0.2 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 1 ]
 */
export const typical = defineSampler({
  name: 'typical',
  summary: 'Keeps the tokens whose surprise is nearest to the entropy.',
  formula: 'smallest |−ln p_i − H| with Σ p_i > τ',
  params: z.object({
    tau: z.number().min(0).max(1).default(0.95).meta({ step: 0.01 }).describe('the probability kept; 1: all'),
    minKeep: minKeepParam,
    semantics: semanticsParam,
  }),
  apply(candidates, { tau, minKeep, semantics }) {
    if (tau >= 1) return;
    const { logits, logTotal, entropy } = candidates;
    const key = (position: number) => -Math.abs(logTotal - logits[position]! - entropy);
    const strict = semantics === 'llama';
    candidates.keepMass(tau, { key, strict, ties: !strict, minKeep });
  },
});
