import { Random, ShapeError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { greedySearch } from './beam-search.js';
import { contrastiveChoice, contrastiveSearch } from './contrastive-search.js';
import type { SequenceModel } from './model.js';

const rowsOf = ({ shape, data }: { shape: number[]; data: Float64Array }) =>
  Array.from({ length: shape[0]! }, (_, i) => Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)));

goldens(
  import.meta.url,
  '00-decoding-baselines',
  {
    contrastiveSearchStep({ inputs, params }) {
      const { penalties, scores, choice } = contrastiveChoice({
        probabilities: inputs.candidate_prob.data,
        contextHidden: rowsOf(inputs.context_hidden),
        candidateHidden: rowsOf(inputs.candidate_hidden),
        alpha: params.alpha,
      });
      return { degeneration_penalty: penalties, score: scores, choice };
    },
  },
  { partial: true },
);

/** Logits and a hidden state for each token, of its own. */
const random = new Random(3);
const logitsOf = Array.from({ length: 12 }, () => Array.from({ length: 12 }, () => random.normal()));
const stateOf = Array.from({ length: 12 }, () => Array.from({ length: 4 }, () => random.normal()));
const model: SequenceModel = (sequences) =>
  sequences.map((tokens) => ({
    logits: logitsOf[tokens.at(-1)!]!,
    hidden: tokens.map((token) => stateOf[token]!),
  }));

describe('contrastive search', () => {
  it('with alpha 0, or one candidate, is greedy search', async () => {
    const request = { model, prompt: [0], maxTokens: 30 };
    const [greedy] = await greedySearch()(request);
    expect((await contrastiveSearch({ alpha: 0 })(request))[0]!.tokens).toEqual(greedy!.tokens);
    expect((await contrastiveSearch({ k: 1 })(request))[0]!.tokens).toEqual(greedy!.tokens);
  });

  it('says more different things than greedy search, which falls into a loop', async () => {
    const request = { model, prompt: [0], maxTokens: 12 };
    const [greedy] = await greedySearch()(request);
    const [contrastive] = await contrastiveSearch({ k: 6, alpha: 0.6 })(request);
    expect(new Set(contrastive!.tokens).size).toBeGreaterThan(new Set(greedy!.tokens).size);
  });

  it('reads of a candidate the last state alone, and stops at a stop token', async () => {
    const request = { prompt: [0, 5], maxTokens: 20 };
    const cached: SequenceModel = (sequences) =>
      sequences.map((tokens) => ({
        logits: logitsOf[tokens.at(-1)!]!,
        hidden: (tokens.length === 2 ? tokens : tokens.slice(-1)).map((token) => stateOf[token]!),
      }));
    const [whole] = await contrastiveSearch()({ ...request, model });
    expect((await contrastiveSearch()({ ...request, model: cached }))[0]).toEqual(whole);
    const stop = whole!.tokens[3]!;
    const [ended] = await contrastiveSearch()({ ...request, model, stop });
    expect(ended!.finished).toBe(true);
    expect(ended!.tokens).toEqual(whole!.tokens.slice(0, whole!.tokens.indexOf(stop) + 1));
  });

  it('needs hidden states', async () => {
    await expect(contrastiveSearch()({ model: () => [[0, 1]], prompt: [0], maxTokens: 2 })).rejects.toThrow(
      new ShapeError(
        "contrastive-search: model must give { logits, hidden } with the tokens' hidden states, got logits alone",
      ),
    );
    await expect(contrastiveSearch()({ model, prompt: [], maxTokens: 2 })).rejects.toThrow(
      'prompt must hold a token to contrast with, got none',
    );
  });
});
