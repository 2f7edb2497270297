import { DomainError, paper } from '@surprisal/core';
import { z } from 'zod';
import { alphabetParams, defineTokenizer } from './tokenizer.js';

/** More blocks than this would not fit a model either. */
const MOST = 2 ** 20;

/**
 * All blocks of `r` symbols, in lexicographic order, beside the single symbols: the dictionary that needs a^r tokens to do what a learned one does with
 * few. A text is cut every `r` symbols; what is left over at its end is single symbols. Nothing is learned.
 *
 * @param params `r` >= 1, default 2; `alphabet`, `byteFallback` for texts
 * @throws DomainError when there are more than 2^20 blocks
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const tokenizer = blocks({ r: 2 }).train([0, 1]);
 * console.log(tokenizer.vocabulary, tokenizer.encode('01100').join()); // [ '0', '1', '00', '01', '10', '11' ] 3,4,0
 */
export const blocks = defineTokenizer({
  name: 'blocks',
  summary: 'All blocks of r symbols: a dictionary that is not learned.',
  formula: 'D = A ∪ A^r',
  paper: paper(23),
  params: z.object({
    r: z.number().int().min(1).default(2).meta({ upTo: 8 }).describe('symbols in a block'),
    ...alphabetParams,
  }),
  *learn({ alphabet: { size } }, { r }) {
    if (size ** r > MOST) {
      throw new DomainError(
        `blocks: r must be such that there are at most ${MOST} blocks, got ${size}^${r} = ${size ** r}`,
      );
    }
    yield { label: 'blocks', step: 0, of: 1 };
    const block = (index: number) =>
      Array.from({ length: r }, (_, i) => Math.floor(index / size ** (r - 1 - i)) % size);
    return { pieces: r === 1 ? [] : Array.from({ length: size ** r }, (_, index) => block(index)) };
  },
});
