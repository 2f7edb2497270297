import { readFileSync } from 'node:fs';
import { goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { type LossCurve, annealingRuns } from './annealing-curves.js';
import { fitAnnealing } from './fit-annealing.js';
import { fitPowerTrend } from './fit-power-trend.js';
import type { Schedule } from './schedule.js';
import { fitMultiPower } from './multi-power-fit.js';
import { multiPowerLoss } from './multi-power-law.js';
import { trendLoss } from './power-trend.js';
import { constant, cosine, twoStage, warmupStableDecay } from './schedules.js';

/** Loss curves of language models of three sizes under nine schedules (thu-yao-01-luo/MultiPowerLaw, MIT). */
const { curves } = JSON.parse(
  readFileSync(new URL('../../data/tables/lr-schedule-loss-curves.json', import.meta.url), 'utf8'),
) as { curves: Record<string, { step: number[]; loss: number[] }> };

const WARMUP = 2160;
const sizes = ['25M', '100M', '400M'] as const;
const fittedOn = ['cosine_24000', 'constant_24000'];
const testedOn = ['constant_72000', 'cosine_72000', 'wsd_20000_24000', 'wsdld_20000_24000', 'wsdcon_3', 'wsdcon_18'];

/** The schedule of a curve, by its name; the warm-up is peak * t / 2159, both ends included. */
function ratesOf(name: string): Float64Array {
  const [kind, number] = name.split('_') as [string, string];
  const [schedule, total, min] = shapeOf(kind, Number(number));
  const rates = schedule({ total, warmup: WARMUP, peak: 3e-4, min });
  for (let t = 0; t < WARMUP; t++) rates[t] = (3e-4 * t) / (WARMUP - 1);
  return rates;
}

function shapeOf(kind: string, number: number): [Schedule, number, number] {
  switch (kind) {
    case 'cosine':
      return [cosine(), number, 3e-5];
    case 'constant':
      return [constant(), number, 3e-5];
    case 'wsd':
      return [warmupStableDecay({ decay: 1 / 6, shape: 'exponential' }), 24_000, 3e-5];
    case 'wsdld':
      return [warmupStableDecay({ decay: 1 / 6 }), 24_000, 3e-5];
    default: // wsdcon_X: from step 8000 on at X * 1e-5
      return [twoStage({ at: 0.5, ratio: number / 30 }), 16_000, 0];
  }
}

function curveOf(size: string, name: string): LossCurve {
  const { step, loss } = curves[`${size}/${name}`]!;
  return { name, rates: ratesOf(name), steps: step, loss };
}

const fitOf = (size: string, warmup: 'raw' | 'peak', every = 1) =>
  fitAnnealing(
    fittedOn.map((name) => {
      const curve = curveOf(size, name);
      const kept = Array.from(curve.steps, (_, i) => i).filter((i) => i % every === 0);
      return { ...curve, steps: kept.map((i) => curve.steps[i]!), loss: kept.map((i) => curve.loss[i]!) };
    }),
    { warmup, warmupSteps: WARMUP },
  );

const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function errorsOf(fit: ReturnType<typeof fitOf>, size: string) {
  return testedOn.map((name) => {
    const { rates, steps, loss } = curveOf(size, name);
    const { loss: predicted } = fit.predict(rates, { steps });
    return {
      mae: meanOf(predicted.map((value, i) => Math.abs(value - loss[i]!))),
      mape: meanOf(predicted.map((value, i) => Math.abs(value / loss[i]! - 1))),
    };
  });
}

goldens(
  import.meta.url,
  '12-lr-annealing',
  {
    fitAnnealingRealCurves: ({ params }) => {
      expect([params.fit_on, params.tested_on]).toEqual([fittedOn, testedOn]);
      const fit = fitOf(params.size, 'raw');
      const errors = errorsOf(fit, params.size);
      return {
        ...fit.constants,
        objective: fit.fit.objective,
        mae: errors.map(({ mae }) => mae),
        mape: errors.map(({ mape }) => mape),
      };
    },
  },
  { partial: true },
);

describe.each(sizes)('curves of the model of %s', (size) => {
  it('under schedules that were not seen are predicted within 0.3%, with either warm-up convention', () => {
    for (const warmup of ['raw', 'peak'] as const) {
      const mape = meanOf(errorsOf(fitOf(size, warmup), size).map((errors) => errors.mape));
      expect(mape).toBeLessThanOrEqual(0.003);
    }
  });

  it('are predicted four times worse without the annealing area', () => {
    const options = { warmup: 'raw' as const, warmupSteps: WARMUP };
    const { S1, loss } = annealingRuns(fittedOn.map((name) => curveOf(size, name)), options); // prettier-ignore
    const { trend } = fitPowerTrend(S1, loss, { loss: 'huber-log' });
    const errors = testedOn.map((name) => {
      const rows = annealingRuns([curveOf(size, name)], options);
      return rows.S1.map((area, i) => Math.abs(trendLoss(trend, area) / rows.loss[i]! - 1));
    });
    const full = meanOf(errorsOf(fitOf(size, 'raw'), size).map(({ mape }) => mape));
    expect(meanOf(errors.map(meanOf)) / full).toBeGreaterThanOrEqual(4);
    const annealed = errors.slice(1).map((curve) => meanOf(curve.slice(-10)));
    expect(Math.min(...annealed)).toBeGreaterThan(0.01);
    expect(Math.max(...annealed)).toBeLessThan(0.06);
  });

  it('tell L0 within 1% from every 50th point', () => {
    const [all, few] = [fitOf(size, 'raw'), fitOf(size, 'raw', 50)];
    expect(Math.abs(few.constants.L0 / all.constants.L0 - 1)).toBeLessThan(0.01);
  });
});

describe('the multi-power law', () => {
  it('predicts the same schedules of the model of 100M within 0.3%, fitted to a two-stage curve too', () => {
    const every8th = (column: ArrayLike<number>) => Array.from(column).filter((_, i) => i % 8 === 0);
    const thinned = (name: string) => {
      const { steps, loss, ...curve } = curveOf('100M', name);
      return { ...curve, steps: every8th(steps), loss: every8th(loss) };
    };
    const curves = [...fittedOn, 'wsdcon_9'].map(thinned);
    const { parameters } = fitMultiPower(curves);
    const errors = testedOn.map((name) => {
      const { rates, steps, loss } = thinned(name);
      return meanOf(multiPowerLoss(parameters, rates, steps).map((value, i) => Math.abs(value / loss[i]! - 1)));
    });
    expect(meanOf(errors)).toBeLessThanOrEqual(0.003);
  });
});
