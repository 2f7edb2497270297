import { z } from 'zod';
import { defineSampler, minKeepParam, semanticsParam } from './sampler.js';

/**
 * Top-k: keeps the k most probable tokens. 0 or more than there are keeps all.
 *
 * Of tokens that tie with the k-th, the lower ones stay, exactly k in all; with the semantics of transformers all of them stay.
 *
 * @param params `k` >= 0, default 40 (llama.cpp's; that of transformers is 50); `minKeep`; `semantics` of ties
 *
 * Fan, Lewis, Dauphin: Hierarchical Neural Story Generation, 2018, arXiv:1805.04833.
 *
 * @example
 * const candidates = new Candidates().load([1, 3, 2, 3]);
 * topK({ k: 2 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 1, 3 ]
 */
export const topK = defineSampler({
  name: 'top-k',
  summary: 'Keeps the k most probable tokens.',
  formula: 'rank(i) ≤ k',
  params: z.object({
    k: z.number().int().min(0).default(40).meta({ upTo: 100 }).describe('how many tokens stay; 0: all'),
    minKeep: minKeepParam,
    semantics: semanticsParam,
  }),
  apply(candidates, { k, minKeep, semantics }) {
    if (k > 0) candidates.keepLargest(Math.max(k, minKeep), { ties: semantics === 'transformers' });
  },
});
