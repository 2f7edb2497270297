import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annealingAreas } from './annealing-areas.js';
import { cosine, warmupStableDecay } from './schedules.js';

goldens(
  import.meta.url,
  '12-lr-annealing',
  { annealingAreas: ({ inputs, params }) => ({ ...annealingAreas(inputs.lr.data, { lambda: params.lambda }) }) },
  { partial: true },
);

const rates = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
const lambdas = fc.double({ min: 0, max: 1, noNaN: true });

describe('annealing areas', () => {
  it('of a constant rate: no annealing, a forward area that counts step 0', () => {
    const { momentum, S1, S2 } = annealingAreas(new Float64Array(100).fill(3e-4));
    expect(momentum.every((m) => m === 0) && S2.every((area) => area === 0)).toBe(true);
    expect(S1[99]).toBeCloseTo(3e-4 * 100, 15);
  });

  it('S2 telescopes for lambda = 0, is the area under the first rate for lambda = 1', () => {
    fc.assert(
      fc.property(rates, (lr) => {
        let area = 0;
        const none = annealingAreas(lr, { lambda: 0 }).S2;
        const whole = annealingAreas(lr, { lambda: 1 }).S2;
        lr.forEach((rate, s) => {
          expect(none[s]).toBeCloseTo(lr[0]! - rate, 12);
          expect(whole[s]).toBeCloseTo((area += lr[0]! - rate), 12);
        });
      }),
    );
  });

  it('S2 is the double sum of the definition', () => {
    fc.assert(
      fc.property(rates, lambdas, (lr, lambda) => {
        const { S2 } = annealingAreas(lr, { lambda });
        let sum = 0;
        for (let i = 1; i < lr.length; i++) {
          for (let k = 1; k <= i; k++) sum += (lr[k - 1]! - lr[k]!) * lambda ** (i - k);
          expect(S2[i]).toBeCloseTo(sum, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('after one drop from a to b is a geometric series', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 0.9999, noNaN: true }), (lambda) => {
        const [a, b, s0] = [0.8, 0.3, 20];
        const { S2 } = annealingAreas(
          Float64Array.from({ length: 80 }, (_, s) => (s < s0 ? a : b)),
          { lambda },
        );
        for (let s = s0; s < 80; s++) {
          expect(S2[s]).toBeCloseTo(((a - b) * (1 - lambda ** (s - s0 + 1))) / (1 - lambda), 9);
        }
      }),
    );
  });

  it('is linear in the rates, and S2 does not see a constant added to all of them', () => {
    fc.assert(
      fc.property(rates, lambdas, fc.double({ min: 0.1, max: 10, noNaN: true }), (lr, lambda, c) => {
        const { S1, S2 } = annealingAreas(lr, { lambda });
        const scaled = annealingAreas(lr.map((rate) => c * rate), { lambda }); // prettier-ignore
        const moved = annealingAreas(lr.map((rate) => c + rate), { lambda }); // prettier-ignore
        lr.forEach((_, s) => {
          expect(scaled.S1[s]).toBeCloseTo(c * S1[s]!, 8);
          expect(scaled.S2[s]).toBeCloseTo(c * S2[s]!, 8);
          expect(moved.S2[s]).toBeCloseTo(S2[s]!, 8);
        });
      }),
    );
  });

  it('S2 of falling rates grows, from 0 to at most (first - lowest) / (1 - lambda)', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0, max: 0.999, noNaN: true }), (lr, lambda) => {
        const falling = lr.toSorted((a, b) => b - a);
        const { S2 } = annealingAreas(falling, { lambda });
        expect(S2[0]).toBe(0);
        expect(S2.every((area, s) => s === 0 || area >= S2[s - 1]!)).toBe(true);
        expect(S2.at(-1)).toBeLessThanOrEqual((falling[0]! - falling.at(-1)!) / (1 - lambda) + 1e-12);
      }),
    );
  });

  it('does not know the future', () => {
    const [long, short] = [cosine()({ total: 100 }), cosine()({ total: 100 }).slice(0, 40)];
    expect(annealingAreas(long).S2.subarray(0, 40)).toEqual(annealingAreas(short).S2);
  });

  it('takes warm-up steps at the peak, raw or not at all', () => {
    const lr = warmupStableDecay({ decay: 0.5 })({ total: 20, warmup: 4 });
    const flat = warmupStableDecay({ decay: 0.5 })({ total: 20 });
    const options = { warmupSteps: 4, lambda: 0.9 };
    expect(annealingAreas(lr, options)).toEqual(annealingAreas(flat, options));
    expect(annealingAreas(lr, { ...options, warmup: 'raw' })).toEqual(annealingAreas(lr, { lambda: 0.9 }));
    expect(annealingAreas(lr, { lambda: 0.9 }).momentum[1]).toBe(-0.25); // a rising rate
    const skipped = annealingAreas(lr, { ...options, warmup: 'skip' });
    expect(Array.from(skipped.S1.subarray(0, 6))).toEqual([0, 0, 0, 0, 1, 2]);
    expect(skipped.S2.subarray(4)).toEqual(annealingAreas(lr.slice(4), { lambda: 0.9 }).S2);
  });

  it('refuses what are no rates, in one line', () => {
    expect(() => annealingAreas([])).toThrow('annealingAreas: rates must hold at least one, got none');
    expect(() => annealingAreas([1, -1])).toThrow('rates must be finite and at least 0, got -1 at step 1');
    expect(() => annealingAreas([1, NaN])).toThrow('got NaN at step 1');
    expect(() => annealingAreas([1], { lambda: 1.1 })).toThrow('lambda must be in [0, 1], got 1.1');
    expect(() => annealingAreas([1], { warmupSteps: 1 })).toThrow(
      'warmupSteps must be a whole number from 0 to 0, got 1',
    );
  });
});
