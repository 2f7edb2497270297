import { DomainError, ShapeError } from '@surprisal/core';
import { logSoftmax } from './log-softmax.js';
import type { Numbers } from './logits.js';

/** A language model in its plainest form: the logits of the token that comes after a sequence. */
export type NextLogits = (tokens: readonly number[]) => Numbers | Promise<Numbers>;

/** A language model of several sequences at once: the prediction after each of them, in order. */
export type SequenceModel = (
  sequences: readonly (readonly number[])[],
) => readonly (Numbers | Prediction)[] | Promise<readonly (Numbers | Prediction)[]>;

/** What a model says after a sequence, for searches that look at hidden states as well. */
export interface Prediction {
  /** `[vocabulary]` */
  readonly logits: Numbers;
  /** The last layer's state of every token of the sequence, oldest first; of a token alone where one is asked for. */
  readonly hidden?: readonly ArrayLike<number>[];
}

/**
 * Makes a model of several sequences from one of a single sequence.
 *
 * @example
 * const coin = batched(() => [0, 0]);
 * console.log(await coin([[0], [1, 0]])); // [ [ 0, 0 ], [ 0, 0 ] ]
 */
export const batched =
  (model: NextLogits): SequenceModel =>
  (sequences) =>
    Promise.all(sequences.map(async (sequence) => model(sequence)));

/** A prediction with its log-probabilities, in nats; all of them -Infinity after a sequence that nothing can follow. */
export interface CheckedPrediction {
  readonly logProbs: Float64Array;
  readonly hidden?: readonly ArrayLike<number>[];
}

/**
 * A model whose answers are checked: one for each sequence, all of one vocabulary, and not all of them dead ends.
 *
 * @internal
 */
export function checkedModel(
  owner: string,
  model: SequenceModel,
): (sequences: readonly (readonly number[])[]) => Promise<CheckedPrediction[]> {
  const vocabulary = sameLength(owner);
  return async (sequences) => {
    const predictions = await model(sequences);
    if (predictions.length !== sequences.length) {
      throw new ShapeError(
        `${owner}: model must give logits for each of ${sequences.length} sequences, got ${predictions.length}`,
      );
    }
    const given = predictions.map((prediction) => ('logits' in prediction ? prediction : { logits: prediction }));
    const allDead = given.every(({ logits }) => isDeadEnd(vocabulary(logits))); // then logSoftmax says so
    return given.map((prediction) => ({
      ...prediction,
      logProbs:
        isDeadEnd(prediction.logits) && !allDead
          ? Float64Array.from(prediction.logits)
          : logSoftmax(prediction.logits, owner),
    }));
  };
}

const isDeadEnd = (logits: Numbers): boolean => logits.length > 0 && logits.every((logit) => logit === -Infinity);

/**
 * Hands logits on, and refuses a length that is not the first one's.
 *
 * @internal
 */
export function sameLength(owner: string): (logits: Numbers) => Numbers {
  let vocabulary: number | undefined;
  return (logits) => {
    vocabulary ??= logits.length;
    if (logits.length === vocabulary) return logits;
    throw new ShapeError(`${owner}: logits must be [${vocabulary}] as they were before, got [${logits.length}]`);
  };
}

/**
 * The tokens that end a sequence, as a set.
 *
 * @internal
 */
export const stopTokens = (stop: number | readonly number[] | undefined): ReadonlySet<number> =>
  new Set(typeof stop === 'number' ? [stop] : stop);

/**
 * @internal
 * @throws DomainError unless it is a whole number, 1 or more
 */
export function checkMaxTokens(owner: string, maxTokens: number): void {
  if (Number.isSafeInteger(maxTokens) && maxTokens >= 1) return;
  throw new DomainError(`${owner}: maxTokens must be a whole number of at least 1, got ${maxTokens}`);
}
