import { DomainError, ShapeError } from '@surprisal/core';
import { z } from 'zod';
import { type Hypothesis, type SearchTask, bestIndices, defineSearch, hypothesis } from './search.js';

/** What contrastive search weighs at one step, over k candidates. */
export interface ContrastiveStep {
  /** `[k]`, the model's probabilities of the candidates. */
  readonly probabilities: ArrayLike<number>;
  /** `[T][d]`, hidden states of the context's tokens. */
  readonly contextHidden: readonly ArrayLike<number>[];
  /** `[k][d]`, hidden states of the candidates, each after the context. */
  readonly candidateHidden: readonly ArrayLike<number>[];
  /** In [0, 1]: 0 is greedy. */
  readonly alpha: number;
}

/**
 * One choice of contrastive search: `score_v = (1 - alpha) p(v) - alpha max_j cos(h_v, h_j)`. A state of length 0 has cosine 0 with all.
 *
 * @returns the degeneration penalty `max_j cos` and the score of each candidate, and the position of the best (the first among equals)
 *
 * @example
 * const step = { probabilities: [0.6, 0.4], contextHidden: [[1, 0]], candidateHidden: [[2, 0], [0, 1]], alpha: 0.6 };
 * console.log(contrastiveChoice(step).choice); // 1
 */
export function contrastiveChoice({ probabilities, contextHidden, candidateHidden, alpha }: ContrastiveStep): {
  readonly penalties: Float64Array;
  readonly scores: Float64Array;
  readonly choice: number;
} {
  const penalties = Float64Array.from(candidateHidden, (state) =>
    contextHidden.reduce((most, other) => Math.max(most, cosine(state, other)), contextHidden.length > 0 ? -1 : 0),
  );
  const scores = penalties.map((penalty, v) => (1 - alpha) * probabilities[v]! - alpha * penalty);
  return { penalties, scores, choice: bestIndices(scores, 1)[0]! };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let squaredA = 0;
  let squaredB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaredA += a[i]! ** 2;
    squaredB += b[i]! ** 2;
  }
  return dot === 0 ? 0 : dot / Math.sqrt(squaredA * squaredB);
}

/** States as they come from the model: of the prompt, all of them; of a candidate, the last. */
function statesOf(hidden: readonly ArrayLike<number>[] | undefined): readonly ArrayLike<number>[] {
  if (hidden && hidden.length > 0) return hidden;
  const got = hidden ? 'none' : 'logits alone';
  throw new ShapeError(
    `contrastive-search: model must give { logits, hidden } with the tokens' hidden states, got ${got}`,
  );
}

async function search(task: SearchTask, { k, alpha }: { k: number; alpha: number }): Promise<readonly Hypothesis[]> {
  let tokens: readonly number[] = [];
  let logProb = 0;
  if (task.prompt.length === 0)
    throw new DomainError('contrastive-search: prompt must hold a token to contrast with, got none');
  let [law] = await task.predict([tokens]);
  const context = [...statesOf(law!.hidden)];
  for (;;) {
    const { logProbs } = law!;
    const candidates = bestIndices(logProbs, k);
    const next = await task.predict(candidates.map((token) => [...tokens, token]));
    const candidateHidden = next.map(({ hidden }) => statesOf(hidden).at(-1)!);
    const probabilities = candidates.map((token) => Math.exp(logProbs[token]!));
    const { choice } = contrastiveChoice({ probabilities, contextHidden: context, candidateHidden, alpha });
    const token = candidates[choice]!;
    tokens = [...tokens, token];
    logProb += logProbs[token]!;
    context.push(candidateHidden[choice]!);
    law = next[choice]!;
    if (task.stop.has(token) || tokens.length === task.maxTokens)
      return [hypothesis(tokens, logProb, task.stop.has(token))];
  }
}

/**
 * Contrastive search: among the k most probable tokens the one whose hidden state is least like what was said before,
 * `argmax (1 - alpha) p(v) - alpha max_j cos(h_v, h_j)`. Deterministic, and it does not fall into loops as greedy search does.
 *
 * The model gives `{ logits, hidden }` for each sequence. Of the prompt, `hidden` holds the states of all tokens; of a candidate the last
 * one counts, so that a model with a cache need not give more.
 *
 * @param params `k` >= 1, default 4; `alpha` in [0, 1], default 0.6; 0 is greedy search
 * @throws DomainError for an empty prompt; ShapeError when the model gives no hidden states
 *
 * Su et al.: A Contrastive Framework for Neural Text Generation, 2022, arXiv:2202.06417.
 *
 * @example
 * const states = [[1, 0], [0, 1], [1, 1]];
 * const model = batched(() => [1, 0.5, 0]);
 * const told = async (sequences: readonly (readonly number[])[]) =>
 *   (await model(sequences)).map((logits, i) => ({ logits: logits as number[], hidden: sequences[i]!.map((token) => states[token]!) }));
 * const [only] = await contrastiveSearch()({ model: told, prompt: [0], maxTokens: 3 });
 * console.log(only!.tokens); // [ 1, 2, 0 ]
 */
export const contrastiveSearch = defineSearch({
  name: 'contrastive-search',
  summary: 'Probable tokens whose hidden states differ from those before: no loops.',
  formula: '(1−α) p(v) − α max_j cos(h_v, h_j)',
  params: z.object({
    k: z.number().int().min(1).default(4).meta({ upTo: 20 }).describe('candidates: the most probable tokens'),
    alpha: z.number().min(0).max(1).default(0.6).meta({ step: 0.05 }).describe('0: greedy; larger repeats less'),
  }),
  search,
});
