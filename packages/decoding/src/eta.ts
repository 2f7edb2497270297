import { z } from 'zod';
import { defineSampler, minKeepParam } from './sampler.js';

/**
 * Eta sampling: keeps tokens of probability at least `min(eps, sqrt(eps) e^-H)`, H the entropy in nats. Epsilon sampling that lets
 * more through where the distribution is flat; the same where it is not.
 *
 * @param params `epsilon` in [0, 1), default 3e-4 (3e-4 to 4e-3 are advised); `minKeep`
 * @throws DomainError when epsilon is out of range
 *
 * Hewitt, Manning, Liang: Truncation Sampling as Language Model Desmoothing, 2022, arXiv:2210.15191.
 *
 * @example
 * const candidates = new Candidates().load([0.6, 0.1, 0.3].map(Math.log));
 * eta({ epsilon: 0.09 }).apply(candidates); // the cutoff is 0.09, not 0.3 e^-0.898 = 0.122
 * console.log([...candidates.tokens()]); // [ 0, 1, 2 ]
 */
export const eta = defineSampler({
  name: 'eta',
  summary: 'Keeps tokens of a least probability that falls with the entropy.',
  formula: 'p_i ≥ min(ε, √ε e^−H)',
  params: z.object({
    epsilon: z.number().min(0).lt(1).default(3e-4).meta({ step: 1e-4 }).describe('the least probability; 0: all'),
    minKeep: minKeepParam,
  }),
  apply(candidates, { epsilon, minKeep }) {
    const cutoff = Math.min(Math.log(epsilon), Math.log(epsilon) / 2 - candidates.entropy);
    candidates.keepAtLeast(candidates.logTotal + cutoff, minKeep);
  },
});
