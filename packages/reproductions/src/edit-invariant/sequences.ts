import { type NdArray, type Random, ndarray } from '@surprisal/core';

/** Different tokens of inputs and of right targets. */
export const TOKENS = 20;
/** A token that says nothing; only targets have it. */
export const BLANK = TOKENS;
/** Tokens of an output. */
export const VOCABULARY = TOKENS + 1;

/** How targets are made wrong, and by how much. */
export interface Noise {
  readonly kind: 'none' | 'repeated' | 'swapped' | 'blanked';
  /** Tokens, or exchanges of two. */
  readonly count: number;
}

/** `'2 repeated'` */
export const titleOf = ({ kind, count }: Noise): string => (kind === 'none' ? kind : `${count} ${kind}`);

/** An input, token by token, with its target. */
export interface Pair {
  readonly input: Int32Array;
  readonly target: Int32Array;
}

/** Inputs of distinct tokens; the target of a token is always the same other one. */
export function pairsOf(count: number, length: number, translation: Int32Array, random: Random): Pair[] {
  return Array.from({ length: count }, () => {
    const input = random.permutation(TOKENS).subarray(0, length);
    return { input, target: input.map((token) => translation[token]!) };
  });
}

/** A target with noise, of the same length. */
export function noisy(target: Int32Array, { kind, count }: Noise, random: Random): Int32Array {
  if (kind === 'swapped') return swapped(target, count, random);
  const chosen = new Set(random.permutation(target.length).subarray(0, count));
  switch (kind) {
    case 'none':
      return target;
    case 'blanked':
      return target.map((token, s) => (chosen.has(s) ? BLANK : token));
    case 'repeated':
      return Int32Array.from(
        Array.from(target).flatMap((token, s) => (chosen.has(s) ? [token, token] : [token])),
      ).subarray(0, target.length);
  }
}

function swapped(target: Int32Array, count: number, random: Random): Int32Array {
  const tokens = Int32Array.from(target);
  for (let i = 0; i < count; i++) {
    const [a, b] = random.permutation(tokens.length);
    [tokens[a!], tokens[b!]] = [tokens[b!]!, tokens[a!]!];
  }
  return tokens;
}

/** What the network sees at each position: the token with its neighbours, each as one of all: `[inputs x length, 3 TOKENS]`. */
export function windowsOf(inputs: readonly Int32Array[]): NdArray<Float32Array> {
  const length = inputs[0]!.length;
  const width = 3 * TOKENS;
  const windows = new Float32Array(inputs.length * length * width);
  inputs.forEach((input, i) => {
    for (let t = 0; t < length; t++) {
      for (const side of [-1, 0, 1]) {
        const token = input[t + side];
        if (token !== undefined) windows[(i * length + t) * width + (side + 1) * TOKENS + token] = 1;
      }
    }
  });
  return ndarray(windows, [inputs.length * length, width]);
}

/** F1 of the set of an output's bigrams against the target's, from 0 to 1. */
export function bigramF1(output: Int32Array, target: Int32Array): number {
  const bigrams = (tokens: Int32Array) =>
    new Set(Array.from(tokens.subarray(1), (token, s) => tokens[s]! * VOCABULARY + token));
  const [found, wanted] = [bigrams(output), bigrams(target)];
  const both = Array.from(found).filter((bigram) => wanted.has(bigram)).length;
  return (2 * both) / (found.size + wanted.size);
}
