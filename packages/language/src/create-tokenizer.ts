import { DomainError } from '@surprisal/core';
import { type Alphabet, checkSymbols } from './alphabet.js';
import { applyMerges } from './merges.js';
import { type Pretokenize, pretokenize } from './pretokenize.js';
import { best, greedy, marginal } from './segmentation.js';
import type { EncodeOptions, Tokenizer } from './tokenizer.js';
import { Trie } from './trie.js';

/** What a method learned: tokens beyond the alphabet's own by their symbols, or by merges; with probabilities, if it has some. */
export interface Vocabulary {
  readonly pieces?: readonly ArrayLike<number>[];
  readonly merges?: readonly (readonly [number, number])[];
  /** Of all tokens, the alphabet's first. */
  readonly logProbs?: Float64Array;
}

/** Everything that makes a tokenizer. */
export interface TokenizerParts extends Vocabulary {
  readonly method: string;
  readonly alphabet: Alphabet;
  readonly pretokenize: Pretokenize;
}

type Segment = (symbols: Int32Array) => Int32Array;

/** Short pieces of text recur: what was computed for them is remembered, for this many at most. */
const REMEMBERED = 100_000;
const SHORT = 64;

/**
 * Makes a tokenizer of its parts: the alphabet, the vocabulary, and how texts are cut.
 *
 * @example
 * const tokenizer = createTokenizer({ method: 'mine', alphabet: symbols(2), pretokenize: 'none', pieces: [[0, 1], [0, 1, 1]] });
 * console.log(tokenizer.vocabulary, tokenizer.encode('0101100').join()); // [ '0', '1', '01', '011' ] 2,3,0,0
 */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { method, alphabet, merges, logProbs } = parts;
  const pieces = piecesOf(parts);
  const size = pieces.length;
  const trie = new Trie(pieces);
  const byMerges: Segment | undefined = merges && applyMerges(merges, alphabet.size);
  const remembered = new Map<string, Int32Array>();
  let shown: readonly string[] | undefined;

  const own: Segment = (symbols) => {
    if (byMerges) return byMerges(symbols);
    return logProbs ? best(trie, symbols, (token) => logProbs[token]!) : greedy(trie, symbols);
  };

  const weights = (given: ArrayLike<number> | undefined): ArrayLike<number> => {
    const used = given ?? logProbs;
    if (used?.length === size) return used;
    const got = used === undefined ? 'none' : String(used.length);
    throw new DomainError(`${method}: logProbs must be ${size} log-probabilities, one for each token, got ${got}`);
  };

  const segmentation = ({ encoder = 'own', logProbs: given }: EncodeOptions): Segment => {
    if (encoder === 'own') return own;
    if (encoder === 'greedy') return (symbols) => greedy(trie, symbols);
    if (encoder === 'minimal') return (symbols) => best(trie, symbols, () => -1);
    if (encoder === 'viterbi') {
      const scores = weights(given);
      return (symbols) => best(trie, symbols, (token) => scores[token]!);
    }
    throw new DomainError(`${method}: encoder must be one of own, greedy, minimal, viterbi, got ${String(encoder)}`);
  };

  const decodeSymbols = (tokens: ArrayLike<number>) => {
    checkTokens(method, tokens, size);
    return concatenate(Array.from(tokens, (token) => pieces[token]!));
  };

  return {
    method,
    size,
    alphabet,
    pieces,
    get vocabulary() {
      return (shown ??= pieces.map(alphabet.show));
    },
    ...(merges && { merges }),
    ...(logProbs && { logProbs }),
    encode(text, options = {}) {
      const segment = segmentation(options);
      if (typeof text !== 'string') return segment(checkSymbols(method, text, alphabet.size));
      const known = segment === own ? remembered : new Map<string, Int32Array>();
      const tokensOf = (piece: string) => remember(known, piece, () => segment(alphabet.symbols(piece)));
      return concatenate(pretokenize(text, parts.pretokenize).map(tokensOf));
    },
    decode: (tokens) => alphabet.text(decodeSymbols(tokens)),
    decodeSymbols,
    logMarginal(text, given) {
      const scores = weights(given);
      if (typeof text !== 'string') return marginal(trie, checkSymbols(method, text, alphabet.size), scores);
      const known = new Map<string, number>();
      const logProbOf = (piece: string) =>
        remember(known, piece, () => marginal(trie, alphabet.symbols(piece), scores));
      return pretokenize(text, parts.pretokenize).reduce((sum, piece) => sum + logProbOf(piece), 0);
    },
    toJSON: () => ({
      format: 'surprisal-tokenizer',
      version: 1,
      method,
      alphabet: alphabet.toJSON(),
      pretokenize: parts.pretokenize,
      ...(merges ? { merges } : { pieces: pieces.slice(alphabet.size).map((piece) => Array.from(piece)) }),
      ...(logProbs && { logProbs: Array.from(logProbs) }),
    }),
  };
}

/** The symbols of all tokens, the alphabet's own first. */
function piecesOf({ alphabet, merges = [], pieces = [] }: TokenizerParts): Int32Array[] {
  const all = Array.from({ length: alphabet.size }, (_, symbol): Int32Array => Int32Array.of(symbol));
  for (const [left, right] of merges) all.push(concatenate([all[left]!, all[right]!]));
  for (const piece of pieces) all.push(Int32Array.from(piece));
  return all;
}

function checkTokens(owner: string, tokens: ArrayLike<number>, size: number): void {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (!(token >= 0 && token < size && Number.isInteger(token)))
      throw new DomainError(`${owner}: tokens must be whole numbers from 0 to ${size - 1}, got ${token} at index ${i}`);
  }
}

/** What is known of a piece, or is computed now. */
function remember<T>(known: Map<string, T>, piece: string, compute: () => T): T {
  const before = known.get(piece);
  if (before !== undefined) return before;
  const value = compute();
  if (piece.length > SHORT) return value;
  if (known.size >= REMEMBERED) known.clear();
  known.set(piece, value);
  return value;
}

function concatenate(arrays: readonly ArrayLike<number>[]): Int32Array {
  const all = new Int32Array(arrays.reduce((length, array) => length + array.length, 0));
  let filled = 0;
  for (const array of arrays) {
    all.set(array, filled);
    filled += array.length;
  }
  return all;
}
