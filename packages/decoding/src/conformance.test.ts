import { type AnyMethod, DomainError, ShapeError } from '@surprisal/core';
import { extremeLogits, logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replicate, sampleBatch } from './batch.js';
import { Candidates } from './candidates.js';
import plugin from './plugin.js';
import type { Sampler } from './sampler.js';

/** Every sampler must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'sampler') as readonly AnyMethod<'sampler'>[];

/** What some methods promise beyond: parameters that make a truncation of them, or nothing at all. */
const TRUNCATIONS: Record<string, object> = {
  greedy: {},
  'top-k': { k: 5 },
  'top-p': { p: 0.7 },
  'min-p': { m: 0.2 },
  typical: { tau: 0.6 },
  epsilon: { epsilon: 0.05 },
  eta: { epsilon: 0.2 },
  'tail-free': { z: 0.7 },
  'top-n-sigma': { n: 1 },
  xtc: { probability: 1 },
  'no-repeat-ngram': { n: 2 },
  mask: { allowed: [1, 3, 5, 7], banned: [3] },
  mirostat: {},
};
const DISABLED: Record<string, object> = {
  temperature: { temperature: 1 },
  'dynamic-temperature': { temperature: 1, range: 0 },
  'top-k': { k: 0 },
  'top-p': { p: 1 },
  'min-p': { m: 0 },
  typical: { tau: 1 },
  epsilon: { epsilon: 0 },
  eta: { epsilon: 0 },
  'tail-free': { z: 1 },
  'top-n-sigma': { n: -1 },
  xtc: { probability: 0 },
  dry: { multiplier: 0 },
  penalties: { repeat: 1, frequency: 0, presence: 0 },
  'no-repeat-ngram': { n: 0 },
  'logit-bias': { bias: {} },
  mask: {},
  'adaptive-p': { target: -1 },
  mirostat: { preset: 'llama-v2', mu0: 1e9 },
  'default-chain': { topK: 0, topP: 1, minP: 0, temperature: 1 },
};
/** Those whose rule is about which token is which. */
const NAMES_TOKENS = ['mask', 'logit-bias'];
/** Those that do not keep the order of logits. */
const REORDERS = ['adaptive-p', 'logit-bias', 'penalties', 'dry', 'default-chain'];
const HISTORY = [1, 2, 3, 1, 2, 3, 1, 2];

const V = 12;
const runs = { numRuns: 60 };
const rows = logits(1, V).map(({ data }) => data);
/** Rows with -Infinity masks among them, never all. */
const masked = fc
  .tuple(rows, fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: V - 1 }))
  .map(([row, gone]) => row.map((logit, i) => (gone.includes(i) ? -Infinity : logit)));

const applied = (sampler: Sampler, row: Parameters<Candidates['load']>[0]) => {
  const candidates = new Candidates().load(row);
  sampler.apply(candidates);
  return candidates;
};
const told = (sampler: Sampler, history: readonly number[] = HISTORY) => {
  for (const token of history) sampler.accept(token);
  return sampler;
};
const laws = (candidates: Candidates) =>
  new Map(Array.from(candidates.tokens(), (token, i) => [token, candidates.probability(i)]));
const draw = (sampler: Sampler, row: Float32Array, n: number) => Array.from({ length: n }, () => sampler.sample(row));

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  it('leaves at least one candidate, and only such, ascending, whose probabilities sum to 1', () => {
    fc.assert(
      fc.property(masked, (row) => {
        const candidates = applied(told(method()), row);
        const tokens = [...candidates.tokens()];
        expect(tokens.length).toBeGreaterThan(0);
        expect(tokens.every((token, i) => row[token]! > -Infinity && (i === 0 || token > tokens[i - 1]!))).toBe(true);
        const total = [...laws(candidates).values()].reduce((sum, p) => sum + p, 0);
        expect(Math.abs(total - 1)).toBeLessThan(1e-12);
        expect(candidates.max).toBe(Math.max(...candidates.logits.subarray(0, candidates.count)));
      }),
      runs,
    );
  });

  it('draws only what it left, and never a token of -Infinity', () => {
    fc.assert(
      fc.property(masked, fc.integer({ min: 0, max: 99 }), (row, seed) => {
        for (const rule of ['inverse', 'gumbel'] as const) {
          for (const token of draw(method({ seed, draw: rule }), row, 5)) expect(row[token]).toBeGreaterThan(-Infinity);
        }
      }),
      runs,
    );
  });

  it('gives the limit for extreme logits, and no NaN', () => {
    fc.assert(
      fc.property(extremeLogits(1, V), ({ data }) => {
        const candidates = applied(told(method()), data);
        expect([...laws(candidates).values()].every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(method().sample(data)).toBeLessThan(V);
      }),
      runs,
    );
    for (const row of [
      [1.7e308, -1.7e308, 1e308],
      [-1.7e308, -1.6e308, -1.7e308],
      [5e-324, 0, -5e-324],
    ]) {
      expect([...laws(applied(method(), row)).values()].every((p) => p >= 0 && p <= 1)).toBe(true);
    }
  });

  it('takes +Infinity for certainty, and a vocabulary of one', () => {
    if (!NAMES_TOKENS.includes(name)) expect(method().sample([3, 1, Infinity, 2])).toBe(2);
    const single = method();
    expect([single.sample([-4]), single.sample([7])]).toEqual([0, 0]);
  });

  it('draws the same for a seed, after reset, in a clone; and otherwise for another seed', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const sampler = told(method({ seed: 7 }));
        const first = draw(sampler, row, 12);
        const clone = sampler.clone();
        const next = draw(sampler, row, 12);
        expect(draw(clone, row, 12)).toEqual(next);
        sampler.reset();
        expect(draw(told(sampler), row, 12)).toEqual(first);
        expect(draw(told(method({ seed: 7 })), row, 12)).toEqual(first);
      }),
      { numRuns: 20 },
    );
    if (name === 'greedy') return;
    const flat = new Float32Array(V);
    expect(draw(method({ seed: 1 }), flat, 40)).not.toEqual(draw(method({ seed: 2 }), flat, 40));
    const sampler = method({ seed: 1 });
    expect(draw(sampler.clone('other'), flat, 40)).not.toEqual(draw(sampler.clone(), flat, 40));
  });

  it('does not disturb the sampler that it was cloned from', () => {
    const row = Float32Array.from({ length: V }, (_, i) => i / 3);
    const [left, right] = [told(method()), told(method())];
    const clone = left.clone();
    draw(clone, row, 30);
    clone.reset();
    expect(draw(left, row, 10)).toEqual(draw(right, row, 10));
  });

  it('samples the rows of a batch as it would each alone', () => {
    fc.assert(
      fc.property(logits(3, V), (batch) => {
        const sampler = told(method({ seed: 5 }));
        const many = replicate(sampler, 3);
        const alone = replicate(sampler, 3);
        for (let step = 0; step < 4; step++) {
          const singles = alone.map((one, b) => one.sample(batch.data.slice(b * V, (b + 1) * V)));
          expect([...sampleBatch(many, batch)]).toEqual(singles);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('takes logits of all forms alike', () => {
    const row = [0.5, -1, 2, 1.25, 0];
    const column = Float64Array.from([0.5, 9, -1, 9, 2, 9, 1.25, 9, 0, 9]);
    const forms = [row, Float32Array.from(row), Float64Array.from(row), { data: row, shape: [5] }];
    const strided = { data: column, shape: [5], stride: 2 };
    const second = { data: [...row, ...row], shape: [2, 5], row: 1 };
    const drawn = [...forms, strided, second].map((form) => {
      const sampler = method({ seed: 2 });
      return Array.from({ length: 10 }, () => sampler.sample(form));
    });
    for (const tokens of drawn) expect(tokens).toEqual(drawn[0]);
  });

  it('keeps its buffers from token to token', () => {
    const sampler = told(method());
    const candidates = new Candidates().load(new Float32Array(V));
    const buffers = () => [candidates.ids, candidates.logits, candidates.weights].map(({ buffer }) => buffer);
    const before = buffers();
    for (let step = 0; step < 20; step++) {
      candidates.load(Float32Array.from({ length: V }, (_, i) => Math.sin(i * step)));
      sampler.apply(candidates);
      sampler.accept(candidates.ids[0]!);
      buffers().forEach((buffer, i) => expect(buffer).toBe(before[i]));
    }
  });

  it('refuses what it cannot compute, in one line', () => {
    const fails = (message: string) => new DomainError(`${name}: ${message}`);
    expect(() => method().sample([])).toThrow(fails('logits must hold at least one number, got none'));
    expect(() => method().sample([1, NaN])).toThrow(fails('logits must be numbers, got NaN for token 1'));
    expect(() => method().sample([-Infinity, -Infinity])).toThrow(
      fails('logits must hold one above -Infinity, got none'),
    );
    expect(() => method().accept(-1)).toThrow(fails('token must be a whole number >= 0, got -1'));
    expect(() => told(method(), [9]).sample([1, 2])).toThrow(fails('token must be a whole number from 0 to 1, got 9'));
    expect(() => method().sample({ data: [1, 2], shape: [1, 1, 2] })).toThrow(
      new ShapeError(`${name}: logits must be [V] or [B, V], got [1, 1, 2]`),
    );
    const sampler = method();
    sampler.sample([1, 2, 3]);
    expect(() => sampler.sample([1, 2])).toThrow(
      new ShapeError(
        `${name}: logits must be of 3 tokens as before, got 2; reset() the sampler for another vocabulary`,
      ),
    );
    sampler.reset();
    expect(sampler.sample([1, 2])).toBeLessThan(2);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
    expect(() => method({ seed: 0.5 })).toThrow(fails('seed must be a whole number, got 0.5'));
  });

  it.runIf(name in DISABLED)('changes nothing at its neutral value', () => {
    fc.assert(
      fc.property(masked, (row) => {
        const before = laws(new Candidates().load(row));
        const after = laws(applied(told(method(DISABLED[name])), row));
        expect([...after.keys()]).toEqual([...before.keys()]);
        for (const [token, p] of before) expect(Math.abs(after.get(token)! - p)).toBeLessThan(1e-12);
      }),
      runs,
    );
  });

  it.runIf(name in TRUNCATIONS)('keeps the odds of what it leaves', () => {
    fc.assert(
      fc.property(masked, (row) => {
        fc.pre(name !== 'mask' || [1, 5, 7].some((token) => row[token]! > -Infinity));
        const before = new Candidates().load(row);
        const candidates = applied(told(method(TRUNCATIONS[name])), row);
        const kept = [...candidates.tokens()];
        const mass = kept.reduce((sum, token) => sum + before.probability(before.position(token)), 0);
        kept.forEach((token, i) => {
          const expected = before.probability(before.position(token)) / mass;
          expect(Math.abs(candidates.probability(i) - expected)).toBeLessThan(1e-12);
        });
      }),
      runs,
    );
  });

  it.skipIf(REORDERS.includes(name))('keeps the order of the logits', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const candidates = applied(told(method(TRUNCATIONS[name])), row);
        const tokens = [...candidates.tokens()];
        tokens.forEach((a, i) =>
          tokens.forEach(
            (b, j) => row[a]! > row[b]! && expect(candidates.logits[i]).toBeGreaterThan(candidates.logits[j]!),
          ),
        );
      }),
      runs,
    );
  });

  it('does not see a constant added to all logits', () => {
    const eighths = fc.array(
      fc.integer({ min: -80, max: 80 }).map((n) => n / 8),
      { minLength: V, maxLength: V },
    );
    fc.assert(
      fc.property(eighths, fc.integer({ min: -100, max: 100 }), (row, shift) => {
        const law = (logits: number[]) => laws(applied(told(method(TRUNCATIONS[name])), logits));
        const tokens = (factor: number) => [...law(row.map((logit) => logit * factor)).keys()].join();
        fc.pre(tokens(1 + 1e-12) === tokens(1 - 1e-12)); // no token so near a border that a rounding takes it across
        const moved = law(row.map((logit) => logit + shift));
        for (const [token, p] of law(row)) expect(Math.abs(moved.get(token)! - p)).toBeLessThan(1e-9);
        expect(moved.size).toBe(law(row).size);
      }),
      runs,
    );
  });

  it.skipIf(NAMES_TOKENS.includes(name))('does not care how tokens are numbered', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: -4000, max: 4000 }), { minLength: V, maxLength: V });
    fc.assert(
      fc.property(distinct, fc.shuffledSubarray([...Array(V).keys()], { minLength: V }), (grid, order) => {
        const row = grid.map((point) => point / 500);
        const law = laws(applied(told(method(TRUNCATIONS[name])), row));
        const renamed = applied(
          told(
            method(TRUNCATIONS[name]),
            HISTORY.map((token) => order.indexOf(token)),
          ),
          order.map((token) => row[token]!),
        );
        expect(renamed.count).toBe(law.size);
        for (const [token, p] of laws(renamed)) expect(Math.abs(p - law.get(order[token]!)!)).toBeLessThan(1e-9);
      }),
      runs,
    );
  });
});
