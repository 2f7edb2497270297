import { DomainError, Random } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beamSearch, diverseBeamSearch, greedySearch } from './beam-search.js';
import type { SequenceModel } from './model.js';

/** A model whose next token depends on the one before: `transition[a][b] = p(b after a)`. */
const markov =
  (transition: readonly (readonly number[])[]): SequenceModel =>
  (sequences) =>
    sequences.map((sequence) => transition[sequence.at(-1)!]!.map(Math.log));

const rowsOf = ({ shape, data }: { shape: number[]; data: Float64Array }) =>
  Array.from({ length: shape[0]! }, (_, i) => Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)));

goldens(
  import.meta.url,
  '00-decoding-baselines',
  {
    async beamSearch({ inputs, params }) {
      const stopping = ({ true: 'eager', false: 'heuristic', never: 'exact' } as const)[
        String(params.early_stopping) as 'true'
      ];
      const search = beamSearch({ beams: params.num_beams, lengthPenalty: params.length_penalty, stopping });
      const found = await search({
        model: markov(rowsOf(inputs.transition)),
        prompt: [params.start_token],
        maxTokens: params.max_new_tokens,
        stop: params.eos,
      });
      return {
        sequences: found.map(({ tokens }) => tokens),
        scores: found.map(({ score }) => score),
        sum_logprob: found.map(({ logProb }) => logProb),
      };
    },
  },
  { partial: true },
);

/** Rows of a random law: uniform powers, normalised. */
function randomChain(seed: number, states: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: states }, () => {
    const weights = Array.from({ length: states }, () => -Math.log(1 - random.uniform()));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/** Every sequence of a length, with its log-probability. */
function everySequence(transition: number[][], length: number): { tokens: number[]; logProb: number }[] {
  let all = [{ tokens: [] as number[], logProb: 0 }];
  for (let i = 0; i < length; i++) {
    all = all.flatMap(({ tokens, logProb }) =>
      transition[tokens.at(-1) ?? 0]!.map((p, token) => ({
        tokens: [...tokens, token],
        logProb: logProb + Math.log(p),
      })),
    );
  }
  return all;
}

const seeds = fc.integer({ min: 0, max: 1e6 });

describe('beam search', () => {
  it('with one beam is greedy, whatever the length penalty', () =>
    fc.assert(
      fc.asyncProperty(seeds, fc.double({ min: -2, max: 2, noNaN: true }), async (seed, lengthPenalty) => {
        const request = { model: markov(randomChain(seed, 5)), prompt: [0], maxTokens: 8, stop: 4 };
        const [beam] = await beamSearch({ beams: 1, lengthPenalty })(request);
        const [greedy] = await greedySearch()(request);
        expect(beam!.tokens).toEqual(greedy!.tokens);
        const chain = randomChain(seed, 5);
        let before = 0;
        for (const token of greedy!.tokens) {
          expect(token).toBe(chain[before]!.indexOf(Math.max(...chain[before]!)));
          before = token;
        }
      }),
    ));

  it('gives scores that do not rise with rank, each the log-probability over the length to the penalty', () =>
    fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 6 }), async (seed, beams) => {
        const chain = randomChain(seed, 5);
        const found = await beamSearch({ beams, lengthPenalty: 0.7 })({
          model: markov(chain),
          prompt: [0],
          maxTokens: 6,
          stop: [3, 4],
        });
        found.forEach(({ score, logProb, tokens, finished }, i) => {
          if (i > 0) expect(score).toBeLessThanOrEqual(found[i - 1]!.score);
          expect(score).toBeCloseTo(logProb / tokens.length ** 0.7, 12);
          expect(logProb).toBeCloseTo(
            tokens.reduce((sum, token, at) => sum + Math.log(chain[tokens[at - 1] ?? 0]![token]!), 0),
            12,
          );
          expect(finished).toBe(tokens.at(-1)! >= 3);
        });
      }),
    ));

  it('is exact when it holds all sequences', () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const chain = randomChain(seed, 3);
        const [best] = await beamSearch({ beams: 3 ** 4, lengthPenalty: 0 })({
          model: markov(chain),
          prompt: [0],
          maxTokens: 4,
        });
        const all = everySequence(chain, 4);
        const found = all.find(({ tokens }) => tokens.join() === best!.tokens.join())!;
        const highest = Math.max(...all.map(({ logProb }) => logProb)); // several may have it: the same steps in another order
        expect(found.logProb).toBeCloseTo(highest, 12);
        expect(best!.logProb).toBeCloseTo(highest, 12);
      }),
      { numRuns: 30 },
    ));

  it('asks the model once a step, for all live beams', async () => {
    const asked: number[] = [];
    const model: SequenceModel = (sequences) => {
      asked.push(sequences.length);
      return sequences.map(() => [0, 0.1, 0.2]);
    };
    await beamSearch({ beams: 3 })({ model, prompt: [1], maxTokens: 4 });
    expect(asked).toEqual([1, 3, 3, 3]);
  });

  it('stops eagerly, at a heuristic bound, or at an exact one', async () => {
    // Ending at once is likely; going on for long gives a better score per token.
    const model: SequenceModel = (sequences) => sequences.map((s) => (s.length === 1 ? [0, 0.5] : [5, 0]));
    const first = async (stopping: 'eager' | 'heuristic' | 'exact') =>
      (await beamSearch({ beams: 1, stopping })({ model, prompt: [0], maxTokens: 20, stop: 1 }))[0]!.tokens.length;
    expect(await first('eager')).toBe(1);
    expect(await first('heuristic')).toBe(1);
    expect(await first('exact')).toBe(20);
  });

  it('drops a beam that nothing can follow, and says so when all are', async () => {
    const dead = [-Infinity, -Infinity];
    const model: SequenceModel = (sequences) => sequences.map((s) => (s.at(-1) === 0 && s.length > 1 ? dead : [1, 0]));
    const found = await beamSearch({ beams: 2 })({ model, prompt: [0], maxTokens: 3 });
    expect(found.map(({ tokens }) => tokens.slice(0, -1))).toEqual([
      [1, 1],
      [1, 1],
    ]);
    await expect(greedySearch()({ model: () => [dead], prompt: [], maxTokens: 3 })).rejects.toThrow(
      'greedy-search: logits must hold one above -Infinity, got none',
    );
  });
});

describe('diverse beam search', () => {
  it('with one group is beam search', () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const request = { model: markov(randomChain(seed, 5)), prompt: [0], maxTokens: 6, stop: 4 };
        const diverse = await diverseBeamSearch({ beams: 3, groups: 1 })(request);
        expect(diverse).toEqual(await beamSearch({ beams: 3 })(request));
      }),
      { numRuns: 30 },
    ));

  it('without a penalty repeats itself in every group; with a large one, groups differ at every step', async () => {
    const request = { model: markov(randomChain(7, 6)), prompt: [0], maxTokens: 5 };
    const same = await diverseBeamSearch({ beams: 3, groups: 3, diversityPenalty: 0 })(request);
    expect(new Set(same.map(({ tokens }) => tokens.join()))).toHaveProperty('size', 1);
    const apart = await diverseBeamSearch({ beams: 3, groups: 3, diversityPenalty: 100 })(request);
    for (let at = 0; at < 5; at++) expect(new Set(apart.map(({ tokens }) => tokens[at])).size).toBe(3);
  });

  it('refuses groups that do not divide the beams', async () => {
    await expect(
      diverseBeamSearch({ beams: 4, groups: 3 })({ model: markov([[1]]), prompt: [0], maxTokens: 1 }),
    ).rejects.toThrow(new DomainError('diverse-beam-search: groups must divide beams, got 3 groups of 4 beams'));
  });
});
