import type { DataLoader } from '@surprisal/core';
import { z } from 'zod';

/** The parameters of all studies that train on the characters of a book. */
export const characterParams = {
  corpus: z.enum(['moby-dick', 'state-of-the-union']).default('moby-dick').describe('the text that is learnt'),
  trainCharacters: z.number().int().min(100).default(900_000).describe('how much of it the model is trained on'),
  testCharacters: z.number().int().min(100).default(8192).describe('how much of the rest the loss is measured on'),
};

export type CharacterParams = z.output<z.ZodObject<typeof characterParams>>;

/** A text of 27 characters: letters without case, and one space for all that stands between them. */
export interface CharacterTask {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export const ALPHABET = ' abcdefghijklmnopqrstuvwxyz';

/** The first part of a book, and the part after it, which no model has seen. */
export async function characterTask(
  { corpus, trainCharacters, testCharacters }: CharacterParams,
  data: DataLoader,
): Promise<CharacterTask> {
  const { text } = await data(corpus);
  const plain = text.toLowerCase().replaceAll(/[^a-z]+/g, ' ');
  const stream = (from: number, length: number) =>
    Int32Array.from(plain.slice(from, from + length), (character) => ALPHABET.indexOf(character));
  const seen = Math.min(trainCharacters, Math.floor(0.95 * plain.length));
  return { train: stream(0, seen), test: stream(seen, testCharacters) };
}
