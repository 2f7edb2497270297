import { Random } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kneserNey } from './kneser-ney.js';
import { ngram, unigram } from './ngram.js';
import { switching } from './switching.js';

const V = 4;
const tokens = fc.array(fc.nat({ max: V - 1 }), { maxLength: 60 });

/** Interpolated Kneser-Ney as it is defined, by search through the text. */
function definition(text: readonly number[], order: number, how: 'modified' | 'absolute') {
  const strings = (n: number) => text.slice(0, Math.max(0, text.length - n + 1)).map((_, i) => text.slice(i, i + n));
  const tally = (items: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    return counts;
  };
  const key = (string: readonly number[]) => string.join();
  /** Counts of strings of n tokens: of the text at the full order, below it the different tokens before them. */
  const countsOf = (n: number) =>
    n === order ? tally(strings(n).map(key)) : tally([...new Set(strings(n + 1).map(key))].map((one) => one.slice(2)));
  const levels = Array.from({ length: order }, (_, i) => {
    const counts = countsOf(i + 1);
    const having = (c: number) => Array.from(counts.values()).filter((count) => count === c).length;
    const [n1, n2, n3, n4] = [1, 2, 3, 4].map(having) as [number, number, number, number];
    const y = n1 && n2 ? n1 / (n1 + 2 * n2) : 0.5;
    const estimate = (c: number, here: number, above: number) => {
      const d = c - ((c + 1) * y * above) / here;
      return how === 'modified' && here && above && d > 0 ? d : y;
    };
    return { counts, discounts: [0, estimate(1, n1, n2), estimate(2, n2, n3), estimate(3, n3, n4)] };
  });
  const prob = (token: number, context: readonly number[]): number => {
    const { counts, discounts } = levels[context.length]!;
    const shorter = context.length > 0 ? prob(token, context.slice(1)) : 1 / V;
    const of = (x: number) => counts.get(key([...context, x])) ?? 0;
    const all = Array.from({ length: V }, (_, x) => of(x));
    const total = all.reduce((sum, count) => sum + count, 0);
    if (total === 0) return shorter;
    const taken = all.reduce((sum, count) => sum + discounts[Math.min(count, 3)]!, 0);
    return (of(token) - discounts[Math.min(of(token), 3)]!) / total + (taken / total) * shorter;
  };
  return (token: number, context: readonly number[]) => prob(token, order > 1 ? context.slice(1 - order) : []);
}

describe('kneser-ney', () => {
  it.each(['modified', 'absolute'] as const)('is what its definition says (%s)', (discount) => {
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 1, max: 5 }), (train, context, order) => {
        const model = kneserNey({ order, discount }).train(train, { vocabularySize: V });
        const defined = definition(train, order, discount);
        for (let token = 0; token < V; token++)
          expect(Math.exp(model.logProb(token, context))).toBeCloseTo(defined(token, context), 9);
      }),
      { numRuns: 200 },
    );
  });

  it('comes close to the entropy rate of a source that it can see, and closer than add-one counts', () => {
    const source = switching({ k: 2, p: 0.9, q: 0.8 });
    const [train, test] = [1, 2].map((seed) => source.generate(20_000, new Random(seed)));
    const loss = (method: typeof kneserNey | typeof unigram) =>
      method().train(train!, { vocabularySize: 2 }).crossEntropy(test!);
    expect(loss(kneserNey)).toBeLessThan(1.02 * source.entropyRate);
    expect(loss(unigram)).toBeGreaterThan(0.98 * source.unigramEntropy);
  });
});

describe('ngram', () => {
  it('is the counts of the last tokens, with alpha added', () => {
    fc.assert(
      fc.property(
        tokens,
        tokens,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0.1, 1),
        (train, context, order, alpha) => {
          const model = ngram({ order, alpha }).train(train, { vocabularySize: V });
          const last = order > 1 ? context.slice(1 - order) : [];
          const follows = (x: number) =>
            train.filter(
              (token, i) =>
                token === x && i >= last.length && last.every((one, j) => train[i - last.length + j] === one),
            ).length;
          const total = [0, 1, 2, 3].reduce((sum, x) => sum + follows(x), 0);
          for (let x = 0; x < V; x++)
            expect(Math.exp(model.logProb(x, context))).toBeCloseTo((follows(x) + alpha) / (total + alpha * V), 9);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('at alpha 0 makes what was never seen impossible', () => {
    const model = unigram({ alpha: 0 }).train([0, 1], { vocabularySize: 3 });
    expect(model.logProb(2)).toBe(-Infinity);
    expect(model.crossEntropy([0, 2])).toBe(Infinity);
  });
});

describe('unigram', () => {
  it('at alpha 0 is the best of all memoryless laws on its own text, and its loss is the entropy of the frequencies', () => {
    const law = fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: V, maxLength: V });
    fc.assert(
      fc.property(
        tokens.filter((text) => text.length > 0),
        law,
        (text, weights) => {
          const loss = unigram({ alpha: 0 }).train(text, { vocabularySize: V }).crossEntropy(text);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const other = text.reduce((sum, token) => sum - Math.log(weights[token]! / total), 0) / text.length;
          expect(loss).toBeLessThanOrEqual(other + 1e-12);
        },
      ),
    );
  });
});
