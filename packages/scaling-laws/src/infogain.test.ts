import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitInformationTrend,
  languageInformation,
  lossAtPosition,
  sizeAtInformation,
  wordsPerPicture,
} from './infogain.js';

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    languageInfogainModel: ({ inputs, params }) => {
      const languages = Array.from(inputs.L_N.data as Float64Array, (late) => ({
        late,
        unigram: params.L_U as number,
        exponent: params.p as number,
      }));
      const informations = languages.map((language) => languageInformation(language, params.T));
      return {
        mutual_information: informations.map(({ mutualInformation }) => mutualInformation),
        infogain: informations.map(({ infogain }) => infogain),
        loss_at_positions_1_2_T: languages.map((language) => [1, 2, params.T].map((t) => lossAtPosition(language, t))),
      };
    },
  },
  { partial: true },
);

const languages = fc
  .record({
    unigram: fc.double({ min: 1, max: 12, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    exponent: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    tokens: fc.integer({ min: 1, max: 500 }),
  })
  .map(({ share, ...rest }) => ({ ...rest, late: share * rest.unigram }));

describe('language infogain', () => {
  it('falls in the late loss, is 0 at the unigram entropy and stays below its bound', () => {
    fc.assert(
      fc.property(languages, ({ tokens, ...language }) => {
        const { infogain } = languageInformation(language, tokens);
        const lower = languageInformation({ ...language, late: language.late / 2 }, tokens).infogain;
        expect(lower).toBeGreaterThanOrEqual(infogain);
        expect(languageInformation({ ...language, late: language.unigram }, tokens).infogain).toBe(0);
        let [first, last] = [0, 0];
        for (let t = 1; t <= tokens; t++) {
          first += t ** -language.exponent;
          last += (tokens + t) ** -language.exponent;
        }
        expect(infogain).toBeLessThanOrEqual(((first - last) / last) * (1 + 1e-12));
      }),
    );
  });

  it('counts what the first tokens save the last ones: the difference of two sums of losses', () => {
    const language = { late: 2.5, unigram: 8, exponent: 0.3 };
    let saved = 0;
    for (let t = 1; t <= 50; t++) saved += lossAtPosition(language, t) - lossAtPosition(language, 50 + t);
    expect(languageInformation(language, 50).mutualInformation).toBeCloseTo(saved, 9);
  });

  it('refuses constants out of their ranges', () => {
    const language = { late: 2, unigram: 7, exponent: 0.4 };
    expect(() => languageInformation({ ...language, late: 8 }, 4)).toThrow('late must be in [0, 7], got 8');
    expect(() => languageInformation({ ...language, unigram: 0 }, 4)).toThrow('unigram must be > 0, got 0');
    expect(() => languageInformation({ ...language, exponent: 1 }, 4)).toThrow('exponent must be in [0, 1), got 1');
    expect(() => languageInformation(language, 0)).toThrow('tokens must be a whole number, at least 1, got 0');
    expect(() => lossAtPosition(language, 0)).toThrow('position must be at least 1, got 0');
  });
});

describe('the trend of information with size', () => {
  it('is found from its own values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 2, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (slope, origin) => {
          const sizes = [1e6, 1e7, 1e9];
          const trend = fitInformationTrend(
            sizes,
            sizes.map((size) => slope * Math.log(size / origin)),
          );
          expect(trend.slope / slope).toBeCloseTo(1, 8);
          expect(Math.log(trend.origin)).toBeCloseTo(Math.log(origin), 6);
          expect(Math.log(sizeAtInformation(trend, slope))).toBeCloseTo(Math.log(origin) + 1, 6);
        },
      ),
    );
  });

  it('needs two sizes', () => {
    expect(() => fitInformationTrend([1e6, 1e6], [1, 2])).toThrow('at least two different sizes are needed, got 1');
    expect(() => fitInformationTrend([0, 1e6], [1, 2])).toThrow('got 0 with 1 at index 0');
  });

  it('gives the words of a picture: 8 nats are 2 to 3 words of 3.4 nats', () => {
    expect(wordsPerPicture(8, 3.4)).toBeGreaterThan(2);
    expect(wordsPerPicture(8, 3.4)).toBeLessThan(3);
    expect(() => wordsPerPicture(8, 0)).toThrow('natsPerWord must be > 0, got 0');
  });
});
