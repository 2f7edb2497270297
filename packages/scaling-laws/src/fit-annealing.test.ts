import { readFileSync } from 'node:fs';
import { DataError, DomainError, Random } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LossCurve, annealingRuns, curveBlocks } from './annealing-curves.js';
import { bootstrap } from './bootstrap.js';
import { fitAnnealing } from './fit-annealing.js';
import { holdOut } from './hold-out.js';
import { profileInterval } from './profile-interval.js';
import { lrAnnealing } from './lr-annealing.js';
import { fitPowerTrend } from './fit-power-trend.js';
import { predictCurve } from './predict-curve.js';
import { constant, cosine, rewarmup, warmupStableDecay } from './schedules.js';
import { trendLoss } from './power-trend.js';

/** The two curves of the authors' example: one cosine, one constant, measured at the same steps. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the card's table gives the types
function authorCurves(inputs: any, params: any): LossCurve[] {
  const { total_steps: total, warmup_steps: warmup, peak, min } = params.schedules;
  const span = { total, warmup, peak, min };
  return [
    { name: 'cosine', rates: cosine()(span), steps: inputs.steps.data, loss: inputs.loss_cosine.data },
    { name: 'constant', rates: constant()(span), steps: inputs.steps.data, loss: inputs.loss_constant.data },
  ];
}

goldens(
  import.meta.url,
  '12-lr-annealing',
  {
    predictAnnealingLoss: ({ inputs, params }) => {
      const options = { lambda: params.lambda, steps: inputs.steps.data };
      return { loss: predictCurve(params, inputs.lr.data, options).loss };
    },
    annealingObjective: ({ inputs, params }) => {
      const [L0, A, C, alpha] = params.params as [number, number, number, number];
      const curve = { rates: inputs.lr.data, steps: inputs.steps.data, loss: inputs.loss.data };
      const { S1, S2, loss } = annealingRuns([curve], { lambda: params.lambda });
      const evaluated = lrAnnealing({ delta: params.delta }).evaluate({ L0, A, C, alpha }, { S1, S2, loss });
      return { objective: evaluated.objective, grad_L0_A_C_alpha: evaluated.gradient };
    },
    fitAnnealingLaw: ({ inputs, params, expected }) => {
      const { fit, constants } = fitAnnealing(authorCurves(inputs, params), {
        lambda: params.lambda,
        warmupSteps: params.schedules.warmup_steps,
        law: { delta: params.delta, starts: 'grid' },
      });
      expect(fit.starts).toBe(54); // the product of the lists, 2 x 3 x 3 x 3
      expect(fit.objective).toBeLessThanOrEqual(1.001 * expected.objective);
      return { ...constants, objective: fit.objective, r2: fit.r2 };
    },
  },
  { partial: true },
);

const example = (
  JSON.parse(readFileSync(new URL('../goldens/12-lr-annealing.json', import.meta.url), 'utf8')) as {
    cases: { name: string; inputs: Record<string, { data: number[] }>; params: Record<string, unknown> }[];
  }
).cases.find(({ name }) => name === 'author_example_fit')!;

describe("the authors' example", () => {
  const curves = authorCurves(example.inputs, example.params);
  const options = { warmupSteps: 500 };
  const errorsAtTheEnd = (residuals: Float64Array) => residuals.subarray(15, 20).map((r) => Math.abs(Math.expm1(-r)));

  it('is fitted with an R^2 above 0.9995, and no point off by more than 0.43%', () => {
    const { fit, constants } = fitAnnealing(curves, options);
    expect(fit.r2).toBeGreaterThanOrEqual(0.9995);
    expect(Math.max(...fit.residuals.map((r) => Math.abs(Math.expm1(-r))))).toBeLessThan(0.0043);
    expect(Math.max(...errorsAtTheEnd(fit.residuals))).toBeLessThan(0.0005);
    const rounded = { L0: 2.628, A: 0.43, C: 0.411, alpha: 0.55 };
    for (const [name, value] of Object.entries(rounded)) {
      expect(constants[name as keyof typeof rounded]).toBeCloseTo(value, 3);
    }
  });

  it('is missed by 2.3 to 2.6% at the end of the cosine without the annealing area', () => {
    const { S1, loss } = annealingRuns(curves, options);
    const { residuals, fit } = fitPowerTrend(S1, loss, { loss: 'huber-log' });
    expect(fit!.r2).toBeCloseTo(0.977, 3);
    for (const error of errorsAtTheEnd(residuals)) expect(Math.abs(error - 0.0245)).toBeLessThan(0.002);
  });

  it('from the few starts is as good as from the grid of the authors', () => {
    const [few, grid] = (['auto', 'grid'] as const).map((starts) =>
      fitAnnealing(curves, { ...options, law: { starts } }),
    );
    expect(few!.fit.objective).toBeLessThanOrEqual(grid!.fit.objective * (1 + 1e-6));
  });
});

const truth = { L0: 2.6, A: 0.5, C: 0.4, alpha: 0.5 };
const span = { total: 4000, peak: 2e-4, min: 1e-5 };
const steps = Array.from({ length: 39 }, (_, i) => 200 + 100 * i);
const measured = (rates: Float64Array, constants = truth): LossCurve => ({
  rates,
  steps,
  loss: predictCurve(constants, rates, { steps }).loss,
});
const two = [constant()(span), cosine()(span)].map((rates) => measured(rates));

describe('fitting the annealing law', () => {
  it('returns the constants of its own curves, from one annealed curve or more', () => {
    for (const curves of [two, [two[1]!], [measured(warmupStableDecay()(span))]]) {
      const { constants, meanRelativeError, fit } = fitAnnealing(curves);
      for (const name of ['L0', 'A', 'C', 'alpha'] as const) expect(constants[name] / truth[name]).toBeCloseTo(1, 4);
      expect(meanRelativeError).toBeLessThan(1e-6);
      expect(fit.identifiable).toBe(true);
    }
  });

  it('gives the same losses at any scale of the rates: A scales with its power, C with its inverse', () => {
    const stretched = two.map((curve) => ({ ...curve, rates: Float64Array.from(curve.rates, (rate) => 5000 * rate) }));
    const { constants } = fitAnnealing(stretched);
    expect(constants.A / (truth.A * 5000 ** truth.alpha)).toBeCloseTo(1, 3);
    expect((constants.C * 5000) / truth.C).toBeCloseTo(1, 3);
    expect(constants.L0).toBeCloseTo(truth.L0, 4);
  });

  it('is a power law of the area when C is 0', () => {
    const rates = cosine()(span);
    const { S1, loss } = annealingRuns([measured(rates, { ...truth, C: 0 })]);
    const { trend } = fitPowerTrend(S1, loss);
    expect(trend.Linf).toBeCloseTo(truth.L0, 6);
    expect(trendLoss(trend, S1.at(-1)!)).toBeCloseTo(loss.at(-1)!, 9);
  });

  it('finds lambda', () => {
    const curves = [constant(), cosine(), rewarmup()].map((schedule) => {
      const rates = schedule(span);
      return { rates, steps, loss: predictCurve({ ...truth, C: 2 }, rates, { steps, lambda: 0.99 }).loss };
    });
    const found = fitAnnealing(curves, { lambda: 'search' });
    expect((1 - found.lambda) / 0.01).toBeCloseTo(1, 1);
    expect(found.constants.C).toBeCloseTo(2, 1);
  });

  it('does not give a number for C from constant rates', () => {
    expect(() => fitAnnealing([two[0]!])).toThrow(
      new DomainError(
        'fitAnnealing: C cannot be told from constant rates alone (S2 is 0 everywhere); add a curve whose rate falls',
      ),
    );
    const { S1, S2, loss } = annealingRuns([two[0]!]);
    const { unidentified } = lrAnnealing().fit({ S1, S2, loss });
    expect(unidentified).toContain('C');
  });

  it('needs four points', () => {
    const short = { ...two[1]!, steps: steps.slice(0, 3), loss: Array.from(two[1]!.loss).slice(0, 3) };
    expect(() => fitAnnealing([short])).toThrow(DataError);
  });

  it('holds constants that are known', () => {
    const { constants } = fitAnnealing(two, { fit: { fixed: { alpha: 0.4 } } });
    expect(constants.alpha).toBe(0.4);
  });

  it('predicts noisy curves within their noise', () => {
    const random = new Random(11);
    const noisy = two.map((curve) => ({
      ...curve,
      loss: Array.from(curve.loss, (loss) => loss * Math.exp(random.normal(0, 0.002))),
    }));
    const rates = warmupStableDecay({ decay: 0.3 })(span);
    const predicted = fitAnnealing(noisy).predict(rates, { steps });
    const exact = predictCurve(truth, rates, { steps }).loss;
    predicted.loss.forEach((loss, i) => expect(Math.abs(loss / exact[i]! - 1)).toBeLessThan(0.002));
  });
});

describe('intervals and hold-outs of the annealing law', () => {
  const random = new Random(21);
  const noisy = two.map((curve, i) => ({
    ...curve,
    name: `run ${i}`,
    loss: Array.from(curve.loss, (loss) => loss * Math.exp(random.normal(0, 0.001))),
  }));
  const { fit, runs } = fitAnnealing(noisy);

  it('come from blocks of neighbouring points', () => {
    const { interval, ranAway } = bootstrap(fit, { kind: 'block', block: curveBlocks(runs, 5), resamples: 100 });
    const [low, high] = interval('C', 0.99);
    expect(ranAway).toBe(0);
    expect(low).toBeLessThan(truth.C);
    expect(high).toBeGreaterThan(truth.C);
    expect(high - low).toBeLessThan(0.2);
    expect(() => bootstrap(fit, { kind: 'block', block: ['a'] })).toThrow('a label for each of 78 runs, got 1 labels');
    expect(() => curveBlocks(runs, 0)).toThrow('length must be a whole number, at least 1, got 0');
  });

  it('come from profiles of the objective', () => {
    const [low, high] = profileInterval(fit, 'alpha');
    expect(low).toBeLessThan(truth.alpha);
    expect(high).toBeGreaterThan(truth.alpha);
    expect(high - low).toBeLessThan(0.2);
  });

  it('hold the last steps back by the forward area', () => {
    const { score, baselines } = holdOut(lrAnnealing(), { S1: runs.S1, S2: runs.S2, loss: runs.loss });
    expect(score).toBeLessThan(0.003);
    expect(score).toBeLessThan(baselines.lastLoss / 3);
  });
});

describe('lr-annealing', () => {
  it('has the gradient of its formula', () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(between(0.5, 3), between(0, 1), between(0, 0.5), between(0, 1), between(0.01, 5), (...numbers) => {
        const [L0, A, C, alpha, S1] = numbers as [number, number, number, number, number];
        const loss = L0 + A * S1 ** -alpha - 0.3 * C;
        const { gradient } = lrAnnealing({ loss: 'sq-log' }).evaluate(
          { L0, A, C, alpha },
          { S1: [S1], S2: [0.3], loss: [Math.E * loss] },
        );
        // The residual is 1, so the gradient is that of -ln(loss).
        const expected = [1, S1 ** -alpha, -0.3, -A * S1 ** -alpha * Math.log(S1)].map((slope) => -slope / loss);
        gradient.forEach((slope, k) => expect(slope).toBeCloseTo(expected[k]!, 9));
      }),
    );
  });

  it('refuses to predict a loss that is not positive, and to read areas that are no numbers', () => {
    expect(() => lrAnnealing().predict({ ...truth, C: 100 }, { S1: 1, S2: 1 })).toThrow(
      new DomainError('lr-annealing: gives no positive loss for S1 = 1, S2 = 1; the law does not hold there'),
    );
    expect(() => lrAnnealing().predict(truth, { S1: 1, S2: NaN })).toThrow('S2 must be a number (finite), got NaN');
    expect(() => lrAnnealing().predict(truth, { S1: 0, S2: 1 })).toThrow('S1 must be a number greater than 0, got 0');
  });

  it('takes an annealing area below 0: a rate that rises', () => {
    expect(lrAnnealing().predict(truth, { S1: 1, S2: -0.1 })).toBeCloseTo(2.6 + 0.5 + 0.04, 12);
  });
});

describe('predicted curves', () => {
  it('do not know the future', () => {
    const rates = cosine()(span);
    const whole = predictCurve(truth, rates).loss;
    expect(predictCurve(truth, rates.subarray(0, 1000)).loss).toEqual(whole.subarray(0, 1000));
  });

  it('at a constant rate are a power law of the steps, step 0 counted', () => {
    const { loss } = predictCurve(truth, constant()(span));
    loss.forEach((value, s) => expect(value).toBeCloseTo(2.6 + 0.5 * (2e-4 * (s + 1)) ** -0.5, 9));
  });

  it('do not change when the rates are scaled, with A and C to match', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (c) => {
        const rates = rewarmup()(span);
        const scaled = rates.map((rate) => c * rate);
        const constants = { ...truth, A: truth.A * c ** truth.alpha, C: truth.C / c };
        const [one, other] = [predictCurve(truth, rates, { steps }), predictCurve(constants, scaled, { steps })];
        one.loss.forEach((loss, i) => expect(other.loss[i]).toBeCloseTo(loss, 9));
      }),
      { numRuns: 20 },
    );
  });

  it('keep falling in a tail of zero rates until S2 saturates: a flaw of the law', () => {
    const rates = Float64Array.from({ length: 20_000 }, (_, s) => (s < 1000 ? 2e-4 : 0));
    const { loss } = predictCurve(truth, rates);
    expect(loss[2000]).toBeLessThan(loss[1500]!);
    expect(loss[19_999]).toBeCloseTo(2.6 + 0.5 * 0.2 ** -0.5 - 0.4 * 0.2, 6); // S2 = 2e-4 / (1 - 0.999)
    expect(loss[19_999]).toBeCloseTo(loss[15_000]!, 6);
  });

  it('return losses that are not positive, and count them', () => {
    const { loss, notPositive } = predictCurve({ ...truth, C: 200 }, cosine()(span), { steps: [1000, 4000] });
    expect(loss[1]).toBeLessThan(0);
    expect(notPositive).toBe(Array.from(loss).filter((value) => value <= 0).length);
  });

  it('begin after the warm-up and at the first rate above 0; before that they are refused', () => {
    const rates = cosine()({ ...span, warmup: 100 });
    expect(predictCurve(truth, rates, { warmupSteps: 100 }).steps[0]).toBe(100);
    expect(predictCurve(truth, rates, { warmup: 'raw' }).steps[0]).toBe(1);
    expect(() => predictCurve(truth, rates, { warmup: 'raw', steps: [0] })).toThrow(
      'no rate has been above 0 at step 0',
    );
    expect(() => predictCurve(truth, rates, { steps: [4001] })).toThrow('whole numbers from 0 to 4000, got 4001');
  });
});

describe('rows of loss curves', () => {
  it('leave the warm-up out, and keep the name of their curve', () => {
    const rates = cosine()({ total: 10, warmup: 4 });
    const curves = [
      { rates, steps: [2, 4, 8], loss: [5, 4, 3] },
      { name: 'b', rates, steps: [9], loss: [2] },
    ];
    const runs = annealingRuns(curves, { warmupSteps: 4 });
    expect(Array.from(runs.step)).toEqual([4, 8, 9]);
    expect(runs.curve).toEqual(['curve 0', 'curve 0', 'b']);
  });

  it('refuse steps beyond the schedule, losses that are not positive, and curves of which nothing is left', () => {
    const rates = constant()({ total: 10 });
    expect(() => annealingRuns([{ rates, steps: [11], loss: [1] }])).toThrow(
      'curve 0: steps must be whole numbers from 0 to 10, got 11',
    );
    expect(() => annealingRuns([{ rates, steps: [1], loss: [0] }])).toThrow(
      'curve 0: loss must be greater than 0, got 0 at step 1',
    );
    expect(() => annealingRuns([{ rates, steps: [1, 2], loss: [1] }])).toThrow(
      'loss must hold one value per step, 2, got 1',
    );
    expect(() => annealingRuns([{ rates, steps: [1], loss: [1] }], { warmupSteps: 5 })).toThrow('got none');
  });
});
