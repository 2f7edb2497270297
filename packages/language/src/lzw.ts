import { paper } from '@surprisal/core';
import { z } from 'zod';
import { PairMap } from './pair-map.js';
import { alphabetParams, defineTokenizer, sizeParam } from './tokenizer.js';

/** Progress is told after this many tokens. */
const STEP = 4096;

/**
 * The dictionary of Lempel, Ziv and Welch: from the left, the longest token that fits, with the symbol after it, becomes a token, until there are
 * `size` tokens or the text ends. Every token but the single symbols is an earlier token and one symbol. Encoding is greedy.
 *
 * @param params `size` >= the size of the alphabet, default 512; `alphabet`, `byteFallback` for texts
 *
 * Welch: A Technique for High-Performance Data Compression, 1984. As analysed by Rajaraman, Jiao, Ramchandran, 2024, arXiv:2404.08335.
 *
 * @example
 * console.log(lzw({ size: 6 }).train([0, 1, 0, 1, 1, 0, 1, 1]).vocabulary); // [ '0', '1', '01', '10', '011', '101' ]
 */
export const lzw = defineTokenizer({
  name: 'lzw',
  summary: 'Lempel-Ziv-Welch: the longest token that fits, and the symbol after it, becomes a token.',
  formula: 'D ← D ∪ {(longest prefix in D) · next symbol}',
  paper: paper(23),
  params: z.object({ size: sizeParam, ...alphabetParams }),
  *learn({ alphabet, symbols }, { size }) {
    const longer = new PairMap(size); // (token, symbol) to the token of both
    const pieces: number[][] = [];
    const pieceOf = (token: number) => (token < alphabet.size ? [token] : pieces[token - alphabet.size]!);
    let i = 0;
    while (alphabet.size + pieces.length < size && i < symbols.length) {
      let token = symbols[i++]!;
      for (; i < symbols.length; i++) {
        const found = longer.get(token, symbols[i]!);
        if (found < 0) break;
        token = alphabet.size + found;
      }
      if (i === symbols.length) break;
      longer.add(token, symbols[i]!);
      if (pieces.length % STEP === 0) yield { label: 'lzw', step: pieces.length, of: size - alphabet.size };
      pieces.push([...pieceOf(token), symbols[i]!]);
    }
    return { pieces };
  },
});
