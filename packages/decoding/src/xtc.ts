import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { defineSampler, minKeepParam } from './sampler.js';

/**
 * XTC, exclude top choices: with some probability, removes all tokens of probability >= threshold but the least probable one of
 * them, for less predictable text that still makes sense.
 *
 * Nothing is removed where fewer than two tokens reach the threshold (so never above 0.5), or fewer than `minKeep` would stay.
 *
 * @param params `probability` in [0, 1], default 0.5, of doing anything; `threshold` in [0, 1], default 0.1; `minKeep`
 * @throws DomainError when a parameter is out of range
 *
 * p-e-w: Exclude Top Choices, 2024; the rule of llama.cpp.
 *
 * @example
 * const candidates = new Candidates().load([0.5, 0.3, 0.15, 0.05].map(Math.log));
 * xtc({ probability: 1, threshold: 0.2 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 1, 2, 3 ]
 */
export const xtc = defineSampler({
  name: 'xtc',
  summary: 'Now and then removes the most probable tokens, all but one that is probable enough.',
  formula: 'with probability q: drop p_i ≥ threshold but the last',
  params: z.object({
    probability: z.number().min(0).max(1).default(0.5).meta({ step: 0.05 }).describe('of removing anything; 0: never'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({ step: 0.01 })
      .describe('from which a token is a top choice'),
    minKeep: minKeepParam,
  }),
  apply(candidates, { probability, threshold, minKeep }, _state, draws) {
    const chance = draws.uniform(); // drawn whatever follows, so that all tokens take alike from the stream
    if (chance < probability && threshold <= 0.5) excludeTop(candidates, threshold, minKeep);
  },
});

function excludeTop(candidates: Candidates, threshold: number, minKeep: number): void {
  const { logits, logTotal, count } = candidates;
  const bar = logTotal + Math.log(threshold);
  let choices = 0;
  let last = -1; // the least probable choice, the highest token of those that tie
  for (let i = 0; i < count; i++) {
    if (logits[i]! < bar) continue;
    choices++;
    if (last < 0 || logits[i]! <= logits[last]!) last = i;
  }
  if (choices < 2 || count - choices + 1 < minKeep) return;
  candidates.keepIf((position) => position === last || logits[position]! < bar);
}
