import { DomainError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NgramMeter,
  SampleEntropyMeter,
  SurprisalMeter,
  distinctNgrams,
  repetitionPercent,
  sampleEntropy,
  surprisal,
} from './meters.js';
import { temperature } from './temperature.js';

goldens(
  import.meta.url,
  '29-mirostat',
  {
    repetitionMetrics: ({ inputs, params }) => ({
      repetition_percent: params.ngram.map((n: number) => repetitionPercent(inputs.tokens.data, n)),
      sample_entropy_bits_per_token: sampleEntropy(inputs.tokens.data),
    }),
  },
  { partial: true },
);

describe('meters', () => {
  const texts = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 });

  it('count repeated n-grams as the words say', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 4 }), (text, n) => {
        const ngrams = text.map((_, i) => text.slice(i, i + n).join()).filter((_, i) => i + n <= text.length);
        const repeated = ngrams.filter((ngram, j) => ngrams.indexOf(ngram) < j).length;
        expect(repetitionPercent(text, n)).toBeCloseTo(ngrams.length === 0 ? 0 : (100 * repeated) / ngrams.length, 10);
        expect(distinctNgrams(text, n)).toBeCloseTo(1 - repetitionPercent(text, n) / 100, 10);
      }),
    );
  });

  it('measure the entropy of token frequencies', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shares = [0, 1, 2, 3, 4].map((token) => text.filter((t) => t === token).length / text.length);
        const entropy = shares.reduce((sum, f) => sum - (f > 0 ? f * Math.log2(f) : 0), 0);
        const meter = new SampleEntropyMeter();
        text.forEach((token) => meter.add(token));
        expect(meter.bits).toBeCloseTo(text.length === 0 ? 0 : entropy, 10);
        expect(sampleEntropy(text)).toBeCloseTo(text.length === 0 ? 0 : entropy / text.length, 10);
      }),
    );
  });

  it('measure surprisal, its mean and perplexity, and entropy', () => {
    const row = [0.5, 0.25, 0.25].map(Math.log);
    const meter = new SurprisalMeter();
    expect(meter.crossEntropy.nats).toBeNaN();
    meter.add(row, 0);
    meter.add(row, 1);
    expect(meter.last).toBeCloseTo(2 * Math.LN2, 12);
    expect(meter.crossEntropy).toEqual({
      count: 2,
      nats: expect.closeTo(1.5 * Math.LN2, 12),
      bits: expect.closeTo(1.5, 12),
      perplexity: expect.closeTo(2 ** 1.5, 12),
    });
    expect(meter.entropy).toBeCloseTo(1.5 * Math.LN2, 12);
  });

  it('agree: the mean surprisal of drawn tokens is the entropy', () => {
    const row = [3, 1, 0, 0, -2];
    const [meter, sampler] = [new SurprisalMeter(), temperature({ temperature: 1, seed: 1 })];
    for (let step = 0; step < 20_000; step++) meter.add(row, sampler.sample(row));
    expect(Math.abs(meter.crossEntropy.nats - meter.entropy)).toBeLessThan(0.03); // four standard errors
  });

  it('take what is impossible for infinitely surprising, and refuse what is no token', () => {
    expect(surprisal([0, -Infinity], 1)).toBe(Infinity);
    expect(() => surprisal([0, 1], 2)).toThrow(
      new DomainError('surprisal: token must be a whole number from 0 to 1, got 2'),
    );
    expect(() => new NgramMeter(0)).toThrow('NgramMeter: n must be a whole number >= 1, got 0');
  });
});
