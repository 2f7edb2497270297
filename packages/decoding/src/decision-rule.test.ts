import { type AnyMethod, DomainError, Random } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  argmaxUtility,
  expectedGainOfSampling,
  expectedGains,
  lengthNormalised,
  minimumBayesRisk,
  sampleDecision,
} from './decision-rules.js';
import { bleu, editDistance, editSimilarity, gainMatrix, identityGain, tokenF1 } from './gain.js';
import { softmax } from './log-softmax.js';
import plugin from './plugin.js';

/** Every rule must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'decision-rule',
) as readonly AnyMethod<'decision-rule'>[];

const texts = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 }), { minLength: 2, maxLength: 6 });
const utilitiesFor = (texts: readonly unknown[], seed: number) => {
  const random = new Random(seed);
  return texts.map(() => 2 * random.normal());
};
const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  const lengths = [2, 5, 3];

  it('chooses a candidate, the same when a constant is added to all utilities of equal length', () => {
    const gain = gainMatrix([['a'], ['a', 'b'], ['c']], tokenF1);
    for (const utilities of [
      [0.3, -1, 0.2],
      [4, 5, 6],
      [0, 0, 0],
    ]) {
      const decision = { utilities, lengths: [3, 3, 3], gain };
      const choice = method()(decision);
      expect([0, 1, 2]).toContain(choice);
      expect(method()({ ...decision, utilities: utilities.map((u) => u - 40) })).toBe(choice);
    }
  });

  it('never chooses what cannot be, and takes one candidate', () => {
    expect(method()({ utilities: [-Infinity, 3, -Infinity], lengths })).toBe(1);
    expect(method()({ utilities: [-7], lengths: [2] })).toBe(0);
  });

  it('refuses what it cannot decide, in one line', () => {
    expect(() => method()({ utilities: [] })).toThrow(
      new DomainError(`${name}: utilities must be numbers, one at least above -Infinity, got none`),
    );
    expect(() => method()({ utilities: [1, NaN, 0], lengths })).toThrow(/got NaN/);
    expect(() => method()({ utilities: [-Infinity] })).toThrow(/got -Infinity for all/);
    expect(() => method()({ utilities: [1, 2], lengths })).toThrow(
      `${name}: lengths must have an entry for each of 2 candidates, got 3`,
    );
    expect(() => method()({ utilities: [1, 2], lengths: [1, 0] })).toThrow(/lengths must be at least 1, got 0/);
    expect(() => method()({ utilities: [1, 2], gain: [[1], [1]] })).toThrow(/every row of gain must have an entry/);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

describe('minimum Bayes risk', () => {
  it('gains no less than sampling, which gains no less than the worst; a constant in the gain changes no choice', () =>
    fc.assert(
      fc.property(
        texts,
        seeds,
        fc.constantFrom(tokenF1, editSimilarity, bleu, identityGain),
        (candidates, seed, measure) => {
          const utilities = utilitiesFor(candidates, seed);
          const gain = gainMatrix(candidates, measure);
          const law = softmax(utilities);
          const gains = expectedGains(law, gain);
          const choice = minimumBayesRisk()({ utilities, gain });
          expect(gains[choice]).toBe(Math.max(...gains));
          const sampled = expectedGainOfSampling(law, gain);
          expect(gains[choice]).toBeGreaterThanOrEqual(sampled - 1e-12);
          expect(sampled).toBeGreaterThanOrEqual(Math.min(...gains) - 1e-12);
          const moved = gain.map((row) => row.map((value) => value + 3));
          expect(gains[minimumBayesRisk()({ utilities, gain: moved })]).toBeCloseTo(gains[choice]!, 9);
        },
      ),
    ));

  it('with the identity as gain is the most probable candidate', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const utilities = utilitiesFor([1, 2, 3, 4], seed);
        const identity = utilities.map((_, a) => utilities.map((_, b) => (a === b ? 1 : 0)));
        expect(minimumBayesRisk()({ utilities, gain: identity })).toBe(argmaxUtility()({ utilities }));
        expect(minimumBayesRisk()({ utilities })).toBe(argmaxUtility()({ utilities }));
      }),
    ));

  it('takes given probabilities in place of the softmax', () => {
    expect(minimumBayesRisk()({ utilities: [5, 0], probabilities: [0.1, 0.9] })).toBe(1);
  });
});

describe('the other rules', () => {
  it('length-normalised at 0 is the argmax, and wants lengths', () => {
    const decision = { utilities: [-3, -4], lengths: [1, 4] };
    expect(lengthNormalised({ lengthPenalty: 0 })(decision)).toBe(0);
    expect(lengthNormalised()(decision)).toBe(1);
    expect(() => lengthNormalised()({ utilities: [1] })).toThrow(
      'length-normalised: lengths must be given, got nothing',
    );
  });

  it('sample draws as often as is probable, differently for each seed', () => {
    const rule = sampleDecision({ seed: 3 });
    const utilities = [0.7, 0.2, 0.1].map(Math.log);
    const counts = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[rule({ utilities })]!++;
    const chiSquare = [7000, 2000, 1000].reduce((sum, e, c) => sum + (counts[c]! - e) ** 2 / e, 0);
    expect(chiSquare).toBeLessThan(13.82); // 2 degrees of freedom, 0.1%
  });
});

describe('gains', () => {
  it('lie in [0, 1], are 1 for the same text, and (but for BLEU) the same both ways', () =>
    fc.assert(
      fc.property(texts, ([a, b]) => {
        for (const gain of [identityGain, tokenF1, editSimilarity, bleu]) {
          expect(gain(a!, b!)).toBeGreaterThanOrEqual(0);
          expect(gain(a!, b!)).toBeLessThanOrEqual(1);
          expect(gain(a!, a!)).toBeCloseTo(1, 12);
          if (gain !== bleu) expect(gain(a!, b!)).toBeCloseTo(gain(b!, a!), 12);
        }
      }),
    ));

  it('edit distance is a metric', () =>
    fc.assert(
      fc.property(fc.tuple(texts, texts), ([[a, b], [c]]) => {
        expect(editDistance(a!, b!)).toBeLessThanOrEqual(editDistance(a!, c!) + editDistance(c!, b!));
        expect(editDistance(a!, [])).toBe(a!.length);
      }),
    ));

  it('count every token as often as it comes', () => {
    expect(tokenF1(['a', 'a', 'b'], ['a', 'c'])).toBeCloseTo(0.4, 12);
    expect(bleu(['x'], ['y'])).toBe(0);
    expect(bleu([], ['y'])).toBe(0);
    expect(bleu(['a', 'b'], ['a', 'b', 'c', 'd'])).toBeCloseTo(Math.exp(-1), 12);
  });
});
