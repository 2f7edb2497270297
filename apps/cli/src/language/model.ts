import { type Registry, progress } from '@surprisal/core';
import type { NextLogits } from '@surprisal/decoding';
import { type LanguageModelTrainer, finish } from '@surprisal/language';
import { readMethod } from '../method-text.js';
import type { ProgressView } from '../terminal/progress.js';
import { readCorpus } from './corpus.js';
import { tokenized } from './tokenized.js';

/** A language model with its tokens. */
export interface WritingModel {
  /** In words, for people. */
  readonly name: string;
  readonly next: NextLogits;
  /** @throws DomainError for a text that its tokens cannot write */
  encode(text: string): readonly number[];
  decode(tokens: readonly number[]): string;
  /** A token for people to read, where it is no whole character. */
  nameOf(token: number): string;
  /** The tokens that end a text, if any. */
  readonly stop: readonly number[];
}

export interface TrainedModelFlags {
  readonly corpus?: string;
  readonly tokenizer?: string;
  readonly languageModel?: string;
}

/** The model that is built in: learned from a corpus, in a second or a few. */
export async function trainedModel(
  registry: Registry,
  {
    corpus = 'moby-dick',
    tokenizer: cut = 'bpe:size=2048,pretokenize=words',
    languageModel = 'kneser-ney',
  }: TrainedModelFlags,
  view: ProgressView,
): Promise<WritingModel> {
  const learner = readMethod(registry, 'language-model', languageModel);
  const cutter = readMethod(registry, 'tokenizer', cut);
  const { name, text } = await readCorpus(corpus);
  const { tokenizer, tokens } = tokenized(text, cutter, view);
  const trainer = learner.method(learner.params) as LanguageModelTrainer;
  const training = trainer.training(tokens, { vocabularySize: tokenizer.size });
  const model = finish(training, ({ step, of, label }) => view.event(progress(step, of, label)));
  return {
    name: `${model.method} of order ${model.order} over ${tokenizer.size} tokens (${tokenizer.method}), learned from ${name}`,
    next: (context) => model.logits(context),
    encode: (given) => Array.from(tokenizer.encode(given)),
    decode: (ids) => tokenizer.decode(ids),
    nameOf: (token) => tokenizer.vocabulary[token]!,
    stop: [],
  };
}
