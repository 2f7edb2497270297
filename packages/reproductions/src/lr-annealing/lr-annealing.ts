import {
  type ClaimEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  claim,
  defineStudy,
  paper,
  table,
} from '@surprisal/core';
import {
  type AnnealingConstants,
  type LossCurve,
  type WarmupConvention,
  annealingRuns,
  fitAnnealing,
  fitMultiPower,
  fitPowerTrend,
  multiPowerLoss,
  trendLoss,
} from '@surprisal/scaling-laws';
import { z } from 'zod';
import { WARMUP_STEPS, everyNth, measuredCurve } from './curves.js';
import { EXAMPLE_WARMUP, authorsExample } from './example.js';
import { type Part, inTurn } from '../shared/in-turn.js';
import { linePlot } from '../shared/line-plot.js';

const schema = z.object({
  sizes: z.array(z.enum(['25M', '100M', '400M'])).default(['25M', '100M', '400M']).describe('models whose curves are read'), // prettier-ignore
  lambda: z.number().min(0).max(1).default(0.999).describe('decay of the annealing momentum per step'),
  few: z.number().int().min(2).default(50).describe('the fit to few points reads every how-many-th'),
  thinned: z.number().int().min(1).default(8).describe('the multi-power law reads every how-many-th point'),
});

type Params = z.output<typeof schema>;
type Size = Params['sizes'][number];

/** What the laws are fitted to, and what they are to predict: two-stage, WSD, and three times as long. */
const FITTED = ['cosine_24000', 'constant_24000'];
const PREDICTED = ['constant_72000', 'cosine_72000', 'wsd_20000_24000', 'wsdld_20000_24000', 'wsdcon_3', 'wsdcon_18'];

/** A law fitted to the two curves: how it fares on those it has not seen. */
interface Forecast {
  readonly size: Size;
  readonly law: LawName;
  /** One per curve that is predicted: mean relative error, that of its last ten points, and both losses at some steps. */
  readonly curves: readonly {
    readonly name: string;
    readonly error: number;
    readonly atTheEnd: number;
    readonly points: readonly { readonly step: number; readonly measured: number; readonly predicted: number }[];
  }[];
}

interface Few {
  readonly size: Size;
  readonly all: AnnealingConstants;
  readonly few: AnnealingConstants;
}

interface Example {
  readonly constants: AnnealingConstants;
  readonly r2: number;
  /** The largest relative errors, of the last five points of the cosine curve: with and without the annealing area. */
  readonly atTheEnd: number;
  readonly powerLaw: { readonly r2: number; readonly atTheEnd: readonly number[] };
}

type Result = Example | Forecast | Few;

/** A law fitted to curves: the losses it predicts for another one. */
type Fitted = (curve: LossCurve) => ArrayLike<number>;

const annealing =
  (warmup: WarmupConvention) =>
  (curvesOf: CurvesOf, { lambda }: Params): Fitted => {
    const fit = fitAnnealing(FITTED.map(curvesOf), { lambda, warmup, warmupSteps: WARMUP_STEPS });
    return ({ rates, steps }) => fit.predict(rates, { steps }).loss;
  };

const laws = {
  'annealing law, raw warm-up': annealing('raw'),
  'annealing law, peak warm-up': annealing('peak'),
  'power law alone': (curvesOf: CurvesOf): Fitted => {
    const areas = { warmup: 'raw', warmupSteps: WARMUP_STEPS } as const;
    const { S1, loss } = annealingRuns(FITTED.map(curvesOf), areas);
    const { trend } = fitPowerTrend(S1, loss, { loss: 'huber-log' });
    return (curve) => annealingRuns([curve], areas).S1.map((area) => trendLoss(trend, area));
  },
  'multi-power law': (curvesOf: CurvesOf, { thinned }: Params): Fitted => {
    const curves = [...FITTED, 'wsdcon_9'].map(curvesOf); // it needs to see a sudden drop
    const { parameters } = fitMultiPower(curves.map((curve) => everyNth(curve, thinned)));
    return ({ rates, steps }) => multiPowerLoss(parameters, rates, steps);
  },
} satisfies Record<string, (curvesOf: CurvesOf, params: Params) => Fitted>;
type LawName = keyof typeof laws;
const [RAW, PEAK, ALONE] = Object.keys(laws) as [LawName, LawName, LawName];

type CurvesOf = (name: string) => LossCurve;

/**
 * Paper 12: from two loss curves, one at a constant and one at a cosine rate, the curves of the same models under six other schedules. The example of the
 * authors, measured curves of three sizes, the power law without annealing and the multi-power law beside it. Claim 4 is in
 * `lr-annealing-training`.
 */
export const lrAnnealingStudy = defineStudy({
  name: 'lr-annealing',
  summary: 'Loss curves under six unseen learning-rate schedules, predicted from two: three model sizes, four laws.',
  paper: paper(12),
  params: schema,
  quick: { sizes: ['100M'], thinned: 24 },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<Result>(await partsOf(context), context, (result) =>
      'law' in result
        ? result.curves.map(({ name, error }) => ({ size: result.size, law: result.law, name, error }))
        : [],
    );
    if (!results) return;
    const forecasts = results.filter((result): result is Forecast => 'law' in result);
    yield errorTable(forecasts, context.params);
    yield* context.params.sizes.map((size) => forecastPlot(size, forecasts));
    yield* exampleClaims(results.find((result): result is Example => 'powerLaw' in result)!);
    yield* forecastClaims(forecasts, context.params);
    yield* results.filter((result): result is Few => 'few' in result).map((result) => fewClaim(result, context.params));
  },
});

async function partsOf({ params, data }: StudyContext<Params>): Promise<Part<Result>[]> {
  const curves = await data('lr-schedule-loss-curves');
  return [
    { label: "the authors' example", compute: () => example(params) },
    ...params.sizes.flatMap((size): Part<Result>[] => {
      const curvesOf: CurvesOf = (name) => measuredCurve(curves, size, name);
      const forecast = (law: LawName) => ({
        label: `${law}, ${size}`,
        compute: () => ({ size, law, curves: forecastsOf(laws[law](curvesOf, params), curvesOf) }),
      });
      return [
        ...(Object.keys(laws) as LawName[]).map(forecast),
        { label: `few points, ${size}`, compute: () => fewPoints(size, curvesOf, params) },
      ];
    }),
  ];
}

function forecastsOf(fitted: Fitted, curvesOf: CurvesOf): Forecast['curves'] {
  return PREDICTED.map((name) => {
    const curve = curvesOf(name);
    const predicted = Array.from(fitted(curve));
    const errors = predicted.map((loss, i) => Math.abs(loss / curve.loss[i]! - 1));
    const every = Math.ceil(errors.length / 40);
    const points = predicted.map((loss, i) => ({ step: curve.steps[i]!, measured: curve.loss[i]!, predicted: loss }));
    return {
      name,
      error: mean(errors),
      atTheEnd: mean(errors.slice(-10)),
      points: points.filter((_, i) => i % every === 0),
    };
  });
}

function fewPoints(size: Size, curvesOf: CurvesOf, { lambda, few }: Params): Few {
  const fit = (n: number) =>
    fitAnnealing(
      FITTED.map((name) => everyNth(curvesOf(name), n)),
      { lambda, warmup: 'raw', warmupSteps: WARMUP_STEPS },
    ).constants;
  return { size, all: fit(1), few: fit(few) };
}

/** Both curves of the example, the last five points of the cosine looked at apart. */
function example({ lambda }: Params): Example {
  const { cosine, constant } = authorsExample();
  const options = { lambda, warmupSteps: EXAMPLE_WARMUP };
  const full = fitAnnealing([cosine, constant], { ...options, law: { starts: 'grid' } });
  const { S1, loss } = annealingRuns([cosine, constant], options);
  const alone = fitPowerTrend(S1, loss, { loss: 'huber-log' });
  const errors = (residuals: Float64Array) =>
    Array.from(residuals.subarray(15, 20), (residual) => Math.abs(Math.expm1(-residual)));
  return {
    constants: full.constants,
    r2: full.fit.r2,
    atTheEnd: Math.max(...errors(full.fit.residuals)),
    powerLaw: { r2: alone.fit!.r2, atTheEnd: errors(alone.residuals) },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)}%`;

const EXAMPLE: AnnealingConstants = { L0: 2.628, A: 0.43, C: 0.411, alpha: 0.55 };

/** Claim 1: the authors' own points. */
function* exampleClaims({ constants, r2, atTheEnd, powerLaw }: Example): Generator<ClaimEvent> {
  const inWords = ({ L0, A, C, alpha }: AnnealingConstants) =>
    `${L0.toFixed(3)} + ${A.toFixed(3)} S1^-${alpha.toFixed(3)} - ${C.toFixed(3)} S2`;
  yield claim({
    says: 'the fit to the example of the authors has their constants, to three decimals, and R^2 >= 0.9995',
    paper: inWords(EXAMPLE),
    measured: `${inWords(constants)}, R^2 ${r2.toFixed(5)}`,
    holds: inWords(constants) === inWords(EXAMPLE) && r2 >= 0.9995,
    note: '40 points of two curves; all starts of the authors’ grid',
  });
  yield claim({
    says: 'with the annealing area the last five points of its cosine curve are off by less than 0.05%',
    paper: '< 0.05% (a re-run of the authors’ script)',
    measured: `at most ${percent(atTheEnd, 3)}`,
    holds: atTheEnd < 5e-4,
  });
  yield claim({
    says: 'without it they are off by 2.3 to 2.6%, and R^2 is 0.977',
    paper: '2.3 to 2.6%, R^2 0.977 (a re-run)',
    measured: `${percent(Math.min(...powerLaw.atTheEnd))} to ${percent(Math.max(...powerLaw.atTheEnd))}, R^2 ${powerLaw.r2.toFixed(4)}`,
    holds:
      powerLaw.atTheEnd.every((error) => error >= 0.0225 && error < 0.0265) && Math.abs(powerLaw.r2 - 0.977) < 5e-4,
    note: 'a power law of S1 plus a constant, the same Huber loss of log residuals',
  });
}

const forecastOf = (forecasts: readonly Forecast[], size: Size, law: LawName) =>
  forecasts.find((forecast) => forecast.size === size && forecast.law === law)!.curves;

const errorOf = (forecasts: readonly Forecast[], size: Size, law: LawName) =>
  mean(forecastOf(forecasts, size, law).map(({ error }) => error));

/** Claims 2 and 3: schedules that were not seen. */
function* forecastClaims(forecasts: readonly Forecast[], { sizes }: Params): Generator<ClaimEvent> {
  const note = 'mean over six unseen schedules of the mean relative error; fitted to a cosine and a constant run';
  for (const size of sizes) {
    const [raw, peak, alone] = [RAW, PEAK, ALONE].map((law) => errorOf(forecasts, size, law)) as [number, number, number]; // prettier-ignore
    yield claim({
      says: `${size}: curves under unseen schedules are predicted within 0.3%, with either warm-up convention`,
      paper: 'about 0.2% on its own runs',
      measured: `raw ${percent(raw)}, peak ${percent(peak)}`,
      holds: raw <= 0.003 && peak <= 0.003,
      note,
    });
    yield claim({
      says: `${size}: a power law of the steps alone is at least 4 times as wrong`,
      paper: 'annealing explains the drop',
      measured: `${percent(alone)}, ${(alone / raw).toFixed(1)} times`,
      holds: alone >= 4 * raw,
      note,
    });
    const ends = forecastOf(forecasts, size, ALONE)
      .filter(({ name }) => !name.startsWith('constant'))
      .map(({ atTheEnd }) => atTheEnd);
    yield claim({
      says: `${size}: on the last ten points of each annealed curve it errs by 1 to 6%`,
      paper: 'annealing explains the drop',
      measured: `${percent(Math.min(...ends))} to ${percent(Math.max(...ends))}`,
      holds: Math.min(...ends) >= 0.01 && Math.max(...ends) <= 0.06,
      note: 'mean relative error of the last ten points; cosine, WSD and two-stage',
    });
  }
}

/** Claim 5: few points are enough. */
const fewClaim = ({ size, all, few }: Few, params: Params): ClaimEvent =>
  claim({
    says: `${size}: every ${params.few}th point of the two curves tells L0 within 1%`,
    paper: 'a few points are enough',
    measured: `${few.L0.toFixed(3)} against ${all.L0.toFixed(3)}, ${percent(few.L0 / all.L0 - 1)}`,
    holds: Math.abs(few.L0 / all.L0 - 1) < 0.01,
    note: 'raw warm-up',
  });

function errorTable(forecasts: readonly Forecast[], { sizes }: Params): TableEvent {
  return table({
    name: 'errors',
    columns: [
      { key: 'size', title: 'model' },
      { key: 'law', title: 'law' },
      { key: 'mean', title: 'mean relative error (%)', better: 'lower' },
      ...PREDICTED.map((name) => ({ key: name, title: name, better: 'lower' as const })),
    ],
    rows: sizes.flatMap((size) =>
      (Object.keys(laws) as LawName[]).map((law) => ({
        size,
        law,
        mean: 100 * errorOf(forecasts, size, law),
        ...Object.fromEntries(forecastOf(forecasts, size, law).map(({ name, error }) => [name, 100 * error])),
      })),
    ),
  });
}

/** The schedule on which the laws differ most: a long stable phase, then a decay. */
const SHOWN = 'wsd_20000_24000';

function forecastPlot(size: Size, forecasts: readonly Forecast[]) {
  const lines = (Object.keys(laws) as LawName[]).map(
    (law) => [law, forecastOf(forecasts, size, law).find(({ name }) => name === SHOWN)!.points] as const,
  );
  const measured = lines[0]![1].map(({ step, measured: loss }) => ({ line: 'measured', step, loss }));
  return linePlot({
    name: `forecast-${size}`,
    caption: `Loss of the model of ${size} parameters under a schedule that is stable and then decays: measured, and predicted from a cosine and a constant run.`,
    x: { field: 'step', title: 'step' },
    y: { field: 'loss', title: 'loss (nats per token)', scale: { zero: false } },
    series: { field: 'line', title: 'law' },
    values: [
      ...measured,
      ...lines.flatMap(([line, points]) => points.map(({ step, predicted: loss }) => ({ line, step, loss }))),
    ],
  });
}
