import { Random } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { beamSearch } from './beam-search.js';
import { enhancedTopP } from './enhanced-top-p.js';
import { complete } from './generate.js';
import { batched } from './model.js';
import { topP } from './top-p.js';

// What the cards' papers and ours claim of searches, on sources whose best sequence is known.

/** Log-probabilities drawn from a symmetric Dirichlet distribution. */
const dirichletRow = (size: number, concentration: number, random: Random): number[] =>
  Array.from(random.dirichlet(size, concentration), Math.log);

/** The highest log-probability of any continuation (Viterbi): states are what the model looks back on. */
function best(rows: readonly number[][], start: number, steps: number, next: (state: number, token: number) => number) {
  let scores = new Map([[start, 0]]);
  for (let t = 0; t < steps; t++) {
    const grown = new Map<number, number>();
    for (const [state, score] of scores) {
      rows[state]!.forEach((logProb, token) => {
        const to = next(state, token);
        grown.set(to, Math.max(grown.get(to) ?? -Infinity, score + logProb));
      });
    }
    scores = grown;
  }
  return Math.max(...scores.values());
}

describe('claims', () => {
  it('beam search on random Markov models: 8 beams find the best of all sequences in 90 of 100, 4 beams in 80', async () => {
    const random = new Random(1);
    const exact = { 4: 0, 8: 0 };
    for (let run = 0; run < 100; run++) {
      const rows = Array.from({ length: 6 }, () => dirichletRow(6, 0.6, random));
      const optimum = best(rows, 0, 8, (_, token) => token);
      const model = batched((tokens) => rows[tokens.at(-1)!]!);
      for (const beams of [4, 8] as const) {
        const [found] = await beamSearch({ beams, lengthPenalty: 0 })({ model, prompt: [0], maxTokens: 8 });
        if (found!.logProb > optimum - 1e-9) exact[beams]++;
      }
    }
    expect(exact[8]).toBeGreaterThanOrEqual(90);
    expect(exact[4]).toBeGreaterThanOrEqual(80);
  });

  it('enhanced top-p on a random second-order source: top-p < sampled (4) < deterministic (4) <= optimum', async () => {
    const random = new Random(2);
    const size = 20;
    const rows = Array.from({ length: size * size }, () => dirichletRow(size, 0.15, random));
    const model = batched(([...tokens]) => rows[tokens.at(-2)! * size + tokens.at(-1)!]!);
    const request = { model, prompt: [0, 1], maxTokens: 15 };
    const runs = 60;
    const mean = async (logProb: (seed: number) => Promise<number>) => {
      const values = await Promise.all(Array.from({ length: runs }, (_, seed) => logProb(seed)));
      return values.reduce((sum, value) => sum + value, 0) / runs;
    };
    const optimum = best(rows, 1, 15, (state, token) => (state % size) * size + token);
    const plain = await mean(async (seed) => {
      const next = (tokens: readonly number[]) => rows[tokens.at(-2)! * size + tokens.at(-1)!]!;
      const { meanSurprisal } = await complete({ ...request, model: next, sampler: topP({ p: 0.9, seed }) });
      return -15 * meanSurprisal * Math.LN2;
    });
    const sampled = await mean(async (seed) => (await enhancedTopP({ mode: 'sample', seed })(request))[0]!.logProb);
    const [deterministic] = await enhancedTopP({ keep: 4 })(request);
    expect(plain).toBeLessThan(sampled);
    expect(sampled).toBeLessThan(deterministic!.logProb);
    expect(deterministic!.logProb).toBeLessThanOrEqual(optimum + 1e-9);
  });
});
