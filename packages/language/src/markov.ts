import { paper } from '@surprisal/core';
import { z } from 'zod';
import { defineSource } from './source.js';

/**
 * A Markov source of order `order` over `alphabet` symbols: the next symbol has the law in the row of its context, the last `order` symbols.
 *
 * @param params `transition`, `[alphabet^order, alphabet]` row by row, contexts in lexicographic order with the oldest symbol first; default 0.9, 0.1, 0.2, 0.8.
 * `alphabet` >= 1, default 2; `order` >= 0, default 1
 * @throws DomainError when a row does not sum to 1, or the stationary law is not unique
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const source = markov({ transition: [0.9, 0.1, 0.2, 0.8] });
 * console.log(Array.from(source.symbolLaw, (share) => share.toFixed(4)).join(' ')); // 0.6667 0.3333
 */
export const markov = defineSource({
  name: 'markov',
  summary: 'The next symbol depends on the last few.',
  formula: 'P(x_t | x_{t−k}, …, x_{t−1})',
  paper: paper(23),
  params: z.object({
    transition: z
      .array(z.number().min(0).max(1))
      .default([0.9, 0.1, 0.2, 0.8])
      .describe('the law of the next symbol after each context, row by row'),
    alphabet: z.number().int().min(1).default(2).meta({ upTo: 26 }).describe('number of symbols'),
    order: z
      .number()
      .int()
      .min(0)
      .default(1)
      .meta({ upTo: 6 })
      .describe('number of symbols that the next one depends on'),
  }),
  law: ({ order, alphabet, transition }) => ({ order, alphabetSize: alphabet, transition }),
});
