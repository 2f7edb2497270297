import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformLogitGapLaw } from './logit-gap-law.js';

goldens(
  import.meta.url,
  '50-intriguing-adversarial',
  {
    uniformLogitGapLaw: ({ inputs, params }) => {
      const gaps: number[] = Array.from(inputs.t.data);
      const laws = Array.from({ length: Math.min(4, params.K - 1) }, (_, r) =>
        uniformLogitGapLaw({ classes: params.K, rank: r + 2 }),
      );
      return {
        pdf: laws.map(({ density }) => gaps.map(density)),
        cdf: laws.map(({ cdf }) => gaps.map(cdf)),
      };
    },
  },
  { partial: true },
);

describe('the gaps of uniform logits', () => {
  const shapes = fc
    .integer({ min: 2, max: 40 })
    .chain((classes) => fc.record({ classes: fc.constant(classes), rank: fc.integer({ min: 2, max: classes }) }));

  it('grow from 0 to 1 with the density as their slope', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (shape, gap) => {
        const { cdf, density } = uniformLogitGapLaw(shape);
        expect([cdf(0), cdf(1)]).toEqual([0, 1]);
        const slope = (cdf(gap + 1e-4) - cdf(gap - 1e-4)) / 2e-4;
        expect(slope).toBeCloseTo(density(gap), 3);
      }),
    );
  });

  it('near 0 have a density like gap^(j - 2), so a distribution like gap^(j - 1)', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { cdf, density } = uniformLogitGapLaw(shape);
        const exponent = (f: (gap: number) => number) => Math.log(f(2e-7) / f(1e-7)) / Math.LN2;
        expect(exponent(cdf)).toBeCloseTo(shape.rank - 1, 4);
        expect(exponent(density)).toBeCloseTo(shape.rank - 2, 4);
      }),
    );
    expect(uniformLogitGapLaw({ classes: 5, rank: 2 }).density(0)).toBeCloseTo(5, 9);
    expect(uniformLogitGapLaw({ classes: 5, rank: 3 }).density(0)).toBe(0);
  });

  it('refuse ranks and gaps out of range', () => {
    expect(() => uniformLogitGapLaw({ classes: 1, rank: 2 })).toThrow(
      'classes must be a whole number, at least 2, got 1',
    );
    expect(() => uniformLogitGapLaw({ classes: 3, rank: 4 })).toThrow('rank must be a whole number from 2 to 3, got 4');
    expect(() => uniformLogitGapLaw({ classes: 3, rank: 2 }).cdf(1.5)).toThrow('gap must be in [0, 1], got 1.5');
  });
});
