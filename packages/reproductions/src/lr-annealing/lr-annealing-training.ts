import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  Random,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  claim,
  defineStudy,
  estimate,
  paper,
  table,
} from '@surprisal/core';
import { type Transformer, transformer } from '@surprisal/nn';
import {
  type AnnealingFitOptions,
  type LossCurve,
  annealingRuns,
  constant,
  cosine,
  fitAnnealing,
  fitPowerTrend,
  trendLoss,
  warmupStableDecay,
} from '@surprisal/scaling-laws';
import { z } from 'zod';
import { ALPHABET, characterParams, characterTask } from './character-task.js';
import { linePlot } from '../shared/line-plot.js';
import { heldOutLoss, nextTokenLoss } from '../shared/next-token.js';
import { type Measured, type Training, trainInTurn } from '../shared/train-in-turn.js';

const schema = z.object({
  ...characterParams,
  steps: z.number().int().min(20).default(1000).describe('steps of Adam'),
  warmup: z.number().int().min(0).default(100).describe('of them, steps of linear warm-up'),
  every: z.number().int().min(1).default(20).describe('steps between two measurements'),
  peak: z.number().gt(0).default(3e-3).describe('highest learning rate; cosine and WSD end at a tenth of it'),
  batchSize: z.number().int().min(1).default(32).describe('sequences per step'),
  context: z.number().int().min(2).default(32).describe('characters per sequence'),
  width: z.number().int().min(4).multipleOf(4).default(32).describe('numbers per position, of four heads'),
  depth: z.number().int().min(1).default(2).describe('layers'),
  seeds: z.number().int().min(1).default(3).describe('trainings per schedule, each with a seed of its own'),
});

type Params = z.output<typeof schema>;

/** Of a WSD run: the steps in which its rate falls, and in which it is predicted. */
const DECAY = 0.2;

const schedules = { constant: constant(), cosine: cosine(), wsd: warmupStableDecay({ decay: DECAY }) };
type ScheduleName = keyof typeof schedules;
const names = Object.keys(schedules) as ScheduleName[];

interface Run {
  readonly schedule: ScheduleName;
  readonly seed: number;
  readonly curve: LossCurve;
}

/**
 * Paper 12, claim 4: a small transformer learns the characters of a book at constant, cosine and WSD rates; the annealing law, fitted to the first two,
 * predicts the end of the third.
 */
export const lrAnnealingTraining = defineStudy({
  name: 'lr-annealing-training',
  summary: 'A small transformer on a book at constant, cosine and WSD rates: the third predicted from the other two.',
  paper: paper(12),
  params: schema,
  quick: { steps: 200, warmup: 20, every: 10, batchSize: 16, width: 16, depth: 1, testCharacters: 2048, seeds: 1 },
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const { params } = context;
    const cells = cellsOf(context);
    const points = yield* trainInTurn(await trainingsOf(cells, context), context);
    if (!points) return;
    const runs = cells.map(({ schedule, seed }, i) => ({
      schedule,
      seed,
      curve: curveOf(schedule, points[i]!, params),
    }));
    const forecasts = seedsOf(context).map((seed) => forecastsOf(runs.filter((run) => run.seed === seed), params)); // prettier-ignore
    yield errorTable(forecasts);
    yield lossPlot(runs, forecasts);
    yield forecastClaim(forecasts);
  },
});

const seedsOf = ({ params, seed }: StudyContext<Params>) => Array.from({ length: params.seeds }, (_, i) => seed + i);

const cellsOf = (context: StudyContext<Params>) =>
  names.flatMap((schedule) => seedsOf(context).map((seed) => ({ schedule, seed })));

const ratesOf = (schedule: ScheduleName, { steps, warmup, peak }: Params): Float64Array =>
  schedules[schedule]({ total: steps, warmup, peak, min: peak / 10 });

/** First weights and batches depend on the seed alone: schedules are compared on the same. */
async function trainingsOf(
  cells: readonly Pick<Run, 'schedule' | 'seed'>[],
  { params, data }: StudyContext<Params>,
): Promise<Training<Transformer>[]> {
  const { train, test } = await characterTask(params, data);
  const { context, width, depth, batchSize, every } = params;
  const lengths = Array.from(ALPHABET, () => 1);
  return cells.map(({ schedule, seed }) => ({
    labels: { schedule, seed },
    model: () => transformer({ vocabularySize: ALPHABET.length, context, width, depth, seed }),
    rates: ratesOf(schedule, params),
    cost: (model, step) => nextTokenLoss(model, train, batchSize, new Random(seed).split('batch', step)),
    every,
    measure: async (model) => ({ loss: await heldOutLoss(model, test, lengths) }),
  }));
}

/** What was measured, after the warm-up. */
function curveOf(schedule: ScheduleName, points: readonly Measured[], params: Params): LossCurve {
  const measured = points.filter(({ step }) => step > params.warmup);
  return {
    name: schedule,
    rates: ratesOf(schedule, params),
    steps: measured.map(({ step }) => step),
    loss: measured.map(({ loss }) => loss!),
  };
}

const laws = {
  'annealing law': (fitted: readonly LossCurve[], options: AnnealingFitOptions) => {
    const fit = fitAnnealing(fitted, options);
    return { lambda: fit.lambda, losses: (curve: LossCurve) => fit.predict(curve.rates, curve).loss };
  },
  'annealing law, lambda searched': (fitted: readonly LossCurve[], options: AnnealingFitOptions) => {
    const fit = fitAnnealing(fitted, { ...options, lambda: 'search' });
    return { lambda: fit.lambda, losses: (curve: LossCurve) => fit.predict(curve.rates, curve).loss };
  },
  'power law alone': (fitted: readonly LossCurve[], { warmupSteps }: AnnealingFitOptions) => {
    const areas = (curves: readonly LossCurve[]) => annealingRuns(curves, { warmupSteps });
    const { S1, loss } = areas(fitted);
    const { trend } = fitPowerTrend(S1, loss, { loss: 'huber-log' });
    return { lambda: NaN, losses: (curve: LossCurve) => areas([curve]).S1.map((area) => trendLoss(trend, area)) };
  },
};
type LawName = keyof typeof laws;
const [ANNEALING] = Object.keys(laws) as [LawName];

interface Forecast {
  readonly lambda: number;
  /** At the measured steps of the WSD run. */
  readonly predicted: readonly number[];
  /** Mean and largest relative error in the last fifth. */
  readonly error: number;
  readonly worst: number;
}

/** One seed: the laws, fitted to its constant and its cosine run, on its WSD run. */
function forecastsOf(runs: readonly Run[], { steps, warmup }: Params): Readonly<Record<LawName, Forecast>> {
  const [flat, falling, wsd] = names.map((name) => runs.find(({ schedule }) => schedule === name)!.curve);
  const isLast = (i: number) => wsd!.steps[i]! > (1 - DECAY) * steps;
  const forecast = (law: LawName): Forecast => {
    const { lambda, losses } = laws[law]([flat!, falling!], { warmupSteps: warmup });
    const predicted = Array.from(losses(wsd!));
    const errors = predicted.map((loss, i) => Math.abs(loss / wsd!.loss[i]! - 1)).filter((_, i) => isLast(i));
    const error = errors.reduce((sum, value) => sum + value, 0) / errors.length;
    return { lambda, predicted, error, worst: Math.max(...errors) };
  };
  return Object.fromEntries((Object.keys(laws) as LawName[]).map((law) => [law, forecast(law)])) as Record<LawName, Forecast>; // prettier-ignore
}

type Forecasts = readonly Readonly<Record<LawName, Forecast>>[];

const over = (forecasts: Forecasts, law: LawName, value: (forecast: Forecast) => number): Estimate =>
  estimate(forecasts.map((forecast) => value(forecast[law])));

const forecastClaim = (forecasts: Forecasts): ClaimEvent => {
  const measured = over(forecasts, ANNEALING, ({ error }) => 100 * error);
  return claim({
    says: 'the last 20% of a WSD run are predicted within 1%, from a constant and a cosine run',
    paper: 'about 0.2% on its own runs',
    measured,
    holds: measured.mean <= 1,
    note: 'mean relative error in percent, lambda 0.999; a small transformer on characters in place of a language model',
  });
};

const errorTable = (forecasts: Forecasts): TableEvent =>
  table({
    name: 'errors',
    columns: [
      { key: 'law', title: 'law' },
      { key: 'error', title: 'mean error of the last 20% (%)', better: 'lower' },
      { key: 'worst', title: 'largest (%)', better: 'lower' },
    ],
    rows: (Object.keys(laws) as LawName[]).map((law) => ({
      law,
      error: over(forecasts, law, ({ error }) => 100 * error),
      worst: over(forecasts, law, ({ worst }) => 100 * worst),
    })),
  });

/** Of the first seed: the three runs, and what is predicted of the third. */
function lossPlot(runs: readonly Run[], [forecasts]: Forecasts): PlotEvent {
  const first = runs.filter(({ seed }) => seed === runs[0]!.seed);
  const lines = first.map(({ schedule, curve }) => ({ line: schedule, steps: curve.steps, loss: curve.loss }));
  const { steps } = first.find(({ schedule }) => schedule === 'wsd')!.curve;
  lines.push({ line: 'wsd, predicted' as ScheduleName, steps, loss: forecasts![ANNEALING].predicted });
  return linePlot({
    name: 'losses',
    caption: 'Held-out loss (nats per character) of one model under three schedules, and the prediction of the third.',
    x: { field: 'step', title: 'step' },
    y: { field: 'loss', title: 'loss (nats per character)', scale: { zero: false } },
    series: { field: 'line', title: 'schedule' },
    values: lines.flatMap(({ line, steps: at, loss }) => Array.from(at, (step, i) => ({ line, step, loss: loss[i]! }))),
  });
}
