import { paper } from '@surprisal/core';
import { z } from 'zod';
import type { Vocabulary } from './create-tokenizer.js';
import { Heap } from './heap.js';
import { PairLists } from './pair-lists.js';
import { PairMap, atLeast } from './pair-map.js';
import { alphabetParams, defineTokenizer, pretokenizeParam, sizeParam } from './tokenizer.js';
import type { Training, TrainingText } from './training.js';

/** Progress is told after this many merges. */
const STEP = 256;

/**
 * Byte-pair encoding: the most frequent pair of adjacent tokens becomes a token, again and again, until there are `size` tokens or no pair stands
 * twice. Overlapping pairs count (`aaa` holds `aa` twice); of equally frequent pairs the smallest (left id, right id) wins; a pair is replaced from left to
 * right without overlap.
 *
 * Pair counts are kept up to date while pairs are merged, so that training is about linear in the text. Uncut text takes 24 bytes of memory per symbol.
 *
 * @param params `size` >= the size of the alphabet, default 512; `alphabet`, `byteFallback`, `pretokenize` for texts
 *
 * Gage: A New Algorithm for Data Compression, 1994; Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units, 2016,
 * arXiv:1508.07909. As analysed by Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const tokenizer = bpe({ size: 5 }).train([0, 1, 0, 1, 0, 1, 1]);
 * console.log(tokenizer.vocabulary, tokenizer.encode('010').join()); // [ '0', '1', '01', '0101' ] 2,0
 */
export const bpe = defineTokenizer({
  name: 'bpe',
  summary: 'Byte-pair encoding: the most frequent pair of tokens becomes a token, again and again.',
  formula: 'D ← D ∪ {xy}, (x, y) = argmax count(x, y)',
  paper: paper(23),
  params: z.object({ size: sizeParam, ...alphabetParams, pretokenize: pretokenizeParam }),
  learn: (text, { size }) => learnMerges(text, size),
});

function* learnMerges({ alphabet, symbols, starts, weights }: TrainingText, size: number): Training<Vocabulary> {
  const map = new PairMap(4096);
  let lefts: Int32Array = new Int32Array(0);
  let rights: Int32Array = new Int32Array(0);
  let believed: Int32Array = new Int32Array(0);
  const number = (left: number, right: number) => {
    const pair = map.add(left, right);
    if (pair >= lefts.length) {
      lefts = atLeast(lefts, pair + 1);
      rights = atLeast(rights, pair + 1);
      believed = atLeast(believed, pair + 1);
    }
    lefts[pair] = left;
    rights[pair] = right;
    return pair;
  };
  const pairs = new PairLists(number);
  // The queue goes by the counts when pairs came in. They only fall from then on, so a pair whose count still stands is the most frequent.
  const queue = new Heap(
    (a, b) =>
      believed[a]! > believed[b]! ||
      (believed[a] === believed[b] && (lefts[a]! < lefts[b]! || (lefts[a] === lefts[b] && rights[a]! < rights[b]!))),
  );
  const enqueue = (pair: number) => {
    believed[pair] = pairs.count(pair);
    if (believed[pair] >= 2) queue.push(pair);
  };
  let arisen: number[] = [];
  const found = (pair: number) => arisen.push(pair);
  const count = () => {
    for (const pair of arisen) if (believed[pair] === 0) enqueue(pair); // a pair may arise, vanish, and arise again
    arisen = [];
  };

  const merges: [number, number][] = [];
  pairs.load(symbols, found, starts, weights.some((weight) => weight !== 1) ? weights : undefined);
  count();
  while (alphabet.size + merges.length < size) {
    const pair = queue.pop();
    if (pair === undefined) break;
    if (pairs.count(pair) !== believed[pair]) {
      enqueue(pair);
      continue;
    }
    if (merges.length % STEP === 0) yield { label: 'bpe', step: merges.length, of: size - alphabet.size };
    merges.push([lefts[pair]!, rights[pair]!]);
    pairs.replace(pair, alphabet.size + merges.length - 1, found);
    count();
  }
  return { merges };
}
