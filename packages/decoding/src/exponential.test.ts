import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expNegative } from './exponential.js';

describe('expNegative', () => {
  it('is Math.exp to 5e-16 of itself', () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expNegative(x) - Math.exp(x))).toBeLessThanOrEqual(5e-16 * Math.exp(x));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is exact at 0, and 0 where float64 has nothing smaller', () => {
    expect(expNegative(0)).toBe(1);
    expect(expNegative(-0)).toBe(1);
    expect(expNegative(-740)).toBeCloseTo(Math.exp(-740), 320);
    expect(expNegative(-745.2)).toBe(0);
    expect(expNegative(-1e308)).toBe(0);
    expect(expNegative(-Infinity)).toBe(0);
  });
});
