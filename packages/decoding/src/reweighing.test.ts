import { DomainError } from '@surprisal/core';
import { logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveP } from './adaptive-p.js';
import { Candidates } from './candidates.js';
import { repetitions, dry } from './dry.js';
import { dynamicTemperature } from './dynamic-temperature.js';
import { logitBias } from './logit-bias.js';
import { mask } from './mask.js';
import { completions, noRepeatNgram } from './no-repeat-ngram.js';
import { penalties } from './penalties.js';
import type { Sampler } from './sampler.js';
import { temperature } from './temperature.js';

const V = 8;
const rows = logits(1, V).map(({ data }) => Array.from(data));
const histories = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 24 });

const applied = (row: readonly number[], ...samplers: Sampler[]) => {
  const candidates = new Candidates().load(row);
  for (const sampler of samplers) sampler.apply(candidates);
  return candidates;
};
const told = <S extends Sampler>(sampler: S, history: readonly number[]) => {
  for (const token of history) sampler.accept(token);
  return sampler;
};
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
  Array.from(expected, (value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-9 * (1 + Math.abs(value))));

describe('temperature', () => {
  it('composes: T1, then T2, is T1 T2', () => {
    fc.assert(
      fc.property(
        rows,
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        (row, first, second) => {
          const twice = applied(row, temperature({ temperature: first }), temperature({ temperature: second }));
          near(twice.logits, applied(row, temperature({ temperature: first * second })).logits);
        },
      ),
    );
  });

  it('goes to the most probable token at 0, which transformers refuses', () => {
    expect([...applied([1, 3, 3], temperature({ temperature: 0 })).tokens()]).toEqual([1]);
    expect(applied([1, 3, 2], temperature({ temperature: 1e-300 })).probability(1)).toBe(1);
    expect(() => temperature({ temperature: 0, semantics: 'transformers' })).toThrow(
      new DomainError('temperature: temperature must be greater than 0 with the semantics of transformers, got 0'),
    );
  });
});

describe('dynamic temperature', () => {
  it('is coldest for a certain, hottest for a flat distribution', () => {
    const gap = (row: number[]) => {
      const { logits } = applied(row, dynamicTemperature({ temperature: 1, range: 0.5 }));
      return (row[0]! - row[1]!) / (logits[0]! - logits[1]!);
    };
    expect(gap([40, 0])).toBeCloseTo(0.5, 6);
    expect(gap([1e-6, 0])).toBeCloseTo(1.5, 6);
  });

  it('is temperature for a range of 0, and greedy where the lowest temperature is 0', () => {
    const fixed = applied([3, 1, 2], dynamicTemperature({ temperature: 0.5, range: 0 }));
    near(fixed.logits, applied([3, 1, 2], temperature({ temperature: 0.5 })).logits);
    expect(applied([2000, 0], dynamicTemperature({ temperature: 1, range: 1 })).count).toBe(1);
  });
});

describe('penalties', () => {
  it('repetition is undone by its inverse, where no sign changes', () => {
    fc.assert(
      fc.property(rows, histories, fc.double({ min: 0.5, max: 2, noNaN: true }), (row, history, repeat) => {
        const there = told(penalties({ repeat }), history);
        const back = told(penalties({ repeat: 1 / repeat }), history);
        near(applied(row, there, back).logits, row);
      }),
    );
  });

  it('frequency and presence add up over the history', () => {
    fc.assert(
      fc.property(rows, histories, histories, (row, first, second) => {
        const parts = [first, second].map((history) => told(penalties({ frequency: 0.3, lastN: -1 }), history));
        const whole = told(penalties({ frequency: 0.3, lastN: -1 }), [...first, ...second]);
        near(applied(row, ...parts).logits, applied(row, whole).logits);
      }),
    );
    expect([...applied([1, 1], told(penalties({ presence: 0.5 }), [0, 0, 0])).logits]).toEqual([0.5, 1]);
  });

  it('count the last tokens alone', () => {
    fc.assert(
      fc.property(rows, histories, fc.integer({ min: 0, max: 6 }), (row, history, lastN) => {
        const settings = { repeat: 1.3, frequency: 0.2, presence: 0.1 };
        const window = told(penalties({ ...settings, lastN }), history);
        const last = told(penalties({ ...settings, lastN: -1 }), lastN === 0 ? [] : history.slice(-lastN));
        near(applied(row, window).logits, applied(row, last).logits);
      }),
    );
  });
});

describe('DRY', () => {
  /** The card's words, without the linear-time trick. */
  function lengthsByDefinition(history: readonly number[], allowed: number, breakers: readonly number[]) {
    const since = history.length - 1 - history.findLastIndex((token) => breakers.includes(token));
    const found = new Map<number, number>();
    if (history.length <= allowed || since < allowed) return found;
    for (let i = 0; i < history.length - 1; i++) {
      let length = 0;
      while (length <= i && history[i - length] === history[history.length - 1 - length]) length++;
      const capped = Math.min(length, since);
      const next = history[i + 1]!;
      if (capped >= allowed && !breakers.includes(next)) found.set(next, Math.max(capped, found.get(next) ?? 0));
    }
    return found;
  }

  it('finds the longest repetition that each token would prolong', () => {
    fc.assert(
      fc.property(
        histories,
        fc.integer({ min: 1, max: 4 }),
        fc.subarray([0, 1, 2, 3], { maxLength: 2 }),
        (history, allowed, breakers) => {
          const sorted = (lengths: Map<number, number>) => [...lengths].sort(([a], [b]) => a - b);
          expect(sorted(repetitions(history, allowed, breakers))).toEqual(
            sorted(lengthsByDefinition(history, allowed, breakers)),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('caps the exponent where float32 would overflow, and looks at the last tokens alone', () => {
    const loop = Array.from({ length: 400 }, () => 1);
    expect(applied([0, 0], told(dry({ base: 4, multiplier: 1 }), loop)).logits[1]).toBe(-(4 ** 63));
    expect([...applied([0, 0], told(dry({ lastN: 2 }), loop)).logits]).toEqual([0, 0]);
  });

  it('takes a greedy text out of its loop', () => {
    const next = [1, 2, 0, 3];
    const text = (sampler: Sampler) => {
      let token = 0;
      return Array.from(
        { length: 40 },
        () => (token = sampler.sample(next.map((_, i) => (i === next[token] ? 3 : 0)))),
      );
    };
    expect(new Set(text(temperature({ temperature: 0 })))).not.toContain(3);
    const tamed = dry({ multiplier: 2, seed: 1 });
    expect(new Set(text(tamed))).toContain(3);
  });
});

describe('no-repeat n-gram', () => {
  it('bans what would complete an n-gram of the text', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 4 }), (history, n) => {
        const ngrams = history.map((_, i) => history.slice(i, i + n).join()).filter((_, i) => i + n <= history.length);
        const prefix = history.slice(history.length - (n - 1), history.length);
        const banned = [0, 1, 2, 3].filter(
          (token) => history.length >= n - 1 && ngrams.includes([...prefix.slice(0, n - 1), token].join()),
        );
        expect(completions(history, n)).toEqual(banned);
      }),
      { numRuns: 500 },
    );
  });

  it('writes no n-gram twice, and leaves the candidates alone when all are banned', () => {
    const sampler = noRepeatNgram({ n: 2 });
    const text = Array.from({ length: 16 }, () => sampler.sample(new Float32Array(8)));
    expect(new Set(text.slice(1).map((token, i) => `${text[i]} ${token}`)).size).toBe(15);
    expect(applied([1, 2], told(noRepeatNgram({ n: 1 }), [0, 1])).count).toBe(2);
  });
});

describe('mask and bias', () => {
  it('let through what they are told', () => {
    expect([...applied([1, 2, 3, 4], mask({ allowed: [0, 1, 2], banned: [1] })).tokens()]).toEqual([0, 2]);
    expect([...applied([1, 2, 3], logitBias({ bias: { 1: -0.5 } })).logits]).toEqual([1, 1.5, 3]);
  });

  it('follow the text, in a clone its own', () => {
    const sampler = mask({ allowed: (accepted) => (accepted.length % 2 === 0 ? [0] : undefined) });
    expect([0, 1, 2, 3].map(() => sampler.sample([0, 50]))).toEqual([0, 1, 0, 1]);
    const clone = sampler.clone();
    clone.accept(1);
    expect([sampler.sample([0, 50]), clone.sample([0, 50])]).toEqual([0, 1]);
  });

  it('refuse what leaves nothing, and tokens outside of the vocabulary', () => {
    expect(() => applied([1, -Infinity], mask({ allowed: [1] }))).toThrow(
      new DomainError('mask: allowed must leave a candidate, got none of 1'),
    );
    expect(() => applied([1, 2], mask({ banned: [2] }))).toThrow(
      'mask: tokens must be whole numbers from 0 to 1, got 2',
    );
    expect(() => applied([1, 2], logitBias({ bias: { 2: 1 } }))).toThrow('logit-bias: tokens must be below 2, got 2');
    expect(() => logitBias({ bias: { x: 1 } })).toThrow(DomainError);
    expect(() => mask({ allowed: [0.5] })).toThrow(DomainError);
  });
});

describe('adaptive-p', () => {
  it('holds the mean probability of the chosen tokens near its target', () => {
    for (const target of [0.3, 0.6]) {
      const sampler = adaptiveP({ target, decay: 0.99 });
      const row = [0.6, 0.3, 0.06, 0.03, 0.01].map(Math.log);
      for (let step = 0; step < 2000; step++) sampler.sample(row);
      expect(Math.abs(sampler.mean - target)).toBeLessThan(0.05);
    }
  });

  it('learns nothing from a token that it did not offer', () => {
    const sampler = adaptiveP();
    sampler.accept(1);
    expect(sampler.mean).toBe(0.5);
  });
});
