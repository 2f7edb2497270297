import { DomainError, Random } from '@surprisal/core';
import { goldens, probabilities } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverage, optimalPassNPolicy, passAtK } from './pass-at-k.js';

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

goldens(
  import.meta.url,
  '05-dco',
  {
    passAtK({ inputs, params }) {
      const samples = Array.from(inputs.num_samples.data as Int32Array);
      const success = Array.from(inputs.success_prob.data as Float64Array);
      const byK = params.ks.map((k: number) => samples.map((n, i) => passAtK(n, inputs.num_correct.data[i], k)));
      const byN = params.Ns.map((n: number) => success.map((p) => coverage(p, n)));
      return {
        unbiased_pass_at_k: byK.flat(),
        dataset_mean: byK.map(mean),
        coverage_from_prob: byN.flat(),
        dataset_coverage: byN.map(mean),
      };
    },
    optimalPassNPolicy({ inputs, params }) {
      const found = params.N.map((n: number) => optimalPassNPolicy(inputs.answer_probs.data, n)) as ReturnType<
        typeof optimalPassNPolicy
      >[];
      return {
        policy: found.flatMap(({ policy }) => Array.from(policy)),
        success: found.map(({ success }) => success),
        max_confidence: found.map(({ policy }) => Math.max(...policy)),
      };
    },
  },
  { partial: true },
);

const choose = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

describe('pass@k', () => {
  it('is the share of k-subsets with a correct one; c / n at k = 1; it rises with k and c', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(20), fc.integer({ min: 1, max: 20 }), (n, some, least) => {
        const [c, k] = [Math.min(some, n), Math.min(least, n)];
        const value = passAtK(n, c, k);
        expect(value).toBeCloseTo(1 - choose(n - c, k) / choose(n, k), 10);
        expect(passAtK(n, c, 1)).toBeCloseTo(c / n, 12);
        if (k < n) expect(passAtK(n, c, k + 1)).toBeGreaterThanOrEqual(value - 1e-12);
        if (c < n) expect(passAtK(n, c + 1, k)).toBeGreaterThanOrEqual(value - 1e-12);
        expect([passAtK(n, 0, k), passAtK(n, n, k)]).toEqual([0, 1]);
      }),
    ));

  it('is unbiased: its mean over the binomial number of correct samples is the coverage', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        for (let k = 1; k <= n; k++) {
          let expected = 0;
          for (let c = 0; c <= n; c++) expected += choose(n, c) * p ** c * (1 - p) ** (n - c) * passAtK(n, c, k);
          expect(expected).toBeCloseTo(coverage(p, k), 10);
        }
      }),
    ));

  it('survives numbers at which binomials overflow', () => {
    expect(passAtK(1e5, 10, 1e4)).toBeCloseTo(1 - 0.9 ** 10, 3);
    expect(coverage(0, 5)).toBe(0);
    expect(coverage(1, 5)).toBe(1);
  });

  it('refuses what is no count', () => {
    expect(() => passAtK(0, 0, 1)).toThrow(
      new DomainError('passAtK: samples must be a whole number of at least 1, got 0'),
    );
    expect(() => passAtK(5, 6, 1)).toThrow('passAtK: correct must be a whole number from 0 to 5, got 6');
    expect(() => passAtK(5, 2, 6)).toThrow('passAtK: k must be a whole number from 1 to 5, got 6');
    expect(() => coverage(1.5, 2)).toThrow(DomainError);
    expect(() => coverage(0.5, NaN)).toThrow(DomainError);
  });
});

describe('the optimal policy for N answers', () => {
  const budgets = fc.constantFrom(1, 1.5, 2, 4, 16, 256, 1e4);

  it('is a law, and no other policy succeeds more often', () =>
    fc.assert(
      fc.property(probabilities(1, 6), budgets, fc.integer({ min: 0, max: 1e6 }), ({ data: q }, budget, seed) => {
        const { policy, success } = optimalPassNPolicy(q, budget);
        expect(policy.reduce((sum, r) => sum + r, 0)).toBeCloseTo(1, 9);
        expect(policy.every((r) => r >= 0)).toBe(true);
        const random = new Random(seed);
        for (let other = 0; other < 20; other++) {
          const weights = Array.from(q, () => random.uniform() ** 4);
          const total = weights.reduce((sum, w) => sum + w, 0);
          const rival = weights.reduce((sum, w, i) => sum + q[i]! * coverage(w / total, budget), 0);
          expect(rival).toBeLessThanOrEqual(success + 1e-9);
        }
      }),
    ));

  it('is greedy for one answer, flattens as the budget grows, and is uniform on the support in the end', () => {
    const q = [0.1, 0.55, 0.35, 0];
    const largest = [1, 2, 4, 64, 1e6].map((n) => Math.max(...optimalPassNPolicy(q, n).policy));
    expect(optimalPassNPolicy(q, 1).policy).toEqual(Float64Array.of(0, 1, 0, 0));
    expect(largest).toEqual(largest.toSorted((a, b) => b - a));
    const { policy } = optimalPassNPolicy(q, 1e9);
    [1 / 3, 1 / 3, 1 / 3, 0].forEach((r, i) => expect(policy[i]).toBeCloseTo(r, 6));
  });

  it('refuses what is no law', () => {
    expect(() => optimalPassNPolicy([0.5, 0.2], 2)).toThrow(
      new DomainError('optimalPassNPolicy: probabilities must be >= 0 with sum 1, got a sum of 0.7'),
    );
    expect(() => optimalPassNPolicy([1], 0.5)).toThrow('optimalPassNPolicy: budget must be at least 1, got 0.5');
  });
});
