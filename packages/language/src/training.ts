import { DomainError } from '@surprisal/core';
import { type Alphabet, bytes, characters, checkSymbols, symbols } from './alphabet.js';
import { type Pretokenize, pretokenize } from './pretokenize.js';

/** How far a training is. */
export interface TrainingProgress {
  /** What is being done: `'bpe'`. */
  readonly label: string;
  /** Steps done, from 0 to `of`. */
  readonly step: number;
  readonly of: number;
}

/**
 * A training in steps: a generator that yields how far it is and returns what it trained. Whoever runs it may stop, show, or wait in between.
 */
export type Training<T> = Generator<TrainingProgress, T, void>;

/**
 * Runs a training to its end.
 *
 * @param onProgress called at each step
 */
export function finish<T>(training: Training<T>, onProgress?: (progress: TrainingProgress) => void): T {
  for (;;) {
    const { done, value } = training.next();
    if (done) return value;
    onProgress?.(value);
  }
}

/** What a tokenizer is trained on, as symbols: pieces that no token crosses, each as often as its weight says. */
export interface TrainingText {
  readonly alphabet: Alphabet;
  /** All pieces, one after another. */
  readonly symbols: Int32Array;
  /** `[pieces + 1]`: where each piece begins, and the end of the last one. */
  readonly starts: Int32Array;
  /** `[pieces]`, how often each piece stands in the text. */
  readonly weights: Int32Array;
}

/** How a text becomes symbols; by default bytes, uncut. */
export interface Writing {
  readonly alphabet?: 'bytes' | 'characters';
  readonly byteFallback?: boolean;
  readonly pretokenize?: Pretokenize;
}

/**
 * Prepares a text, or symbols, for training. The pieces of a cut text are counted, and each stands there once.
 *
 * @throws DomainError for symbols out of range
 */
export function trainingText(
  owner: string,
  input: string | ArrayLike<number>,
  { alphabet: letters = 'bytes', byteFallback = true, pretokenize: how = 'none' }: Writing,
  alphabetSize?: number,
): TrainingText {
  if (typeof input !== 'string') {
    const size = alphabetSize ?? largest(owner, input) + 1;
    const all = checkSymbols(owner, input, size);
    return {
      alphabet: symbols(size),
      symbols: all,
      starts: Int32Array.from(all.length > 0 ? [0, all.length] : [0]),
      weights: Int32Array.from(all.length > 0 ? [1] : []),
    };
  }
  const alphabet = letters === 'bytes' ? bytes : characters(input, { byteFallback });
  const counts = new Map<string, number>();
  for (const piece of pretokenize(input, how)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return {
    alphabet,
    ...joined(Array.from(counts.keys(), alphabet.symbols)),
    weights: Int32Array.from(counts.values()),
  };
}

function joined(pieces: readonly Int32Array[]): Pick<TrainingText, 'symbols' | 'starts'> {
  const starts = new Int32Array(pieces.length + 1);
  pieces.forEach((piece, i) => (starts[i + 1] = starts[i]! + piece.length));
  const all = new Int32Array(starts[pieces.length]!);
  pieces.forEach((piece, i) => all.set(piece, starts[i]));
  return { symbols: all, starts };
}

function largest(owner: string, values: ArrayLike<number>): number {
  let max = -1;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  if (!(max < 2 ** 24)) throw new DomainError(`${owner}: symbols must be whole numbers below 2^24, got ${max}`);
  return Math.floor(max);
}
