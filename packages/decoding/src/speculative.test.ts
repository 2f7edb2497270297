import { DomainError, Random } from '@surprisal/core';
import { goldens, probabilities } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain } from './chain.js';
import { completeSpeculatively, lawOf } from './speculative-generation.js';
import { batched } from './model.js';
import {
  acceptanceRatio,
  draftAcceptance,
  drawFromLaw,
  expectedAcceptance,
  expectedAccepted,
  residualLaw,
  verifyDraft,
} from './speculative.js';
import { temperature } from './temperature.js';
import { topP } from './top-p.js';

const rowsOf = ({ shape, data }: { shape: readonly number[]; data: Float64Array }) =>
  Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * shape[1]!, (i + 1) * shape[1]!));

goldens(
  import.meta.url,
  '00-decoding-baselines',
  {
    speculativeSampling({ inputs }) {
      const [target, draft] = [rowsOf(inputs.target), rowsOf(inputs.draft)];
      const tokens = Array.from(inputs.draft_tokens.data as Int32Array);
      const { accepted, law } = verifyDraft({ target, draft, tokens }, replay(inputs.uniform.data));
      const acceptances = draft.map((q, i) => expectedAcceptance(target[i]!, q));
      return {
        acceptance_ratio: tokens.map((token, i) => acceptanceRatio(target[i]!, draft[i]!, token)),
        accepted,
        final_law: law,
        final_token: drawFromLaw(law, inputs.uniform_final),
        expected_acceptance: acceptances,
        expected_accepted_product: expectedAccepted(acceptances),
      };
    },
  },
  { partial: true },
);

goldens(
  import.meta.url,
  '58-markov-categorical',
  {
    draftAcceptance({ inputs, params }) {
      const rows = rowsOf(inputs.p_target).map((p, i) => draftAcceptance(p, rowsOf(inputs.q_draft)[i]!, params.gamma));
      return {
        acceptance: rows.map(({ acceptance }) => acceptance),
        total_variation: rows.map(({ totalVariation }) => totalVariation),
        pinsker_bound_kl_pq: rows.map(({ pinskerBound }) => pinskerBound),
        expected_tokens_per_call_iid: rows.map(({ expectedTokens }) => expectedTokens),
      };
    },
  },
  { partial: true },
);

function replay(numbers: ArrayLike<number>): () => number {
  let next = 0;
  return () => numbers[next++] ?? 0;
}

const pair = probabilities(2, 6).map(({ data }) => [data.subarray(0, 6), data.subarray(6)] as const);

describe('the rule of speculative sampling', () => {
  it('gives the law of the target: accepted mass and residual mass add up to p', () =>
    fc.assert(
      fc.property(pair, ([p, q]) => {
        const a = expectedAcceptance(p, q);
        const residual = residualLaw(p, q);
        p.forEach((value, v) => expect(Math.min(value, q[v]!) + (1 - a) * residual[v]!).toBeCloseTo(value, 12));
      }),
    ));

  it('accepts all when both laws are the same, and never less than Pinsker allows', () =>
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 8 }), ([p, q], gamma) => {
        const same = draftAcceptance(p, p, gamma);
        expect(same.acceptance).toBeCloseTo(1, 12);
        expect(same.expectedTokens).toBeCloseTo(gamma + 1, 9);
        const { totalVariation, pinskerBound, acceptance, expectedTokens } = draftAcceptance(p, q, gamma);
        expect(totalVariation).toBeLessThanOrEqual(pinskerBound + 1e-12);
        if (acceptance < 0.999) {
          expect(expectedTokens).toBeCloseTo((1 - acceptance ** (gamma + 1)) / (1 - acceptance), 9);
        }
      }),
    ));

  it('is exact over 200,000 draws', () => {
    const random = new Random(11);
    const p = [0.4, 0.1, 0.05, 0.2, 0.15, 0.1];
    const q = [0.1, 0.3, 0.2, 0.1, 0.2, 0.1];
    const counts = new Float64Array(6);
    let accepted = 0;
    const draws = 200_000;
    for (let i = 0; i < draws; i++) {
      const tokens = [drawFromLaw(q, random.uniform())];
      const found = verifyDraft({ target: [p, p], draft: [q], tokens }, () => random.uniform());
      accepted += found.accepted;
      counts[found.accepted ? tokens[0]! : found.token]!++;
    }
    const chiSquare = p.reduce((sum, value, v) => sum + (counts[v]! - draws * value) ** 2 / (draws * value), 0);
    expect(chiSquare).toBeLessThan(20.5); // 5 degrees of freedom, 0.1%
    expect(p.reduce((sum, value, v) => sum + Math.abs(counts[v]! / draws - value) / 2, 0)).toBeLessThan(0.005);
    expect(Math.abs(accepted / draws - expectedAcceptance(p, q))).toBeLessThan(0.005);
  });

  it('refuses a token that cannot have been drawn', () => {
    expect(() => acceptanceRatio([1, 0], [0, 1], 0)).toThrow(
      new DomainError('acceptanceRatio: token 0 must have a draft probability above 0, got 0'),
    );
  });
});

describe('speculative generation', () => {
  const random = new Random(8);
  const table = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => random.normal()));
  const logitsAfter = (tokens: readonly number[]) => table[tokens.at(-1)!]!;
  const poor = () => [0.5, 0, 0, 0.2];

  it('has the law of the target: pairs of tokens, by chi-square', async () => {
    const counts = new Map<string, number>();
    const runs = 4000;
    const target = batched(logitsAfter);
    for (let seed = 0; seed < runs; seed++) {
      const { tokens } = await completeSpeculatively({ target, draft: poor, prompt: [1], maxTokens: 2, seed });
      counts.set(tokens.join(), (counts.get(tokens.join()) ?? 0) + 1);
    }
    const law = lawOf(temperature({ temperature: 1 }));
    let chiSquare = 0;
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        const expected = runs * law(logitsAfter([1]))[a]! * law(logitsAfter([a]))[b]!;
        chiSquare += ((counts.get(`${a},${b}`) ?? 0) - expected) ** 2 / expected;
      }
    }
    expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, 0.1%
  });

  it('accepts every token of a perfect draft, and calls the target as often as theory says', async () => {
    const target = batched(logitsAfter);
    const perfect = await completeSpeculatively({ target, draft: logitsAfter, prompt: [1], maxTokens: 100 });
    expect(perfect).toMatchObject({ acceptance: 1, rounds: 20, tokensPerRound: 5 });
    const still = () => [1, 0, -1, 0.3];
    const found = await completeSpeculatively({ target: batched(still), draft: poor, prompt: [], maxTokens: 20_000 });
    const law = lawOf(temperature({ temperature: 1 }));
    const { expectedTokens } = draftAcceptance(law(still()), law(poor()), 4);
    expect(Math.abs(found.tokensPerRound / expectedTokens - 1)).toBeLessThan(0.02);
  });

  it('stops at a stop token and at the limit, and never drafts beyond', async () => {
    const target = batched(() => [0, 0, 0]);
    for (let seed = 0; seed < 30; seed++) {
      const { tokens } = await completeSpeculatively({
        target,
        draft: () => [0, 0, 0],
        prompt: [],
        maxTokens: 7,
        stop: 2,
        seed,
      });
      const end = tokens.indexOf(2);
      expect(tokens).toHaveLength(end < 0 ? 7 : end + 1);
    }
    const single = await completeSpeculatively({ target, draft: poor, prompt: [], maxTokens: 1 });
    expect(single).toMatchObject({ rounds: 1, drafted: 0 });
    expect(single.tokens).toHaveLength(1);
  });

  it('draws from the law of a sampler', async () => {
    const law = lawOf(chain([temperature({ temperature: 0.7 }), topP({ p: 0.6 })]));
    const { tokens } = await completeSpeculatively({
      target: batched(() => [3, 2.9, 0, 1]),
      draft: () => [1, 1, 1, 1],
      prompt: [],
      maxTokens: 200,
      law,
    });
    expect(new Set(tokens)).toEqual(new Set([0, 1]));
  });

  it('refuses a draft model of another vocabulary', async () => {
    await expect(
      completeSpeculatively({ target: batched(() => [0, 0, 0]), draft: () => [0, 0], prompt: [], maxTokens: 3 }),
    ).rejects.toThrow('speculative: logits must be [2] as they were before, got [3]');
    await expect(
      completeSpeculatively({ target: batched(poor), draft: poor, prompt: [], maxTokens: 3, draftLength: 0 }),
    ).rejects.toThrow(DomainError);
  });
});
