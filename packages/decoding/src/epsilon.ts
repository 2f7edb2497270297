import { z } from 'zod';
import { defineSampler, minKeepParam } from './sampler.js';

/**
 * Epsilon sampling: keeps tokens of probability at least epsilon. 0 keeps all; where none is so probable, the `minKeep` most
 * probable stay.
 *
 * @param params `epsilon` in [0, 1), default 3e-4 (3e-4 to 9e-4 are advised); `minKeep`
 * @throws DomainError when epsilon is out of range
 *
 * Hewitt, Manning, Liang: Truncation Sampling as Language Model Desmoothing, 2022, arXiv:2210.15191.
 *
 * @example
 * const candidates = new Candidates().load([0.6, 0.1, 0.3].map(Math.log));
 * epsilon({ epsilon: 0.2 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 0, 2 ]
 */
export const epsilon = defineSampler({
  name: 'epsilon',
  summary: 'Keeps tokens of at least a given probability.',
  formula: 'p_i ≥ ε',
  params: z.object({
    epsilon: z.number().min(0).lt(1).default(3e-4).meta({ step: 1e-4 }).describe('the least probability; 0: all'),
    minKeep: minKeepParam,
  }),
  apply: (candidates, { epsilon, minKeep }) => candidates.keepAtLeast(candidates.logTotal + Math.log(epsilon), minKeep),
});
