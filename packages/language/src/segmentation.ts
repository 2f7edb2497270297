import type { Trie } from './trie.js';

/**
 * The segmentation that takes the longest token from the left, again and again (WordPiece's longest match).
 *
 * @returns the tokens
 */
export function greedy(trie: Trie, symbols: Int32Array): Int32Array {
  const tokens = new Int32Array(symbols.length);
  let count = 0;
  for (let i = 0; i < symbols.length; count++) {
    let end = i + 1;
    for (let node = 0, j = i; j < symbols.length;) {
      node = trie.child(node, symbols[j++]!);
      if (node < 0) break;
      const token = trie.token(node);
      if (token < 0) continue;
      tokens[count] = token;
      end = j;
    }
    i = end;
  }
  return tokens.slice(0, count);
}

/**
 * The segmentation with the greatest sum of scores, by dynamic programming; of equals the one whose last token is longest.
 *
 * With log-probabilities as scores that is the most likely segmentation (Viterbi), with -1 for all the one of fewest tokens.
 */
export function best(trie: Trie, symbols: Int32Array, score: (token: number) => number): Int32Array {
  const length = symbols.length;
  const scores = new Float64Array(length + 1);
  const begins = new Int32Array(length + 1).fill(-1);
  const tokens = new Int32Array(length + 1);
  eachToken(trie, symbols, (token, i, j) => {
    const sum = scores[i]! + score(token);
    if (begins[j]! >= 0 && !(sum > scores[j]!)) return; // so that there is a way, be it impossible
    scores[j] = sum;
    begins[j] = i;
    tokens[j] = token;
  });
  const backwards: number[] = [];
  for (let j = length; j > 0; j = begins[j]!) backwards.push(tokens[j]!);
  return Int32Array.from(backwards.reverse());
}

/** log of the sum over all segmentations of the product of their tokens' probabilities. */
export function marginal(trie: Trie, symbols: Int32Array, logProbs: ArrayLike<number>): number {
  return forward(trie, symbols, logProbs)[symbols.length]!;
}

/** The log-probability of each prefix, over all its segmentations: `[length + 1]`. */
export function forward(trie: Trie, symbols: Int32Array, logProbs: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(symbols.length + 1).fill(-Infinity);
  sums[0] = 0;
  eachToken(trie, symbols, (token, i, j) => {
    sums[j] = logAdd(sums[j]!, sums[i]! + logProbs[token]!);
  });
  return sums;
}

/**
 * How often each token is expected, over all segmentations, each weighed by its probability (forward-backward): added to `expected`, `weight`
 * times.
 *
 * @returns the log-probability of the symbols
 */
export function addExpected(
  trie: Trie,
  symbols: Int32Array,
  logProbs: ArrayLike<number>,
  weight: number,
  expected: Float64Array,
): number {
  const length = symbols.length;
  const before = forward(trie, symbols, logProbs);
  const after = new Float64Array(length + 1).fill(-Infinity);
  after[length] = 0;
  for (let i = length - 1; i >= 0; i--) {
    tokensAt(trie, symbols, i, (token, _, j) => {
      after[i] = logAdd(after[i]!, logProbs[token]! + after[j]!);
    });
  }
  const total = before[length]!;
  eachToken(trie, symbols, (token, i, j) => {
    expected[token]! += weight * Math.exp(before[i]! + logProbs[token]! + after[j]! - total);
  });
  return total;
}

type Visit = (token: number, begin: number, end: number) => void;

/** All tokens that stand anywhere in the symbols, from left to right. */
function eachToken(trie: Trie, symbols: Int32Array, visit: Visit): void {
  for (let i = 0; i < symbols.length; i++) tokensAt(trie, symbols, i, visit);
}

/** The tokens that begin at a place, the shortest first. */
function tokensAt(trie: Trie, symbols: Int32Array, begin: number, visit: Visit): void {
  for (let node = 0, j = begin; j < symbols.length;) {
    node = trie.child(node, symbols[j++]!);
    if (node < 0) return;
    for (let token = trie.token(node); token >= 0; token = trie.twins[token]!) visit(token, begin, j);
  }
}

/** log(exp(a) + exp(b)). */
function logAdd(a: number, b: number): number {
  if (a < b) return logAdd(b, a);
  return b === -Infinity ? a : a + Math.log1p(Math.exp(b - a));
}
