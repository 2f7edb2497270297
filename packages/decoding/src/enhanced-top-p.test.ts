import { Random } from '@surprisal/core';
import { goldens, logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beamSearch, greedySearch } from './beam-search.js';
import { enhancedTopP, nucleus, pathLaw, pathScores, selectPaths } from './enhanced-top-p.js';
import { logSoftmax } from './log-softmax.js';
import type { SequenceModel } from './model.js';

const lawsOf = ({ shape, data }: { shape: readonly number[]; data: Float32Array | Float64Array }) =>
  Array.from({ length: shape[0]! }, (_, i) => logSoftmax(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)));

goldens(
  import.meta.url,
  '14-cem-enhanced-top-p',
  {
    enhancedTopP({ inputs, params: { vocab, top_p: p, keep, temperature } }) {
      const laws = lawsOf(inputs.logits);
      const scores = pathScores(inputs.accumulated_logprob.data, laws, p);
      const law = pathLaw(scores, temperature);
      const gumbel = (i: number) => inputs.gumbel.data[i];
      const selection = { keep, temperature, p, gumbel };
      const best = selectPaths(scores, { ...selection, mode: 'deterministic' });
      const drawn = selectPaths(scores, { ...selection, mode: 'sample' });
      const joint = nucleus(law.map(Math.log), p);
      const beam = (index: number) => Math.floor(index / vocab);
      const token = (index: number) => index % vocab;
      return {
        nucleus_mask: Array.from(scores, (score) => (score > -Infinity ? 1 : 0)),
        candidate_score: scores,
        deterministic_beam: best.map(beam),
        deterministic_token: best.map(token),
        deterministic_score: best.map((i) => scores[i]!),
        path_probability_normalised: law,
        gumbel_beam: drawn.map(beam),
        gumbel_token: drawn.map(token),
        joint_nucleus_beam: joint.map(beam),
        joint_nucleus_token: joint.map(token),
      };
    },
  },
  { partial: true },
);

const mass = fc.double({ min: 0.05, max: 1, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1e6 });

/** Logits that depend on the last two tokens. */
const secondOrder =
  (seed: number, vocabulary = 6): SequenceModel =>
  (sequences) =>
    sequences.map((tokens) => {
      const random = new Random(seed).split(...tokens.slice(-2));
      return Array.from({ length: vocabulary }, () => 2 * random.normal());
    });

describe('a nucleus', () => {
  it('is the shortest prefix of the order that holds the mass', () =>
    fc.assert(
      fc.property(logits(1, 9), mass, ({ data }, p) => {
        const logProbs = logSoftmax(data);
        const kept = nucleus(logProbs, p);
        const order = Array.from(logProbs.keys()).sort((a, b) => logProbs[b]! - logProbs[a]! || a - b);
        const massOf = (tokens: number[]) => tokens.reduce((sum, v) => sum + Math.exp(logProbs[v]!), 0);
        expect(kept).toEqual(order.slice(0, kept.length));
        expect(kept.length).toBeGreaterThan(0);
        expect(massOf(kept)).toBeGreaterThanOrEqual(p - 1e-12);
        if (p < 1) expect(massOf(kept.slice(0, -1))).toBeLessThan(p);
      }),
    ));

  it('takes the lower index first among equals, and no token that cannot come', () => {
    expect(nucleus(logSoftmax([1, 1, 1, 1]), 0.4)).toEqual([0, 1]);
    expect(nucleus(logSoftmax([1, -Infinity, 1]), 1)).toEqual([0, 2]);
    expect(nucleus(logSoftmax([-Infinity, 0, -1e30]), 0.9999)).toEqual([1]);
  });
});

describe('enhanced top-p', () => {
  it('with p = 1, deterministic, is beam search', () =>
    fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 5 }), async (seed, keep) => {
        const request = { model: secondOrder(seed), prompt: [0, 1], maxTokens: 6 };
        const found = await enhancedTopP({ p: 1, keep })(request);
        expect(found).toEqual(await beamSearch({ beams: keep, lengthPenalty: 0 })(request));
      }),
      { numRuns: 40 },
    ));

  it('with one chain, deterministic, is greedy for every p', () =>
    fc.assert(
      fc.asyncProperty(seeds, mass, async (seed, p) => {
        const request = { model: secondOrder(seed), prompt: [0, 1], maxTokens: 6, stop: 3 };
        expect(await enhancedTopP({ p, keep: 1 })(request)).toEqual(await greedySearch()(request));
      }),
      { numRuns: 40 },
    ));

  it('with one chain, sampled, draws from the renormalised nucleus', async () => {
    const law = [0.4, 0.3, 0.15, 0.1, 0.05];
    const model: SequenceModel = () => [law.map(Math.log)];
    const draws = 4000;
    const counts = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < draws; seed++) {
      const [one] = await enhancedTopP({ p: 0.8, keep: 1, mode: 'sample', seed })({ model, prompt: [], maxTokens: 1 });
      counts[one!.tokens[0]!]!++;
    }
    const expected = [0.4, 0.3, 0.15].map((p) => (draws * p) / 0.85);
    const chiSquare = expected.reduce((sum, e, v) => sum + (counts[v]! - e) ** 2 / e, 0);
    expect(counts.slice(3)).toEqual([0, 0]);
    expect(chiSquare).toBeLessThan(13.82); // 2 degrees of freedom, 0.1%
    expect(pathLaw(pathScores([-3], [logSoftmax(law.map(Math.log))], 0.8), 1)[0]).toBeCloseTo(0.4 / 0.85, 12);
  });

  it('keeps tokens of their own nucleus alone, and chains whose score falls with every token', () =>
    fc.assert(
      fc.asyncProperty(
        seeds,
        mass,
        fc.constantFrom('deterministic', 'sample', 'joint-nucleus'),
        async (seed, p, mode) => {
          const model = secondOrder(seed);
          const found = await enhancedTopP({ p, mode, keep: 3, seed })({
            model,
            prompt: [0, 1],
            maxTokens: 5,
            stop: 2,
          });
          for (const { tokens, logProb } of found) {
            let sum = 0;
            for (const [at, token] of tokens.entries()) {
              const [row] = (await model([[0, 1, ...tokens.slice(0, at)]])) as number[][];
              const law = logSoftmax(row!);
              expect(nucleus(law, p)).toContain(token);
              expect(sum + law[token]!).toBeLessThanOrEqual(sum);
              sum += law[token]!;
            }
            expect(logProb).toBeCloseTo(sum, 10);
          }
          expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a));
        },
      ),
      { numRuns: 40 },
    ));

  it('never has a worse best first step for keeping more', () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const best = async (keep: number) =>
          (await enhancedTopP({ keep })({ model: secondOrder(seed), prompt: [0, 1], maxTokens: 1 }))[0]!.score;
        const scores = await Promise.all([1, 2, 4, 8].map(best));
        expect(scores).toEqual(scores.toSorted((a, b) => a - b));
      }),
      { numRuns: 20 },
    ));

  it('returns all there are when nuclei are smaller than what is kept', async () => {
    const model: SequenceModel = (sequences) => sequences.map(() => [9, 0, 0]);
    const found = await enhancedTopP({ p: 0.5, keep: 4 })({ model, prompt: [], maxTokens: 3 });
    expect(found.map(({ tokens }) => tokens)).toEqual([[0, 0, 0]]);
  });

  it('lets finished chains compete on, and ranks at the end by length', async () => {
    const model: SequenceModel = (sequences) => sequences.map((s) => (s.length === 1 ? [0, 0.2] : [3, -3]));
    const request = { model, prompt: [0], maxTokens: 6, stop: 1 };
    const [short] = await enhancedTopP({ keep: 2, p: 1 })(request);
    expect(short!.tokens).toEqual([1]);
    const [long] = await enhancedTopP({ keep: 2, p: 1, lengthPenalty: 1 })(request);
    expect(long!.tokens).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('draws the same chains for the same seed', async () => {
    const draw = (seed: number) =>
      enhancedTopP({ mode: 'sample', seed })({ model: secondOrder(1), prompt: [0, 1], maxTokens: 8 });
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });
});
