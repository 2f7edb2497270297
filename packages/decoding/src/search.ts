import { type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';
import { type CheckedPrediction, type SequenceModel, checkMaxTokens, checkedModel, stopTokens } from './model.js';

/** What to search: a model, where to begin, and where to end. */
export interface SearchRequest {
  /** Is asked once a step, for all sequences that are still growing. */
  readonly model: SequenceModel;
  readonly prompt: readonly number[];
  /** The longest continuation, >= 1. */
  readonly maxTokens: number;
  /** Tokens that end a sequence; they are its last token. */
  readonly stop?: number | readonly number[];
  /** Ends the search by throwing its reason. */
  readonly signal?: AbortSignal;
}

/** A sequence that a search has found. */
export interface Hypothesis {
  /** What was generated: without the prompt, with the token that ended it. */
  readonly tokens: readonly number[];
  /** What hypotheses are ranked by; the log-probability, or that adjusted for length. */
  readonly score: number;
  /** The log-probability of the tokens after the prompt, in nats. */
  readonly logProb: number;
  /** True when a stop token ended it, false when it reached `maxTokens`. */
  readonly finished: boolean;
}

/**
 * A search for probable sequences. It returns what it found, best first.
 *
 * @example
 * const model = batched(([...tokens]) => (tokens.at(-1) === 0 ? [0, 2, 1] : [1, 0, 3]));
 * const [best] = await beamSearch({ beams: 2 })({ model, prompt: [0], maxTokens: 5, stop: 2 });
 * console.log(best!.tokens, best!.score.toFixed(3)); // [ 1, 2 ] -0.289
 */
export interface Search {
  /** @throws DomainError, ShapeError for logits that are no logits or change their length */
  (request: SearchRequest): Promise<readonly Hypothesis[]>;
  readonly method: string;
}

declare module '@surprisal/core' {
  interface Kinds {
    search: Search;
  }
}

/** A search's request in the form that its algorithm works with. */
export interface SearchTask {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly stop: ReadonlySet<number>;
  /** What comes after the prompt and each of the continuations. */
  predict(continuations: readonly (readonly number[])[]): Promise<readonly CheckedPrediction[]>;
}

/** A search's metadata and its algorithm. */
export interface SearchDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'search', S>, 'kind'> {
  readonly search: (task: SearchTask, params: z.output<S>) => Promise<readonly Hypothesis[]>;
}

/**
 * Makes a search method from its algorithm. Checks of the model's answers, stop tokens, aborting and the order of the result are
 * the same for all searches and stand here.
 */
export function defineSearch<S extends z.ZodObject>({
  search,
  ...info
}: SearchDefinition<S>): Method<'search', S, Search> {
  return defineMethod<'search', S, Search>({ kind: 'search', ...info }, (params) => {
    const run = async ({ model, prompt, maxTokens, stop, signal }: SearchRequest) => {
      checkMaxTokens(info.name, maxTokens);
      const ask = checkedModel(info.name, model);
      const predict = (continuations: readonly (readonly number[])[]) => {
        signal?.throwIfAborted();
        return ask(continuations.map((tokens) => [...prompt, ...tokens]));
      };
      const found = await search({ prompt, maxTokens, stop: stopTokens(stop), predict }, params);
      return found.toSorted((a, b) => b.score - a.score); // stable
    };
    return Object.assign(run, { method: info.name });
  });
}

/** A hypothesis, scored by its log-probability over `length^lengthPenalty`. */
export const hypothesis = (
  tokens: readonly number[],
  logProb: number,
  finished: boolean,
  lengthPenalty = 0,
): Hypothesis => ({ tokens, score: adjusted(logProb, tokens.length, lengthPenalty), logProb, finished });

/** A log-probability adjusted for length: above 0 the penalty favours long sequences, as sums fall with every token. */
export const adjusted = (logProb: number, length: number, lengthPenalty: number): number =>
  lengthPenalty === 0 ? logProb : logProb / length ** lengthPenalty;

/**
 * The indices of the k largest scores, largest first, lower index first among equals. Scores of -Infinity are none.
 *
 * @example
 * console.log(bestIndices([1, 3, -Infinity, 3], 3)); // [ 1, 3, 0 ]
 */
export function bestIndices(scores: ArrayLike<number>, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    const full = best.length >= k;
    if (!(score > (full ? scores[best[k - 1]!]! : -Infinity))) continue;
    let at = full ? k - 1 : best.length;
    for (; at > 0 && scores[best[at - 1]!]! < score; at--) best[at] = best[at - 1]!;
    best[at] = i;
  }
  return best;
}
