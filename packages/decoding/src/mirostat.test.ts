import { DomainError, Random } from '@surprisal/core';
import { goldens, logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Candidates } from './candidates.js';
import { mirostatPresets } from './mirostat-presets.js';
import { mirostat, roundHalfToEven, wholeK } from './mirostat.js';
import { temperature } from './temperature.js';
import { realK, zipfExponent } from './zipf.js';

/** The llama.cpp loops: the tokens are given, the controller follows. */
const givenTokens = ({ inputs: { logits, chosen_token: chosen } }: Golden, sampler: ReturnType<typeof mirostat>) => {
  const steps = Array.from(chosen.data as Int32Array, (token, row) => {
    const candidates = new Candidates().load({ ...logits, row });
    sampler.apply(candidates);
    const prob = candidates.probability(candidates.position(token));
    sampler.accept(token);
    return { kept: sampler.kept, prob, mu: sampler.mu };
  });
  return {
    kept: steps.map(({ kept }) => kept),
    chosen_prob_renormalised: steps.map(({ prob }) => prob),
    mu_after: steps.map(({ mu }) => mu),
  };
};

interface Golden {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the table in the paper's card gives the types
  readonly inputs: any;
}

goldens(
  import.meta.url,
  '29-mirostat',
  {
    mirostatEstimate: ({ inputs, params: { ratios } }) => {
      const candidates = new Candidates().load(inputs.logits);
      const exponent = zipfExponent(candidates, ratios);
      const sizes = Array.from(inputs.n.data as Int32Array);
      const k = sizes.map((n) => Array.from(inputs.mu.data as Float64Array, (mu) => realK(exponent, mu, n)));
      return {
        s_hat: exponent,
        s_hat_99_ratios: zipfExponent(candidates, 99),
        k_real: k,
        k_rounded: k.map((row) => row.map(roundHalfToEven)),
      };
    },
    mirostatReferenceLoop: ({ inputs: { logits, uniform }, params: { tau, eta, mu0, n, ratios } }) => {
      const sampler = mirostat({ preset: 'reference', tau, eta, mu0, n, ratios });
      const steps = Array.from(uniform.data as Float64Array, (u, row) => {
        const candidates = new Candidates().load({ ...logits, row });
        sampler.apply(candidates);
        const rank = rankDrawn(candidates, u);
        sampler.accept(candidates.ids[candidates.largest(rank + 1)[rank]!]!);
        return { rank, k: sampler.kept, s: sampler.exponent, surprise: sampler.surprise, mu: sampler.mu };
      });
      return {
        s_hat: steps.map(({ s }) => s),
        k: steps.map(({ k }) => k),
        rank: steps.map(({ rank }) => rank),
        surprise_bits: steps.map(({ surprise }) => surprise),
        mu_after: steps.map(({ mu }) => mu),
      };
    },
    mirostatLlamaV1Loop: (golden) => {
      const { tau, eta, m, n_vocab: n, mu0 } = golden.params;
      return givenTokens(golden, mirostat({ preset: 'llama-v1', tau, eta, ratios: m - 1, n, mu0 }));
    },
    mirostatLlamaV2Loop: (golden) => {
      const { tau, eta, mu0 } = golden.params;
      return givenTokens(golden, mirostat({ preset: 'llama-v2', tau, eta, mu0 }));
    },
  },
  { partial: true },
);

/** The official script draws in the order of ranks, not of the vocabulary: the first rank whose cumulative probability exceeds u. */
function rankDrawn(candidates: Candidates, u: number): number {
  const order = candidates.largest(candidates.count);
  let cumulative = 0;
  let rank = -1;
  do cumulative += candidates.probability(order[++rank]!);
  while (cumulative <= u);
  return rank;
}

const rows = logits(1, 30).map(({ data }) => Array.from(data));
const presets = Object.keys(mirostatPresets) as (keyof typeof mirostatPresets)[];
const bits = (row: readonly number[], token: number) => {
  const candidates = new Candidates().load(row);
  return (candidates.logTotal - row[token]!) / Math.LN2;
};
const zipf = (exponent: number, size: number) => Array.from({ length: size }, (_, i) => -exponent * Math.log(i + 1));
const cut = (sampler: ReturnType<typeof mirostat>, row: readonly number[]) => {
  const candidates = new Candidates().load(row);
  sampler.apply(candidates);
  return candidates;
};

describe.each(presets)('mirostat, preset %s', (preset) => {
  it('moves mu by -eta (S - tau), so that the mean surprise is tau + (mu0 - mu) / (eta T)', () => {
    fc.assert(
      fc.property(
        fc.array(rows, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (text, tau) => {
          const sampler = mirostat({ preset, tau, eta: 0.2 });
          expect(sampler.mu).toBe(mirostatPresets[preset].mu0PerTau * tau);
          for (const row of text) {
            const before = sampler.mu;
            sampler.sample(row);
            const unclamped = before - 0.2 * (sampler.surprise - tau);
            expect(sampler.mu).toBeCloseTo(Math.max(mirostatPresets[preset].muMin, unclamped), 10);
          }
        },
      ),
    );
  });

  it('keeps more with a larger mu, a prefix of the sorted order', () => {
    const size = fc.double({ min: 0.01, max: 12, noNaN: true });
    fc.assert(
      fc.property(rows, size, size, (row, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((mu0) => [
          ...cut(mirostat({ preset, mu0 }), row).tokens(),
        ]);
        expect(more).toEqual(expect.arrayContaining(less!));
        const sorted = row.map((_, i) => i).sort((i, j) => row[j]! - row[i]! || i - j);
        expect(less).toEqual(sorted.slice(0, less!.length).sort((i, j) => i - j));
      }),
    );
  });

  it('measures surprise in bits, of the distribution it says', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const original = mirostat({ preset, surprise: 'original', seed: 3 });
        const renormalised = mirostat({ preset, surprise: 'renormalised', seed: 3 });
        const token = original.sample(row);
        expect(renormalised.sample(row)).toBe(token);
        expect(original.surprise).toBeCloseTo(bits(row, token), 9);
        const keptMass = [...cut(mirostat({ preset }), row).tokens()].reduce((sum, t) => sum + 2 ** -bits(row, t), 0);
        expect(original.surprise - renormalised.surprise).toBeCloseTo(-Math.log2(keptMass), 9);
        const kept = cut(mirostat({ preset }), row);
        expect(kept.entropy / Math.LN2).toBeLessThanOrEqual(Math.log2(kept.count) + 1e-9); // its expectation
      }),
    );
  });

  it.each(presets)('keeps its first cut when eta is 0, of %s', (preset) => {
    const sampler = mirostat({ preset, tau: 1, eta: 0 });
    const { mu } = sampler;
    for (let t = 0; t < 20; t++) sampler.sample([3, 2, 1, 0, -1, -2]);
    expect(sampler.mu).toBe(mu);
  });

  it('is unmoved by tokens that it did not offer', () => {
    const sampler = mirostat({ preset, mu0: 0.001 });
    sampler.accept(2);
    cut(sampler, [9, 0, 0]);
    sampler.accept(2);
    expect([sampler.mu, sampler.surprise]).toEqual([0.001, NaN]);
  });

  it('goes on where the last token left it, in a clone too', () => {
    const sampler = mirostat({ preset });
    sampler.sample([3, 1, 0, 2]);
    expect(sampler.mu).not.toBe(mirostat({ preset }).mu);
    expect(sampler.clone().mu).toBe(sampler.mu);
  });
});

describe('mirostat', () => {
  it('holds the surprise of Zipf laws of changing exponent at its target, with original surprise', () => {
    for (const [preset, eta] of [
      ['reference', 1],
      ['reference', 0.1],
      ['llama-v2', 0.1],
    ] as const) {
      for (const tau of [2, 3, 5])
        expect(Math.abs(meanSurprise(preset, eta, tau, 'original') - tau)).toBeLessThan(0.05);
    }
  });

  it('ends above a low target with renormalised surprise, as llama.cpp has it', () => {
    for (const tau of [2, 3]) expect(meanSurprise('llama-v2', 0.1, tau, 'renormalised')).toBeGreaterThan(tau + 0.3);
  });

  it('finds the exponent of a Zipf law, and s / T at a temperature T', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 150 }),
        (exponent, ratios) => {
          const candidates = new Candidates().load(zipf(exponent, 200));
          expect(zipfExponent(candidates, ratios)).toBeCloseTo(exponent, 9);
          temperature({ temperature: 2 }).apply(candidates);
          expect(zipfExponent(candidates, ratios)).toBeCloseTo(exponent / 2, 9);
        },
      ),
    );
  });

  it('keeps one token where it cannot estimate, and all where the head is flat', () => {
    const reference = () => mirostat({ preset: 'reference' });
    expect(cut(reference(), [5]).count).toBe(1);
    expect(cut(reference(), [5, -1e30, -1e30]).count).toBe(1); // one token of positive probability
    expect(cut(reference(), [0, 0, 0, 0]).count).toBe(4);
    expect(reference().sample([0, -Infinity, -Infinity])).toBe(0);
    expect(cut(mirostat({ preset: 'llama-v2', mu0: 1e-9 }), [0, 0, 1]).count).toBe(1);
    expect(cut(mirostat({ mu0: 1e6 }), zipf(1.2, 50)).count).toBe(50);
  });

  it('cuts ties at the border all or none, in version 2', () => {
    const v2 = (mu0: number) => cut(mirostat({ preset: 'llama-v2', mu0 }), [2, 1, 1, 1, 0]).count;
    expect(new Set([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5].map(v2))).toEqual(new Set([1, 4, 5]));
  });

  it('makes whole numbers of k by the rule of the preset', () => {
    expect([0.4, 0.5, 1.5, 2.5, 2.6].map(roundHalfToEven)).toEqual([0, 0, 2, 2, 3]);
    expect([0.2, 2.5, 3.7].map((k) => wholeK('round_plus_one', k))).toEqual([1, 3, 5]);
    expect([0.2, 2.5, 3.7].map((k) => wholeK('round_min1', k))).toEqual([1, 2, 4]);
    expect([0.2, 2.5, 3.7].map((k) => wholeK('trunc_min1', k))).toEqual([1, 2, 3]);
  });

  it('never lets mu of the notebook fall below 0, nor below what it is told', () => {
    const after = (settings: Parameters<typeof mirostat>[0]) => {
      const sampler = mirostat({ tau: 1, eta: 100, ...settings });
      for (let step = 0; step < 30; step++) sampler.sample(new Float64Array(2000));
      return sampler.mu;
    };
    expect(after({ preset: 'notebook', mu0: 1e6 / 2 })).toBeGreaterThanOrEqual(0);
    expect(after({ preset: 'reference', mu0: 11, muMin: 0.5 })).toBeGreaterThanOrEqual(0.5);
  });

  it('refuses a target below 0', () => {
    expect(() => mirostat({ tau: -1 })).toThrow(new DomainError('mirostat: tau must be at least 0, got -1'));
  });
});

/** The mean original surprise, in bits, of 2000 tokens from Zipf laws over 5000 tokens, s uniform in [1, 1.6]. */
function meanSurprise(
  preset: keyof typeof mirostatPresets,
  eta: number,
  tau: number,
  surprise: 'original' | 'renormalised',
): number {
  const random = new Random(29);
  const logarithms = zipf(1, 5000);
  const row = new Float64Array(5000);
  const sampler = mirostat({ preset, eta, tau, surprise, seed: 1 });
  let total = 0;
  for (let step = 0; step < 2000; step++) {
    const exponent = random.uniform(1, 1.6);
    for (let i = 0; i < row.length; i++) row[i] = exponent * logarithms[i]!;
    let mass = 0;
    for (let i = 0; i < row.length; i++) mass += Math.exp(row[i]!);
    total += (Math.log(mass) - row[sampler.sample(row)]!) / Math.LN2;
  }
  return total / 2000;
}
