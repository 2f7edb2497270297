import { DomainError, type Method, type MethodInfo, ShapeError, defineMethod } from '@surprisal/core';
import type { z } from 'zod';
import { type Training, type TrainingProgress, finish } from './training.js';

/**
 * Learns the law of the next token: what a language-model method gives.
 *
 * @example
 * const model = kneserNey({ order: 3 }).train([0, 1, 2, 0, 1, 2, 0, 1], { vocabularySize: 3 });
 * console.log(Math.exp(model.logProb(2, [0, 1])).toFixed(2)); // 0.92
 */
export interface LanguageModelTrainer {
  readonly method: string;
  /**
   * @param tokens 0 to `vocabularySize - 1`; may be none
   * @throws DomainError for tokens out of range
   */
  train(tokens: ArrayLike<number>, options: TrainLanguageModelOptions): LanguageModel;
  /** The same in steps, to show progress, or to stop. */
  training(
    tokens: ArrayLike<number>,
    options: Pick<TrainLanguageModelOptions, 'vocabularySize'>,
  ): Training<LanguageModel>;
}

export interface TrainLanguageModelOptions {
  /** How many tokens there are. */
  readonly vocabularySize: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/** The law of the next token, given those before it. */
export interface LanguageModel {
  readonly method: string;
  readonly vocabularySize: number;
  /** How many tokens in a row it looks at, the next one included: 1 for a memoryless model. */
  readonly order: number;
  /**
   * ln P(token | context), in nats; -Infinity for what is impossible.
   *
   * @param context the tokens before, oldest first; of a long one the end counts
   * @throws DomainError for tokens out of range
   */
  logProb(token: number, context?: ArrayLike<number>): number;
  /** ln P(token | context) of all tokens, `[vocabularySize]`: logits whose softmax is the law, as samplers take them. */
  logits(context: ArrayLike<number>): Float32Array;
  /**
   * The same, written to an array that is there already.
   *
   * @throws ShapeError when it is not `[vocabularySize]`
   */
  logits<Out extends Float32Array | Float64Array>(context: ArrayLike<number>, out: Out): Out;
  /** The mean of -ln P(token | the tokens before it), in nats per token; NaN for none. */
  crossEntropy(tokens: ArrayLike<number>): number;
}

declare module '@surprisal/core' {
  interface Kinds {
    'language-model': LanguageModelTrainer;
  }
}

/** What a trained model computes: its context is `tokens[0..end - 1]`. */
export interface Predictor {
  readonly order: number;
  logProb(token: number, tokens: ArrayLike<number>, end: number): number;
  /** Writes ln P of all tokens. */
  logits(tokens: ArrayLike<number>, end: number, out: Float32Array | Float64Array): void;
}

/** A language model's metadata, and how it learns. */
export interface LanguageModelDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'language-model', S>, 'kind'> {
  readonly learn: (tokens: ArrayLike<number>, vocabularySize: number, params: z.output<S>) => Training<Predictor>;
}

/**
 * Makes a language-model method from how it learns and predicts. Checks and the cross-entropy are the same for all and stand here.
 *
 * @example
 * import { z } from 'zod';
 *
 * const same = defineLanguageModel({
 *   name: 'same',
 *   summary: 'All tokens are alike.',
 *   params: z.object({}),
 *   *learn(_tokens, size) {
 *     yield { label: 'same', step: 1, of: 1 };
 *     return { order: 1, logProb: () => -Math.log(size), logits: (_context, _end, out) => void out.fill(-Math.log(size)) };
 *   },
 * });
 * console.log(same().train([0, 1], { vocabularySize: 4 }).crossEntropy([2, 3]).toFixed(4)); // 1.3863
 */
export function defineLanguageModel<S extends z.ZodObject>({
  learn,
  ...info
}: LanguageModelDefinition<S>): Method<'language-model', S, LanguageModelTrainer> {
  return defineMethod<'language-model', S, LanguageModelTrainer>({ kind: 'language-model', ...info }, (params) => {
    function* training(
      tokens: ArrayLike<number>,
      { vocabularySize }: Pick<TrainLanguageModelOptions, 'vocabularySize'>,
    ): Training<LanguageModel> {
      if (!(Number.isInteger(vocabularySize) && vocabularySize >= 1))
        throw new DomainError(
          `${info.name}: vocabularySize must be a whole number of at least 1, got ${vocabularySize}`,
        );
      checkTokens(info.name, tokens, 0, vocabularySize);
      return createLanguageModel(info.name, vocabularySize, yield* learn(tokens, vocabularySize, params));
    }
    return {
      method: info.name,
      training,
      train: (tokens, options) => finish(training(tokens, options), options.onProgress),
    };
  });
}

function createLanguageModel(method: string, vocabularySize: number, predictor: Predictor): LanguageModel {
  const { order } = predictor;
  const checkContext = (context: ArrayLike<number>) =>
    checkTokens(method, context, Math.max(0, context.length - order + 1), vocabularySize);
  return {
    method,
    vocabularySize,
    order,
    logProb(token, context = []) {
      checkTokens(method, [token], 0, vocabularySize);
      checkContext(context);
      return predictor.logProb(token, context, context.length);
    },
    logits(context: ArrayLike<number>, out: Float32Array | Float64Array = new Float32Array(vocabularySize)) {
      if (out.length !== vocabularySize)
        throw new ShapeError(
          `${method}: out must be [${vocabularySize}], a number for each token, got [${out.length}]`,
        );
      checkContext(context);
      predictor.logits(context, context.length, out);
      return out as never;
    },
    crossEntropy(tokens) {
      checkTokens(method, tokens, 0, vocabularySize);
      let sum = 0;
      for (let i = 0; i < tokens.length; i++) sum -= predictor.logProb(tokens[i]!, tokens, i);
      return sum / tokens.length;
    },
  };
}

function checkTokens(owner: string, tokens: ArrayLike<number>, begin: number, size: number): void {
  for (let i = begin; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (!(token >= 0 && token < size && Number.isInteger(token)))
      throw new DomainError(`${owner}: tokens must be whole numbers from 0 to ${size - 1}, got ${token} at index ${i}`);
  }
}
