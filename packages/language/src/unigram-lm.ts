import { z } from 'zod';
import type { Vocabulary } from './create-tokenizer.js';
import { PairMap } from './pair-map.js';
import { addExpected, best } from './segmentation.js';
import { alphabetParams, defineTokenizer, pretokenizeParam, sizeParam } from './tokenizer.js';
import { type Training, type TrainingText } from './training.js';
import { Trie } from './trie.js';

/** Kept of the tokens at each pruning, and rounds of expectation-maximization before it, as SentencePiece does. */
const KEPT = 0.75;
const ROUNDS = 2;

/** The expected count that a single symbol has at least: it must be possible, though nothing in training needs it. */
const FLOOR = 1e-3;

/**
 * A vocabulary for the unigram model of texts: it starts from all strings of up to `longest` symbols that stand twice (the `seeds * size` of them that
 * cover most), fits their probabilities by expectation-maximization over all segmentations, and drops those whose loss hurts the likelihood least, until
 * `size` are left. A text is cut in the most likely way (Viterbi).
 *
 * @param params `size` >= the size of the alphabet, default 512; `longest` >= 2, default 8; `seeds` >= 1, default 4; `alphabet`, `byteFallback`,
 * `pretokenize` for texts
 *
 * Kudo: Subword Regularization: Improving Neural Network Translation Models with Multiple Subword Candidates, 2018, arXiv:1804.10959.
 *
 * @example
 * const tokenizer = unigramLm({ size: 4 }).train([0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1]);
 * console.log(tokenizer.vocabulary.slice(2), tokenizer.encode('0110').join()); // [ '0110110', '011' ] 3,0
 */
export const unigramLm = defineTokenizer({
  name: 'unigram-lm',
  summary: 'The tokens under which a text is most likely when they are drawn one by one; most likely cut.',
  formula: 'max Σ log Σ_segmentations Π p(token)',
  params: z.object({
    size: sizeParam,
    longest: z.number().int().min(2).max(32).default(8).describe('symbols in the longest token'),
    seeds: z
      .number()
      .min(1)
      .default(4)
      .meta({ upTo: 20 })
      .describe('candidates to begin with, in multiples of the size'),
    ...alphabetParams,
    pretokenize: pretokenizeParam,
  }),
  *learn(text, { size, longest, seeds }): Training<Vocabulary> {
    const singles = text.alphabet.size;
    let pieces = seedPieces(text, longest, Math.ceil(seeds * size));
    let counts: Float64Array = Float64Array.from(pieces, ({ count }) => count);
    const planned = Math.max(1, Math.ceil(Math.log(size / pieces.length) / Math.log(KEPT)));
    for (let pruning = 0; ; pruning++) {
      for (let round = 0; round < ROUNDS; round++) {
        yield {
          label: 'unigram-lm',
          step: Math.min(ROUNDS * pruning + round, ROUNDS * planned),
          of: ROUNDS * (planned + 1),
        };
        counts = expectedCounts(text, pieces, logProbsOf(counts, singles));
      }
      if (pieces.length <= size) break;
      const kept = keptTokens(pieces, counts, singles, Math.max(size, Math.floor(KEPT * pieces.length)));
      pieces = kept.map((token) => pieces[token]!);
      counts = Float64Array.from(kept, (token) => counts[token]!);
    }
    return { pieces: pieces.slice(singles).map(({ symbols }) => symbols), logProbs: logProbsOf(counts, singles) };
  },
});

interface Piece {
  readonly symbols: Int32Array;
  readonly count: number;
}

/**
 * The single symbols, then the strings that stand at least twice, by how many symbols they cover. Longer strings are counted only where shorter
 * ones stand twice.
 */
function seedPieces({ alphabet, symbols, starts, weights }: TrainingText, longest: number, most: number): Piece[] {
  const pieces: Piece[] = Array.from({ length: alphabet.size }, (_, symbol) => ({
    symbols: Int32Array.of(symbol),
    count: 0,
  }));
  for (let piece = 0; piece < weights.length; piece++) {
    for (let i = starts[piece]!; i < starts[piece + 1]!; i++) {
      const { symbols: one, count } = pieces[symbols[i]!]!;
      pieces[symbols[i]!] = { symbols: one, count: count + weights[piece]! };
    }
  }
  const longer: Piece[] = [];
  let nodes: Int32Array = symbols.slice(); // the string of the present length that begins at each place, or -1
  for (let length = 2; length <= longest; length++) {
    const map = new PairMap(1024);
    const counts: number[] = [];
    const places: number[] = [];
    const next = new Int32Array(symbols.length).fill(-1);
    for (let piece = 0; piece < weights.length; piece++) {
      for (let i = starts[piece]!; i + length <= starts[piece + 1]!; i++) {
        if (nodes[i]! < 0) continue;
        const node = map.add(nodes[i]!, symbols[i + length - 1]!);
        counts[node] = (counts[node] ?? 0) + weights[piece]!;
        places[node] = i;
        next[i] = node;
      }
    }
    counts.forEach((count, node) => {
      if (count >= 2) longer.push({ symbols: symbols.slice(places[node], places[node]! + length), count });
    });
    nodes = next.map((node) => (node >= 0 && counts[node]! >= 2 ? node : -1));
  }
  longer.sort((a, b) => b.count * b.symbols.length - a.count * a.symbols.length);
  return [...pieces, ...longer.slice(0, Math.max(0, most - pieces.length))];
}

/** The E-step: how often each token is expected in the text, over all segmentations. */
function expectedCounts(
  { symbols, starts, weights }: TrainingText,
  pieces: readonly Piece[],
  logProbs: Float64Array,
): Float64Array {
  const trie = new Trie(pieces.map((piece) => piece.symbols));
  const expected = new Float64Array(pieces.length);
  for (let piece = 0; piece < weights.length; piece++)
    addExpected(trie, symbols.subarray(starts[piece], starts[piece + 1]), logProbs, weights[piece]!, expected);
  return expected;
}

/** The M-step: frequencies, with a floor under single symbols. */
function logProbsOf(counts: Float64Array, singles: number): Float64Array {
  const floored = counts.map((count, token) => (token < singles ? Math.max(count, FLOOR) : count));
  const total = floored.reduce((sum, count) => sum + count, 0);
  return floored.map((count) => Math.log(count / total));
}

/** The tokens to keep, in their order: all single symbols, and those whose loss would cost most likelihood. */
function keptTokens(pieces: readonly Piece[], counts: Float64Array, singles: number, keep: number): number[] {
  const logProbs = logProbsOf(counts, singles);
  const trie = new Trie(pieces.map((piece) => piece.symbols));
  const cost = pieces.map(({ symbols }, token) => {
    const instead = best(trie, symbols, (other) => (other === token ? -1e300 : logProbs[other]!));
    const logProb = instead.reduce((sum, other) => sum + logProbs[other]!, 0);
    return counts[token]! * (logProbs[token]! - logProb);
  });
  const order = pieces.map((_, token) => token).slice(singles);
  order.sort((a, b) => (cost[b]! || 0) - (cost[a]! || 0));
  return [...Array(singles).keys(), ...order.slice(0, keep - singles).sort((a, b) => a - b)];
}
