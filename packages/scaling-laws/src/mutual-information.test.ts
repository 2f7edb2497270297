import { DomainError, ShapeError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captionInformation } from './mutual-information.js';

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    mutualInformationFromLogProbs: ({ inputs }) => {
      const estimate = captionInformation(inputs.logp_text_given_image, inputs.logp_text_blank, inputs.mask);
      return {
        mutual_information_per_sample: estimate.perSample,
        mutual_information: estimate.mutualInformation,
        mi_standard_error: estimate.standardError,
        infogain: estimate.infogain,
        infogain_conditional_denominator: estimate.infogainOverConditional,
      };
    },
  },
  { partial: true },
);

const logProbs = fc.array(fc.array(fc.double({ min: -20, max: -1e-3, noNaN: true }), { minLength: 3, maxLength: 3 }), {
  minLength: 4,
  maxLength: 4,
});

describe('mutual information of captions', () => {
  it('is 0 when the image changes nothing', () => {
    fc.assert(
      fc.property(logProbs, (given) => {
        const { perSample, infogain } = captionInformation(given, given);
        expect(Array.from(perSample)).toEqual([0, 0, 0, 0]);
        expect(infogain).toBe(0);
      }),
    );
  });

  it('changes its sign when the two are swapped', () => {
    fc.assert(
      fc.property(logProbs, logProbs, (given, blank) => {
        expect(captionInformation(given, blank).mutualInformation).toBe(
          -captionInformation(blank, given).mutualInformation,
        );
      }),
    );
  });

  it('does not look at padding, whatever it holds', () => {
    const mask = [[1, 1, 0]];
    const clean = captionInformation([[-1, -2, 0]], [[-2, -3, 0]], mask);
    expect(captionInformation([[-1, -2, -Infinity]], [[-2, -3, NaN]], mask)).toEqual(clean);
    expect(clean.mutualInformation).toBe(2);
  });

  it('names its denominators: the conditional one is not bounded by 1', () => {
    const { infogain, infogainOverConditional } = captionInformation([[-0.5]], [[-4]]);
    expect(infogain).toBe(3.5 / 4);
    expect(infogainOverConditional).toBe(7);
  });

  it('has no standard error for one sample, and an infinite information where the blank rules the text out', () => {
    expect(captionInformation([[-1]], [[-2]]).standardError).toBeNaN();
    expect(captionInformation([[-1]], [[-Infinity]]).mutualInformation).toBe(Infinity);
  });

  it('refuses rows without tokens, other shapes and what is no log-probability', () => {
    expect(() => captionInformation([[-1, -1], [-1, -1]], [[-1, -1], [-1, -1]], [[1, 0], [0, 0]])).toThrow(
      new DomainError('captionInformation: sample 1 has no token that counts; leave it out'),
    ); // prettier-ignore
    expect(() => captionInformation([[-1]], [[-1, -2]])).toThrow(ShapeError);
    expect(() => captionInformation([-1], [-1])).toThrow('given must be [samples, tokens], got [1]');
    expect(() => captionInformation([[NaN]], [[-1]])).toThrow('got NaN and -1 at token 0 of sample 0');
    expect(() => captionInformation([[-Infinity]], [[-Infinity]])).toThrow(DomainError);
  });
});
