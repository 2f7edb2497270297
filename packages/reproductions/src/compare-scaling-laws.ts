import {
  DataError,
  type DataLoader,
  DomainError,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  defineStudy,
  table,
} from '@surprisal/core';
import { FLOP_PER_PETAFLOP_DAY, type ColumnMap, type Runs, type ScalingLaw, annealingRuns, holdOut } from '@surprisal/scaling-laws'; // prettier-ignore
import { z } from 'zod';
import { WARMUP_STEPS, everyNth, measuredCurve } from './lr-annealing/curves.js';
import { type Part, inTurn } from './shared/in-turn.js';
import { linePlot } from './shared/line-plot.js';

const schema = z.object({
  table: z
    .enum(['chinchilla-epoch', 'chinchilla-kyo-takano', 'lr-schedule-loss-curves'])
    .default('chinchilla-epoch')
    .describe('runs of language models, or the loss curves of three of them'),
  shares: z.array(z.number().gt(0).lt(1)).default([0.1, 0.2, 0.4]).describe('shares of the runs, the largest ones, that are predicted'), // prettier-ignore
  thinned: z.number().int().min(1).default(8).describe('of loss curves, every how-many-th point is read'),
});

type Params = z.output<typeof schema>;

/** A table as laws read it, and the column by whose largest values runs are kept back. */
interface Task {
  readonly runs: Runs;
  readonly by: 'C' | 'S';
}

/** What came of a law at one share. Errors are root mean squares of `ln L - ln Lhat`. */
interface Scored {
  readonly law: string;
  readonly share: number;
  readonly fitted: number;
  readonly heldOut: number;
  /** Of two predictors that know no law. */
  readonly lastLoss: number;
  readonly logLinear: number;
  readonly unidentified: readonly string[];
}

/** A law that the table does not suit, or whose fit fails. */
interface LeftOut {
  readonly law: string;
  readonly reason: string;
}

type Result = Scored | LeftOut;

/** Any scaling laws on the same runs, fitted to the smaller ones: what `compare scaling-law --on extrapolation` runs. */
export const compareScalingLaws = defineStudy({
  name: 'compare-scaling-laws',
  summary: 'Any registered scaling laws, fitted to the smaller runs of a table and scored on its largest.',
  params: schema,
  quick: { shares: [0.2], thinned: 32 },
  compares: { kind: 'scaling-law', on: 'extrapolation' },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<Result>(
      await partsOf(context),
      context,
      (result) =>
      'share' in result ? [{ law: result.law, share: result.share, fitted: result.fitted, heldOut: result.heldOut }] : [], // prettier-ignore
    );
    if (!results) return;
    const leftOut = leftOutOf(results);
    const scores = results.filter((result): result is Scored => 'share' in result && !leftOut.has(result.law));
    if (scores.length > 0) {
      yield scoreTable(scores, context.params);
      yield scorePlot(scores, context.params);
    }
    if (leftOut.size > 0) yield leftOutTable(leftOut);
  },
});

async function partsOf({ params, data, contestants = [] }: StudyContext<Params>): Promise<Part<Result>[]> {
  if (contestants.length === 0)
    throw new DomainError('compare-scaling-laws: contestants must name at least one scaling law, got none');
  const task = await taskOf(params, data);
  return contestants.flatMap(({ label, instance }) => {
    const law = instance as ScalingLaw;
    const reason = mismatch(law, task);
    if (reason !== undefined) return [{ label, compute: () => ({ law: label, reason }) }];
    return params.shares.map((share) => ({
      label: `${label}, ${100 * share}% held out`,
      compute: () => scoreOf(label, law, task, share),
    }));
  });
}

async function taskOf({ table: name, thinned }: Params, data: DataLoader): Promise<Task> {
  if (name === 'lr-schedule-loss-curves') return { runs: await curveRuns(thinned, data), by: 'S' };
  const { N, C, loss } = await data(name);
  const D = C.map((compute, i) => compute / (6 * N[i]!));
  return { runs: { N, D, C, pf_days: C.map((compute) => compute / FLOP_PER_PETAFLOP_DAY), loss }, by: 'C' };
}

const sizes = { '25M': 25e6, '100M': 100e6, '400M': 400e6 };

/** The points of all loss curves after the warm-up, with sizes, steps and areas. */
async function curveRuns(thinned: number, data: DataLoader): Promise<Runs> {
  const curves = await data('lr-schedule-loss-curves');
  const tables = Object.entries(sizes).map(([size, parameters]) => {
    const names = Object.keys(curves.curves).filter((name) => name.startsWith(`${size}/`));
    const measured = names.map((name) => everyNth(measuredCurve(curves, size, name.slice(size.length + 1)), thinned));
    return { parameters, ...annealingRuns(measured, { warmup: 'raw', warmupSteps: WARMUP_STEPS }) };
  });
  const column = (key: 'S1' | 'S2' | 'loss' | 'step') => tables.flatMap((rows) => Array.from(rows[key]));
  return {
    N: tables.flatMap(({ parameters, loss }) => Array.from(loss, () => parameters)),
    S: column('step'),
    S1: column('S1'),
    S2: column('S2'),
    loss: column('loss'),
  };
}

/** Laws of any one input get that by which runs are kept back. */
const columnsOf = ({ inputs }: ScalingLaw, by: string): ColumnMap =>
  Object.fromEntries(
    inputs.flatMap(({ name, unit }) => (name === 'x' ? [[name, by]] : unit === 'PF-days' ? [[name, 'pf_days']] : [])),
  );

/** Why a law cannot be fitted to a table: a column that is not there. */
function mismatch(law: ScalingLaw, { runs, by }: Task): string | undefined {
  const missing = law.inputs
    .filter(({ name }) => !((columnsOf(law, by)[name] ?? name) in runs))
    .map(({ name, description }) => `${name} (${description})`);
  return missing.length > 0 ? `the table has no ${missing.join(', ')}` : undefined;
}

function scoreOf(label: string, law: ScalingLaw, { runs, by }: Task, share: number): Result {
  try {
    const { fit, score, baselines } = holdOut(law, runs, { by, share, columns: columnsOf(law, by) });
    const fitted = Math.sqrt(fit.residuals.reduce((sum, residual) => sum + residual ** 2, 0) / fit.residuals.length);
    return { law: label, share, fitted, heldOut: score, ...baselines, unidentified: fit.unidentified };
  } catch (error) {
    if (!(error instanceof DataError || error instanceof DomainError)) throw error;
    return { law: label, reason: `with ${percent(share)}% held out: ${error.message}` };
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (error: number) => 100 * error;

/** Why a law is in no table: one that fails at one share cannot be ranked by its mean over all. */
const leftOutOf = (results: readonly Result[]): ReadonlyMap<string, string> =>
  new Map(results.flatMap((result) => ('reason' in result ? [[result.law, result.reason] as const] : [])));

/** By rising mean error on the runs held out, the two baselines among them. */
function ranked(scores: readonly Scored[]): { readonly law: string; readonly own: readonly Scored[] }[] {
  const first = scores.filter(({ law }) => law === scores[0]!.law);
  const baseline = (law: string, key: 'lastLoss' | 'logLinear') => ({
    law,
    own: first.map((one) => ({ ...one, law, heldOut: one[key], fitted: NaN, unidentified: [] })),
  });
  const laws = [...new Set(scores.map(({ law }) => law))];
  return [
    ...laws.map((law) => ({ law, own: scores.filter((score) => score.law === law) })),
    baseline('(last loss)', 'lastLoss'),
    baseline('(straight line)', 'logLinear'),
  ].sort((a, b) => mean(a.own.map(({ heldOut }) => heldOut)) - mean(b.own.map(({ heldOut }) => heldOut)));
}

const scoreTable = (scores: readonly Scored[], { shares }: Params): TableEvent =>
  table({
    name: 'scores',
    columns: [
      { key: 'law', title: 'law' },
      ...shares.map((share) => ({ key: `heldOut${share}`, title: `error on the largest ${percent(share)}% (%)`, better: 'lower' as const })), // prettier-ignore
      { key: 'fitted', title: 'on the runs fitted (%)', better: 'lower' },
      { key: 'unidentified', title: 'constants not told' },
    ],
    rows: ranked(scores).map(({ law, own }) => ({
      law,
      ...Object.fromEntries(own.map(({ share, heldOut }) => [`heldOut${share}`, percent(heldOut)])),
      fitted: Number.isNaN(own[0]!.fitted) ? '' : percent(mean(own.map(({ fitted }) => fitted))),
      unidentified: [...new Set(own.flatMap(({ unidentified }) => unidentified))].join(', '),
    })),
  });

const leftOutTable = (reasons: ReadonlyMap<string, string>): TableEvent =>
  table({
    name: 'left out',
    columns: [
      { key: 'law', title: 'law' },
      { key: 'reason', title: 'why' },
    ],
    rows: Array.from(reasons, ([law, reason]) => ({ law, reason })),
  });

const scorePlot = (scores: readonly Scored[], { table: name }: Params): PlotEvent =>
  linePlot({
    name: 'error-by-share',
    caption: `Error of each law on the largest runs of ${name} (percent, root mean square), by how many of them it was not fitted to.`,
    x: { field: 'share', title: 'share held out', format: '%' },
    y: { field: 'error', title: 'error (%)', scale: { type: 'log' } },
    series: { field: 'law', title: 'law' },
    values: ranked(scores).flatMap(({ law, own }) =>
      own.map(({ share, heldOut }) => ({ law, share, error: percent(heldOut) })),
    ),
  });
