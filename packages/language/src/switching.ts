import { DomainError, paper } from '@surprisal/core';
import { z } from 'zod';
import { defineSource, entropy } from './source.js';

/**
 * The switching process, a binary Markov source of order k: the next symbol depends on the symbol k steps back alone, P(1 | 0) = p, P(0 | 1) = q. It is k
 * independent chains of first order, interleaved. With p = q close to 0 or 1 its symbols are balanced and its entropy rate is small: a
 * memoryless model of symbols learns nothing.
 *
 * @param params `k` >= 1, default 2; `p` and `q` in [0, 1], default 0.8
 * @throws DomainError when p = q = 0, where every law is stationary
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const { unigramEntropy, entropyRate } = switching({ k: 2, p: 0.8, q: 0.8 });
 * console.log(unigramEntropy.toFixed(4), entropyRate.toFixed(4)); // 0.6931 0.5004
 */
export const switching = defineSource({
  name: 'switching',
  summary: 'A bit that depends on the bit k steps back alone.',
  formula: 'P(x_t ≠ x_{t−k}) = p after 0, q after 1',
  paper: paper(23),
  params: z.object({
    k: z.number().int().min(1).max(16).default(2).describe('steps back'),
    p: z.number().min(0).max(1).default(0.8).meta({ step: 0.05 }).describe('probability that 1 comes k steps after 0'),
    q: z.number().min(0).max(1).default(0.8).meta({ step: 0.05 }).describe('probability that 0 comes k steps after 1'),
  }),
  law({ k, p, q }) {
    if (p + q === 0)
      throw new DomainError('switching: p + q must be greater than 0, got 0; every law is stationary then');
    const one = p / (p + q);
    const contexts = 2 ** k;
    const ones = (context: number) => context.toString(2).replaceAll('0', '').length;
    return {
      order: k,
      alphabetSize: 2,
      transition: Array.from({ length: contexts }, (_, context) =>
        context < contexts / 2 ? [1 - p, p] : [q, 1 - q],
      ).flat(),
      contextLaw: Float64Array.from({ length: contexts }, (_, c) => one ** ones(c) * (1 - one) ** (k - ones(c))),
    };
  },
});

/**
 * The entropy rate of the switching process in closed form, the same for every k: (q h(p) + p h(q)) / (p + q), h the binary entropy. In nats.
 *
 * @example
 * console.log(switchingEntropyRate({ p: 0.95, q: 0.95 }).toFixed(4)); // 0.1985
 */
export const switchingEntropyRate = ({ p, q }: { readonly p: number; readonly q: number }): number =>
  (q * entropy([p, 1 - p]) + p * entropy([q, 1 - q])) / (p + q);
