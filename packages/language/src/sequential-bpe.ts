import { paper } from '@surprisal/core';
import { z } from 'zod';
import { applyMerges } from './merges.js';
import { PairMap } from './pair-map.js';
import { alphabetParams, defineTokenizer, sizeParam } from './tokenizer.js';

/**
 * BPE whose every merge comes from fresh text: the text is cut into as many chunks as there are merges to make. Each chunk in turn is encoded with
 * the merges so far, and its most frequent pair becomes a token if it stands there at least `minimumCount` times (of equals the smallest). The form of BPE
 * for which the paper proves its bound; a chunk should be about as long as the dictionary is large.
 *
 * @param params `size` >= the size of the alphabet, default 512; `minimumCount` >= 1, default 2 (the analysis takes about ln size); `alphabet`,
 * `byteFallback` for texts
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const text = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
 * console.log(sequentialBpe({ size: 5 }).train(text).vocabulary); // [ '0', '1', '10', '010', '010010' ]
 */
export const sequentialBpe = defineTokenizer({
  name: 'sequential-bpe',
  summary: 'Byte-pair encoding that finds each merge in text that it has not seen before.',
  formula: 'D ← D ∪ {xy}, (x, y) = argmax count(x, y) in the next chunk',
  paper: paper(23),
  params: z.object({
    size: sizeParam,
    minimumCount: z
      .number()
      .int()
      .min(1)
      .default(2)
      .meta({ upTo: 20 })
      .describe('how often a pair must stand in its chunk'),
    ...alphabetParams,
  }),
  *learn({ alphabet, symbols }, { size, minimumCount }) {
    const chunks = Math.max(1, size - alphabet.size);
    const length = Math.max(1, Math.floor(symbols.length / chunks));
    const merges: [number, number][] = [];
    let encode = applyMerges(merges, alphabet.size);
    for (let begin = 0; begin + length <= symbols.length && alphabet.size + merges.length < size; begin += length) {
      yield { label: 'sequential-bpe', step: merges.length, of: chunks };
      const { pair, count } = mostFrequentPair(encode(symbols.subarray(begin, begin + length)));
      if (count < minimumCount) continue;
      merges.push(pair);
      encode = applyMerges(merges, alphabet.size);
    }
    return { merges };
  },
});

/** The most frequent pair of a sequence, overlaps counted; of equals the smallest. */
function mostFrequentPair(tokens: Int32Array): { readonly pair: [number, number]; readonly count: number } {
  const map = new PairMap();
  const counts: number[] = [];
  let best: { pair: [number, number]; count: number } = { pair: [0, 0], count: 0 };
  for (let i = 0; i + 1 < tokens.length; i++) {
    const number = map.add(tokens[i]!, tokens[i + 1]!);
    counts[number] = (counts[number] ?? 0) + 1;
  }
  for (let i = 0; i + 1 < tokens.length; i++) {
    const pair: [number, number] = [tokens[i]!, tokens[i + 1]!];
    const count = counts[map.get(...pair)]!;
    const smaller = pair[0] - best.pair[0] || pair[1] - best.pair[1];
    if (count > best.count || (count === best.count && smaller < 0)) best = { pair, count };
  }
  return best;
}
