import { bpe } from './bpe.js';
import { kneserNey } from './kneser-ney.js';
import type { LanguageModel, LanguageModelTrainer } from './language-model.js';
import type { Tokenizer, TokenizerTrainer } from './tokenizer.js';
import { type Training, type TrainingProgress, finish } from './training.js';

/** A tokenizer and a language model of its tokens, trained on one text. */
export interface TextModel {
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
  encode(text: string): Int32Array;
  decode(tokens: ArrayLike<number>): string;
  /** The logits of the next token, `[tokenizer.size]`: log-probabilities. What samplers ask of a model. */
  readonly next: (tokens: ArrayLike<number>) => Float32Array;
}

export interface TextModelOptions {
  readonly text: string;
  /** Default: BPE of 2048 tokens within words. */
  readonly tokenizer?: TokenizerTrainer;
  /** Default: Kneser-Ney of order 5. */
  readonly model?: LanguageModelTrainer;
}

/**
 * Trains a tokenizer and a language model on a text. A novel takes a second or two.
 *
 * @param onProgress called as the training goes on
 *
 * @example
 * const { encode, next, tokenizer } = textModel({ text: 'the cat sat on the mat, the cat sat on the hat. '.repeat(20) });
 * const logits = next(encode('the cat'));
 * console.log(tokenizer.vocabulary[logits.indexOf(Math.max(...logits))]); //  sat
 */
export function textModel({
  onProgress,
  ...options
}: TextModelOptions & { readonly onProgress?: (progress: TrainingProgress) => void }): TextModel {
  return finish(trainTextModel(options), onProgress);
}

/**
 * The same in steps: a page or a command can show how far it is, let others work in between, or stop.
 *
 * @example
 * const training = trainTextModel({ text: 'to be or not to be' });
 * let step = training.next();
 * while (!step.done) step = training.next(); // step.value is { label, step, of }
 * console.log(step.value.decode(step.value.encode('to be'))); // to be
 */
export function* trainTextModel({
  text,
  tokenizer: tokenizerTrainer = bpe({ size: 2048, pretokenize: 'words' }),
  model: modelTrainer = kneserNey(),
}: TextModelOptions): Training<TextModel> {
  const tokenizer = yield* tokenizerTrainer.training(text);
  const model = yield* modelTrainer.training(tokenizer.encode(text), { vocabularySize: tokenizer.size });
  return {
    tokenizer,
    model,
    encode: (input) => tokenizer.encode(input),
    decode: (tokens) => tokenizer.decode(tokens),
    next: (tokens) => model.logits(tokens),
  };
}
