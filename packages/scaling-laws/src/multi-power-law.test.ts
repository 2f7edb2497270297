import { differences } from '@surprisal/core/numerics';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMultiPower, multiPowerLaw } from './multi-power-fit.js';
import { multiPowerLoss } from './multi-power-law.js';
import { constant, cosine, warmupStableDecay } from './schedules.js';

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

describe('fitting the multi-power law', () => {
  const span = { total: 4000, peak: 3e-4, min: 3e-5 };
  const steps = Array.from({ length: 30 }, (_, i) => 500 + 120 * i);
  const curves = [constant(), cosine()].map((schedule) => {
    const rates = schedule(span);
    return { rates, steps, loss: multiPowerLoss(parameters, rates, steps) };
  });

  it('condenses schedules at little cost', () => {
    const law = multiPowerLaw(curves.map(({ rates }) => rates));
    curves.forEach(({ loss }, schedule) => {
      const condensed = law.predict(parameters, { schedule: steps.map(() => schedule), step: steps });
      condensed.forEach((value, i) => expect(Math.abs(value / loss[i]! - 1)).toBeLessThan(2e-3));
    });
    const exact = multiPowerLaw([curves[1]!.rates], {}, 4000);
    expect(exact.predict(parameters, { schedule: 0, step: 4000 })).toBeCloseTo(last(curves[1]!.rates), 9);
  });

  it('has the gradient that differences show', () => {
    const law = multiPowerLaw(curves.map(({ rates }) => rates), { loss: 'sq-log' }); // prettier-ignore
    const runs = {
      schedule: steps.map((_, i) => i % 2),
      step: steps,
      loss: steps.map((_, i) => 4 + 0.5 * Math.sin(i)),
    };
    const names = ['L0', 'A', 'alpha', 'B', 'C', 'beta', 'gamma'] as const;
    const at = (theta: ArrayLike<number>) =>
      law.evaluate(
        Object.fromEntries(names.map((name, k) => [name, Math.exp(theta[k]!)])) as Record<
          (typeof names)[number],
          number
        >,
        runs,
      );
    const theta = names.map((name) => Math.log(parameters[name]) + 0.1);
    const numeric = differences((point) => at(point).objective, theta, 1e-5);
    at(theta).gradient.forEach((slope, k) => expect(slope).toBeCloseTo(numeric[k]!, 6));
  });

  it('predicts a schedule that it has not seen', () => {
    const { parameters: found, r2 } = fitMultiPower(curves);
    expect(r2).toBeGreaterThan(0.9999);
    const rates = warmupStableDecay({ decay: 0.3 })(span);
    const [predicted, true_] = [found, parameters].map((constants) => multiPowerLoss(constants, rates, [4000])[0]!);
    expect(Math.abs(predicted! / true_! - 1)).toBeLessThan(0.005);
  });

  it('feels a drop to a rate of 0 in full at once', () => {
    const rates = [3e-4, 3e-4, 0, 0];
    const law = multiPowerLaw([rates]);
    expect(law.predict(parameters, { schedule: 0, step: 3 })).toBeCloseTo(last(rates), 12);
  });

  it('refuses schedules that are not there', () => {
    const law = multiPowerLaw([[1, 1]]);
    expect(() => law.predict(parameters, { schedule: 1, step: 0 })).toThrow(
      'schedule must be a whole number from 0 to 0, got 1',
    );
    expect(() => law.predict(parameters, { schedule: 0, step: 2 })).toThrow('whole numbers from 0 to 1, got 2');
  });
});
