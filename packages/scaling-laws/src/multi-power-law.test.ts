import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiPowerLoss } from './multi-power-law.js';
import { constant, cosine } from './schedules.js';

goldens(
  import.meta.url,
  '12-lr-annealing',
  { multiPowerLaw: ({ inputs, params }) => ({ loss: multiPowerLoss(params, inputs.lr.data, inputs.steps.data) }) },
  { partial: true },
);

const parameters = { L0: 2.6, A: 0.6, alpha: 0.45, B: 400, C: 2, beta: 0.6, gamma: 0.65 };
const last = (rates: ArrayLike<number>) => multiPowerLoss(parameters, rates, [rates.length - 1])[0]!;

describe('the multi-power law', () => {
  it('is a power law of the area when the rate never changes', () => {
    const rates = constant()({ total: 1000, peak: 3e-4 });
    expect(last(rates)).toBeCloseTo(2.6 + 0.6 * (3e-4 * 1001) ** -0.45, 12);
  });

  it('does not know the future', () => {
    const rates = cosine()({ total: 100, peak: 3e-4, min: 3e-5 });
    const steps = [10, 30, 39];
    expect(multiPowerLoss(parameters, rates.subarray(0, 40), steps)).toEqual(multiPowerLoss(parameters, rates, steps));
  });

  it('gains nothing from a tail of zero rates, and at most B times the fall of the rate', () => {
    const rates = Array.from(cosine()({ total: 50, peak: 3e-4 }));
    expect(last([...rates, 0, 0, 0])).toBeCloseTo(last(rates), 9);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3e-4, noNaN: true }), { minLength: 2, maxLength: 30 }), (any) => {
        const falling = [3e-4, ...any.sort((a, b) => b - a)];
        const area = falling.reduce((sum, rate) => sum + rate, 0);
        const gain = 2.6 + 0.6 * area ** -0.45 - last(falling);
        expect(gain).toBeGreaterThanOrEqual(-1e-12);
        expect(gain).toBeLessThanOrEqual(400 * 3e-4 + 1e-12);
      }),
    );
  });

  it('refuses steps beyond the schedule, and those before the first rate above 0', () => {
    expect(() => multiPowerLoss(parameters, [1, 1], [2])).toThrow('steps must be whole numbers from 0 to 1, got 2');
    expect(() => multiPowerLoss(parameters, [0, 1], [0])).toThrow('no rate has been above 0 at step 0');
  });
});
