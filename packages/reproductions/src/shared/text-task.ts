import { type DataLoader, Random } from '@surprisal/core';
import { type Sampler, complete } from '@surprisal/decoding';
import { type TextModel, bpe, kneserNey, textModel } from '@surprisal/language';
import { z } from 'zod';

/** The parameters of all studies that write text with an n-gram model of a book. */
export const textParams = {
  corpus: z
    .enum(['moby-dick', 'state-of-the-union'])
    .default('moby-dick')
    .describe('what the model is trained on, and continues'),
  characters: z.number().int().min(2000).default(1_000_000).describe('how much of it the model is trained on'),
  vocabulary: z.number().int().min(257).default(1024).describe('tokens of the byte-pair encoding'),
  order: z.number().int().min(1).max(6).default(5).describe('tokens in a row that the n-gram model counts'),
  length: z.number().int().min(20).default(1000).describe('tokens of a text that is written'),
  prompt: z.number().int().min(1).default(20).describe('tokens of the book that a text begins after'),
};

export type TextParams = z.output<z.ZodObject<typeof textParams>>;

/** A model of a book, and the rest of the book, which it has not seen. */
export interface TextTask {
  readonly model: TextModel;
  readonly unseen: Int32Array;
}

/** Trains the model on the first part of the corpus; at least a twentieth is kept back. */
export async function textTask(
  { corpus, characters, vocabulary, order }: TextParams,
  data: DataLoader,
): Promise<TextTask> {
  const { text } = await data(corpus);
  const seen = Math.min(characters, Math.floor(0.95 * text.length));
  const model = textModel({
    text: text.slice(0, seen),
    tokenizer: bpe({ size: vocabulary, pretokenize: 'words' }),
    model: kneserNey({ order }),
  });
  return { model, unseen: model.encode(text.slice(seen, seen + 100_000)) };
}

/** Continues the book after a place that the seed chooses. */
export function writeText({ model, unseen }: TextTask, sampler: Sampler, params: TextParams, seed: number) {
  const from = new Random(seed).split('prompt').integer(unseen.length - params.prompt);
  const prompt = Array.from(unseen.subarray(from, from + params.prompt));
  return complete({ model: (tokens) => model.next(tokens), prompt, sampler, maxTokens: params.length });
}
