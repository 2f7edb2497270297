import { z } from 'zod';
import { append, lastNParam } from './history.js';
import { defineSampler } from './sampler.js';

/**
 * Penalties for tokens among the last ones: first repetition, logit / r where it is positive and logit * r elsewhere, then
 * frequency and presence, logit - f * count - s.
 *
 * Repetition looks at the sign of the logit, so it alone of all samplers changes with a constant added to the logits. In
 * transformers the repetition penalty counts the whole history: `lastN: -1`.
 *
 * @param params `repeat` > 0, default 1; `frequency` and `presence`, default 0, may be negative; `lastN`, default 64: how many of
 *   the last tokens count, 0 none, -1 all
 * @throws DomainError when a parameter is out of range
 *
 * Keskar et al.: CTRL: A Conditional Transformer Language Model for Controllable Generation, 2019, arXiv:1909.05858 (repetition).
 *
 * @example
 * const sampler = penalties({ repeat: 2, presence: 0.5 });
 * sampler.accept(0);
 * const candidates = new Candidates().load([4, -1, 0]);
 * sampler.apply(candidates);
 * console.log([...candidates.logits]); // [ 1.5, -1, 0 ]
 */
export const penalties = defineSampler({
  name: 'penalties',
  summary: 'Lowers the logits of tokens that came before: repetition, frequency, presence.',
  formula: 'logit / r or · r, − f · count − s',
  params: z.object({
    repeat: z.number().gt(0).default(1).meta({ upTo: 2, step: 0.05 }).describe('divisor of positive logits; 1: none'),
    frequency: z.number().min(-100).max(100).default(0).meta({ step: 0.1 }).describe('per occurrence; 0: none'),
    presence: z.number().min(-100).max(100).default(0).meta({ step: 0.1 }).describe('once; 0: none'),
    lastN: lastNParam.default(64),
  }),
  state: () => ({ history: [] as number[], counts: new Map<number, number>() }),
  apply(candidates, { repeat, frequency, presence }, { counts }) {
    const { logits } = candidates;
    for (const [token, count] of counts) {
      const position = candidates.position(token);
      if (position < 0) continue;
      const logit = logits[position]!;
      logits[position] = (logit > 0 ? logit / repeat : logit * repeat) - frequency * count - presence;
    }
    if (counts.size > 0) candidates.changed();
  },
  accept(token, { lastN }, { history, counts }) {
    counts.set(token, (counts.get(token) ?? 0) + 1);
    const gone = append(history, token, lastN);
    if (gone === undefined) return;
    const left = counts.get(gone)! - 1;
    if (left > 0) counts.set(gone, left);
    else counts.delete(gone);
  },
});
