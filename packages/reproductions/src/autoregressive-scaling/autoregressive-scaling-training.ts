import {
  type ClaimEvent,
  DataError,
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
  chinchilla,
  constant,
  extrapolationCollapse,
  fitPowerTrend,
  isoFlop,
  trendLoss,
} from '@surprisal/scaling-laws';
import { z } from 'zod';
import { linePlot } from '../shared/line-plot.js';
import { LEVELS, PIXELS, meanPixelLoss, pixelLoss, pixelTask } from './pixel-task.js';
import { type Training, trainInTurn } from '../shared/train-in-turn.js';

const schema = z.object({
  widths: z.array(z.number().int().min(2).multipleOf(2)).min(5).default([4, 8, 12, 16, 24, 32, 48]).describe('numbers per position of the models, of two heads'), // prettier-ignore
  depth: z.number().int().min(1).default(2).describe('layers'),
  steps: z.number().int().min(20).default(500).describe('steps of Adam'),
  warmup: z.number().int().min(0).default(25).describe('of them, steps of linear warm-up'),
  every: z.number().int().min(1).default(25).describe('steps between two measurements'),
  learningRate: z.number().gt(0).default(3e-3).describe('learning rate after the warm-up'),
  batchSize: z.number().int().min(1).default(16).describe('digits per step'),
  testDigits: z.number().int().min(1).max(10_000).default(100).describe('digits the loss is measured on, as they are and turned'), // prettier-ignore
  seeds: z.number().int().min(1).default(3).describe('trainings per size, each with a seed of its own'),
});

type Params = z.output<typeof schema>;

/** A measurement: size (without embeddings), pixels seen, loss on digits and on turned digits. */
interface Point {
  readonly seed: number;
  readonly N: number;
  readonly D: number;
  readonly loss: number;
  readonly shifted: number;
}

/**
 * Paper 3, claims 3 and 4, and the two ways of Chinchilla to the best size: small transformers learn digits pixel by pixel, in seven sizes over two decades.
 * Claim 4 is the paper's on turned digits; it is about arithmetic there.
 *
 * The larger models are not trained to their end in the default number of steps: their loss at the best step is then that of the data seen, not of
 * their size.
 */
export const autoregressiveScalingTraining = defineStudy({
  name: 'autoregressive-scaling-training',
  summary: 'Transformers of seven sizes on digits, pixel by pixel: trends of the loss, forecasts, extrapolation.',
  paper: paper(3),
  params: schema,
  quick: {
    widths: [2, 4, 6, 8, 12],
    depth: 1,
    steps: 80,
    warmup: 5,
    every: 10,
    batchSize: 8,
    testDigits: 20,
    seeds: 1,
  },
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const cells = cellsOf(context);
    const trained = yield* trainInTurn(await trainingsOf(cells, context), context);
    if (!trained) return;
    const points = cells.flatMap(({ N, seed }, i) =>
      trained[i]!.map(({ step, loss, shifted }) => ({
        seed,
        N,
        D: step * context.params.batchSize * (PIXELS - 1),
        loss: loss!,
        shifted: shifted!,
      })),
    );
    const found = [...new Set(cells.map(({ seed }) => seed))].map((seed) => findingsOf(points.filter((point) => point.seed === seed))); // prettier-ignore
    yield sizeTable(points);
    yield findingTable(found);
    yield curvePlot(points);
    yield* sizeClaims(found);
    yield* collapseClaims(found);
    yield approachClaim(found);
  },
});

const cellsOf = ({ params, seed }: StudyContext<Params>) =>
  params.widths.flatMap((width) =>
    Array.from({ length: params.seeds }, (_, i) => ({ width, N: 12 * params.depth * width ** 2, seed: seed + i })),
  );

/** The batches depend on the seed alone: all sizes learn from the same. */
async function trainingsOf(
  cells: ReturnType<typeof cellsOf>,
  { params, data }: StudyContext<Params>,
): Promise<Training<Transformer>[]> {
  const { train, test, shifted } = pixelTask(await data('mnist'), params.testDigits);
  const { depth, steps: total, warmup, every, learningRate: peak, batchSize } = params;
  const rates = constant()({ total, warmup, peak });
  return cells.map(({ width, N, seed }) => ({
    labels: { N, seed },
    model: () => transformer({ vocabularySize: LEVELS, context: PIXELS, width, heads: 2, depth, seed }),
    rates,
    cost: (model, step) => {
      const random = new Random(seed).split('batch', step);
      return pixelLoss(
        model,
        train,
        Array.from({ length: batchSize }, () => random.integer(train.length / PIXELS)),
      );
    },
    every,
    measure: async (model) => ({
      loss: await meanPixelLoss(model, test),
      shifted: await meanPixelLoss(model, shifted),
    }),
  }));
}

/** What one seed's models say. */
interface Findings {
  /** Sums of squared log residuals of the losses at the best step. */
  readonly pure: number;
  readonly full: number;
  readonly Linf: number;
  readonly alpha: number;
  /** Relative error of the loss of the largest model, forecast from the others. */
  readonly forecast: number;
  /** R^2 of ln loss on turned digits on ln loss, and what ln N adds to it. */
  readonly collapse: number;
  readonly bySize: number;
  /** Exponents of the best size by approaches 2 and 3; NaN where there is no answer. */
  readonly second: number;
  readonly third: number;
}

function findingsOf(points: readonly Point[]): Findings {
  const best = bestOf(points);
  const [N, loss] = [best.map((point) => point.N), best.map((point) => point.loss)];
  const squares = (irreducible: boolean) => fitPowerTrend(N, loss, { irreducible }).residuals.reduce((sum, r) => sum + r ** 2, 0); // prettier-ignore
  const { trend } = fitPowerTrend(N, loss);
  const others = fitPowerTrend(N.slice(0, -1), loss.slice(0, -1)).trend;
  const { trainOnly, withSize } = extrapolationCollapse({
    N: points.map((point) => point.N),
    train: points.map((point) => point.loss),
    test: points.map((point) => point.shifted),
  });
  const { alpha, beta } = chinchilla({ starts: 'auto' }).fit(columnsOf(points)).parameters;
  return {
    pure: squares(false),
    full: squares(true),
    Linf: trend.Linf,
    alpha: trend.alpha,
    forecast: Math.abs(trendLoss(others, N.at(-1)!) / loss.at(-1)! - 1),
    collapse: trainOnly.r2,
    bySize: withSize.r2 - trainOnly.r2,
    second: secondApproach(points),
    third: beta / (alpha + beta),
  };
}

/** The least loss of every size, by rising size. */
const bestOf = (points: readonly Point[]): Point[] =>
  sizesOf(points).map((N) => points.filter((point) => point.N === N).reduce((a, b) => (b.loss < a.loss ? b : a)));

const sizesOf = (points: readonly Point[]) => [...new Set(points.map(({ N }) => N))].sort((a, b) => a - b);

const columnsOf = (points: readonly Point[]) => ({
  N: points.map(({ N }) => N),
  D: points.map(({ D }) => D),
  loss: points.map(({ loss }) => loss),
});

/** Budgets from the least to the largest that is reached by three sizes at least; losses between measurements are linear in ln C. */
function secondApproach(points: readonly Point[]): number {
  const curves = sizesOf(points).map((N) => ({
    N,
    at: points.filter((point) => point.N === N).map(({ D, loss }) => ({ lnC: Math.log(6 * N * D), loss })),
  }));
  const all = curves.flatMap(({ at }) => at.map(({ lnC }) => lnC));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const rows = Array.from({ length: 21 }, (_, i) => low + ((high - low) * i) / 20).flatMap((lnC) => {
    const own = curves.flatMap(({ N, at }) => {
      const next = at.findIndex((point) => point.lnC >= lnC);
      if (next < 1) return [];
      const [from, to] = [at[next - 1]!, at[next]!];
      const share = (lnC - from.lnC) / (to.lnC - from.lnC);
      return [{ C: Math.exp(lnC), N, loss: from.loss + share * (to.loss - from.loss) }];
    });
    return own.length >= 3 ? own : [];
  });
  try {
    return isoFlop({ C: rows.map(({ C }) => C), N: rows.map(({ N }) => N), loss: rows.map(({ loss }) => loss) }).a;
  } catch (error) {
    if (error instanceof DataError) return NaN; // fewer than two budgets have a best size
    throw error;
  }
}

const over = (found: readonly Findings[], value: (findings: Findings) => number): Estimate =>
  estimate(found.map(value));

const setting = 'transformers of pixels on digits of 8 x 8 pixels and 16 grey levels, sizes without embeddings';

/** Claim 3: a power law plus constant. */
function* sizeClaims(found: readonly Findings[]): Generator<ClaimEvent> {
  const ratio = over(found, ({ pure, full }) => pure / full);
  yield claim({
    says: 'a power law alone leaves at least twice the squared log residuals of a power law plus constant',
    paper: 'power law plus constant in all domains',
    measured: ratio,
    holds: ratio.mean >= 2,
    note: `loss at the best step measured, the larger models not trained to their end; ${setting}`,
  });
  const forecast = over(found, ({ forecast }) => 100 * forecast);
  yield claim({
    says: 'the loss of the largest model is forecast from the others within 1%',
    paper: 'trends hold over orders of magnitude',
    measured: forecast,
    holds: forecast.mean <= 1,
    note: `relative error in percent, the larger models not trained to their end; ${setting}`,
  });
}

/** Claim 4: what is off the training distribution follows the loss, not the size. */
function* collapseClaims(found: readonly Findings[]): Generator<ClaimEvent> {
  const note = `all sizes and steps; digits turned by 1 radian in place of longer additions; ${setting}`;
  const r2 = over(found, ({ collapse }) => collapse);
  yield claim({
    says: 'the loss on turned digits is a function of the loss: R^2 >= 0.9 in logarithms',
    paper: 'a function of the training loss alone',
    measured: r2,
    holds: r2.mean >= 0.9,
    note,
  });
  const added = over(found, ({ bySize }) => bySize);
  yield claim({
    says: 'size adds less than 0.05 to that',
    paper: 'a function of the training loss alone',
    measured: added,
    holds: added.mean < 0.05,
    note,
  });
}

/** Claim 6 of the baselines: two ways to the best size. */
function approachClaim(found: readonly Findings[]): ClaimEvent {
  const off = over(found, ({ second, third }) => second - third);
  return claim({
    says: 'approaches 2 and 3 of Chinchilla agree within 0.1 on how the best size grows with compute',
    paper: 'three approaches agree',
    measured: off,
    holds: Math.abs(off.mean) <= 0.1,
    note: `difference of the exponents; measurements along one training per size, rate constant; ${setting}`,
  });
}

const sizeTable = (points: readonly Point[]): TableEvent => {
  const seeds = [...new Set(points.map(({ seed }) => seed))];
  const best = seeds.flatMap((seed) => bestOf(points.filter((point) => point.seed === seed)));
  return table({
    name: 'sizes',
    columns: [
      { key: 'N', title: 'parameters' },
      { key: 'loss', title: 'loss at the best step (nats per pixel)', better: 'lower' },
      { key: 'shifted', title: 'on turned digits', better: 'lower' },
    ],
    rows: sizesOf(points).map((N) => {
      const own = best.filter((point) => point.N === N);
      return { N, loss: estimate(own.map(({ loss }) => loss)), shifted: estimate(own.map(({ shifted }) => shifted)) };
    }),
  });
};

const findingTable = (found: readonly Findings[]): TableEvent =>
  table({
    name: 'trends',
    columns: [
      { key: 'what', title: 'what' },
      { key: 'found', title: 'found' },
    ],
    rows: [
      { what: 'irreducible loss (nats per pixel)', found: over(found, ({ Linf }) => Linf) },
      { what: 'exponent of size', found: over(found, ({ alpha }) => alpha) },
      { what: 'exponent of the best size, approach 2', found: over(found, ({ second }) => second) },
      { what: 'the same, approach 3', found: over(found, ({ third }) => third) },
    ],
  });

function curvePlot(points: readonly Point[]): PlotEvent {
  const first = points.filter(({ seed }) => seed === points[0]!.seed);
  return linePlot({
    name: 'loss-by-compute',
    caption: 'Loss on digits (nats per pixel) by training compute (FLOP), one line per size.',
    x: { field: 'compute', title: 'compute (FLOP)', scale: { type: 'log' } },
    y: { field: 'loss', title: 'loss (nats per pixel)', scale: { type: 'log' } },
    series: { field: 'N', title: 'parameters' },
    values: first.map(({ N, D, loss }) => ({ N: String(N), compute: 6 * N * D, loss })),
  });
}
