import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import { z } from 'zod';
import type { Alphabet } from './alphabet.js';
import { type Vocabulary, createTokenizer } from './create-tokenizer.js';
import type { TokenizerJson } from './tokenizer-json.js';
import {
  type Training,
  type TrainingProgress,
  type TrainingText,
  type Writing,
  finish,
  trainingText,
} from './training.js';

/**
 * Learns a vocabulary: what a tokenizer method gives.
 *
 * @example
 * const tokenizer = bpe({ size: 260 }).train('low lower lowest');
 * console.log(tokenizer.vocabulary.slice(256)); // [ 'lo', 'low', ' low', ' lowe' ]
 */
export interface TokenizerTrainer {
  readonly method: string;
  /**
   * @param text a text, or symbols 0 to `alphabetSize - 1`; may be empty
   * @throws DomainError for symbols out of range, and when the vocabulary is to be smaller than the alphabet
   */
  train(text: string | ArrayLike<number>, options?: TrainTokenizerOptions): Tokenizer;
  /** The same in steps, to show progress, or to stop. */
  training(
    text: string | ArrayLike<number>,
    options?: Pick<TrainTokenizerOptions, 'alphabetSize'>,
  ): Training<Tokenizer>;
}

export interface TrainTokenizerOptions {
  /** For symbols: how many there are. Default: the largest one + 1. */
  readonly alphabetSize?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/**
 * A vocabulary with its encoders. Token ids count from 0: first the symbols of the alphabet, then the tokens in the order in which they were made.
 * Whatever the encoder, the text comes back: `decode(encode(text)) === text` (well-formed Unicode, over the alphabet).
 */
export interface Tokenizer {
  readonly method: string;
  /** The number of tokens. */
  readonly size: number;
  readonly alphabet: Alphabet;
  /** The tokens for people to read; bytes that are no whole characters as `<0xE2>`. */
  readonly vocabulary: readonly string[];
  /** The symbols of each token. */
  readonly pieces: readonly Int32Array[];
  /** BPE: the two tokens of each merge; merge `i` makes the token `alphabet.size + i`. */
  readonly merges?: readonly (readonly [number, number])[];
  /** Unigram vocabularies: the log-probability of each token, in nats. */
  readonly logProbs?: Float64Array;
  /**
   * @returns token ids
   * @throws DomainError for what is not of the alphabet
   */
  encode(text: string | ArrayLike<number>, options?: EncodeOptions): Int32Array;
  /** The text of tokens. */
  decode(tokens: ArrayLike<number>): string;
  /** The symbols of tokens. */
  decodeSymbols(tokens: ArrayLike<number>): Int32Array;
  /**
   * The log-probability of a text over all its segmentations, in nats, when tokens are drawn one by one from `logProbs` (default: the
   * tokenizer's own).
   */
  logMarginal(text: string | ArrayLike<number>, logProbs?: ArrayLike<number>): number;
  /** Everything, as plain JSON: {@link tokenizerFromJson} reads it. */
  toJSON(): TokenizerJson;
}

/**
 * How a text is cut into tokens. `'own'`: as the method says (BPE: its merges in the order of training; unigram vocabularies: the most likely way;
 * others: greedily). `'greedy'`: the longest token from the left. `'minimal'`: the fewest tokens. `'viterbi'`: the most likely tokens under
 * `logProbs`.
 */
export type Encoder = 'own' | 'greedy' | 'minimal' | 'viterbi';

export interface EncodeOptions {
  /** Default `'own'`. */
  readonly encoder?: Encoder;
  /** `[size]`, for `'viterbi'`: the log-probability of each token. Default: the tokenizer's own. */
  readonly logProbs?: ArrayLike<number>;
}

declare module '@surprisal/core' {
  interface Kinds {
    tokenizer: TokenizerTrainer;
  }
}

/** The parameter of methods whose vocabulary is as large as one likes. */
export const sizeParam = z
  .number()
  .int()
  .min(1)
  .default(512)
  .meta({ upTo: 8192, step: 1 })
  .describe('number of tokens, those of the alphabet included; fewer when the text has no more');

/** The parameters that say how texts are written as symbols; symbols that are numbers already do not heed them. */
export const alphabetParams = {
  alphabet: z.enum(['bytes', 'characters']).default('bytes').describe('what a text is made of'),
  byteFallback: z
    .boolean()
    .default(true)
    .describe('with characters: those that training did not see are written in bytes, which are 256 tokens more'),
} as const;

/** The parameter of methods that may cut texts before they learn. */
export const pretokenizeParam = z
  .enum(['none', 'words'])
  .default('none')
  .describe('words: no token crosses the bounds of words, as in GPT-2; training is faster');

/** A tokenizer's metadata, and how it learns. */
export interface TokenizerDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'tokenizer', S>, 'kind'> {
  /** Learns the vocabulary: tokens beyond the alphabet's own, or merges. */
  readonly learn: (text: TrainingText, params: z.output<S>) => Training<Vocabulary>;
}

/**
 * Makes a tokenizer method from how it learns. Alphabets, cutting, encoders, decoding, storing and checks are the same for all and stand elsewhere.
 *
 * @example
 * import { z } from 'zod';
 *
 * const doubles = defineTokenizer({
 *   name: 'doubles',
 *   summary: 'Every symbol, and every symbol twice.',
 *   params: z.object({ ...alphabetParams }),
 *   *learn({ alphabet }) {
 *     yield { label: 'doubles', step: 1, of: 1 };
 *     return { pieces: Array.from({ length: alphabet.size }, (_, symbol) => [symbol, symbol]) };
 *   },
 * });
 * console.log(doubles().train([0, 1]).encode([0, 0, 1, 0])); // Int32Array(3) [ 2, 1, 0 ]
 */
export function defineTokenizer<S extends z.ZodObject>({
  learn,
  ...info
}: TokenizerDefinition<S>): Method<'tokenizer', S, TokenizerTrainer> {
  return defineMethod<'tokenizer', S, TokenizerTrainer>({ kind: 'tokenizer', ...info }, (params) => {
    const writing = params as Writing;
    function* training(
      text: string | ArrayLike<number>,
      { alphabetSize }: TrainTokenizerOptions = {},
    ): Training<Tokenizer> {
      const prepared = trainingText(info.name, text, writing, alphabetSize);
      checkSize(info.name, params, prepared.alphabet.size);
      const vocabulary = yield* learn(prepared, params);
      return createTokenizer({
        method: info.name,
        alphabet: prepared.alphabet,
        pretokenize: writing.pretokenize ?? 'none',
        ...vocabulary,
      });
    }
    return {
      method: info.name,
      training,
      train: (text, options = {}) => finish(training(text, options), options.onProgress),
    };
  });
}

function checkSize(owner: string, { size }: { readonly size?: unknown }, alphabetSize: number): void {
  if (typeof size === 'number' && size < alphabetSize)
    throw new DomainError(`${owner}: size must be at least ${alphabetSize}, the size of the alphabet, got ${size}`);
}
