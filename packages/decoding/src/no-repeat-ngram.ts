import { z } from 'zod';
import { defineSampler } from './sampler.js';

/**
 * No-repeat n-gram: bans every token that would complete an n-gram that the text holds already. n = 1 bans all tokens of the text;
 * 0 bans none. Where all candidates are banned, they stay.
 *
 * @param params `n` >= 0, default 3
 * @throws DomainError when n is negative
 *
 * Paulus, Xiong, Socher: A Deep Reinforced Model for Abstractive Summarization, 2017, arXiv:1705.04304.
 *
 * @example
 * const sampler = noRepeatNgram({ n: 2 });
 * for (const token of [0, 1, 0]) sampler.accept(token);
 * console.log(sampler.sample([1, 9, 1]) !== 1); // true
 */
export const noRepeatNgram = defineSampler({
  name: 'no-repeat-ngram',
  summary: 'Bans tokens that would complete an n-gram that came before.',
  formula: 'no n-gram twice',
  params: z.object({
    n: z.number().int().min(0).default(3).meta({ upTo: 8 }).describe('length of the n-gram; 0: off'),
  }),
  state: () => ({ history: [] as number[] }),
  apply(candidates, { n }, { history }) {
    const banned = completions(history, n);
    if (banned.length > 0) candidates.restrict(banned, 'remove', 'no-repeat-ngram');
  },
  accept: (token, _params, { history }) => void history.push(token),
});

/**
 * The tokens that would complete an n-gram of the text, ascending.
 *
 * @example
 * console.log(completions([1, 2, 3, 1, 2], 3)); // [ 3 ]
 */
export function completions(history: readonly number[], n: number): number[] {
  const begin = history.length - (n - 1); // of what the next token would complete
  const found = new Set<number>();
  for (let end = n - 1; n > 0 && end < history.length; end++) {
    let matched = 1;
    while (matched < n && history[end - matched] === history[begin + n - 1 - matched]) matched++;
    if (matched === n) found.add(history[end]!);
  }
  return [...found].sort((a, b) => a - b);
}
