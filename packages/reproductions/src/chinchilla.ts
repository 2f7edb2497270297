import {
  type ClaimEvent,
  type Datasets,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  claim,
  defineStudy,
  estimate,
  table,
} from '@surprisal/core';
import {
  type ChinchillaParameter,
  type Constants,
  type Runs,
  type ScalingFit,
  allocate,
  bootstrap,
  chinchilla,
  envelope,
  isoFlop,
} from '@surprisal/scaling-laws';
import { z } from 'zod';
import { type Part, inTurn } from './shared/in-turn.js';
import { linePlot } from './shared/line-plot.js';

const schema = z.object({
  starts: z.enum(['grid', 'auto']).default('grid').describe('where fits start: all 4500 points of the paper, or four'),
  resamples: z.number().int().min(10).default(1000).describe('refits of a bootstrap'),
  seeds: z.number().int().min(1).default(3).describe('bootstraps per fit, each with a seed of its own'),
});

type Params = z.output<typeof schema>;
type Parameters = Constants<ChinchillaParameter>;

interface Tables {
  readonly epoch: Datasets['chinchilla-epoch'];
  readonly kyoTakano: Datasets['chinchilla-kyo-takano'];
}

const epochRuns = ({ epoch: { N, C, loss } }: Tables): Runs => ({ N, C, loss });
const kyoTakanoRuns = ({ kyoTakano: { N, C, loss } }: Tables): Runs => ({ N, C, loss });

/** The rows and losses of the fits. The published constants of the re-analysis have in effect the absolute error as their loss. */
const fits = {
  'Epoch, 240 rows': { runs: epochRuns, dropTop: 5, loss: 'huber-log' },
  'Epoch, 240 rows, absolute error': { runs: epochRuns, dropTop: 5, loss: 'abs-log' },
  'Epoch, all 245 rows': { runs: epochRuns, dropTop: 0, loss: 'huber-log' },
  'Kyo-Takano, 234 rows': { runs: kyoTakanoRuns, dropTop: 0, loss: 'huber-log' },
} as const;
type FitName = keyof typeof fits;
const [EPOCH, ABSOLUTE, ALL, SECOND] = Object.keys(fits) as [FitName, FitName, FitName, FitName];

interface Fitted {
  readonly name: FitName;
  readonly parameters: Parameters;
  readonly objective: number;
  /** The objective of the published constants of Hoffmann et al., unrounded. */
  readonly hoffmann: number;
  readonly starts: number;
  readonly agreeing: number;
}

type Interval = readonly [low: number, high: number];

interface Resampled {
  readonly name: FitName;
  readonly seed: number;
  readonly standardErrors: Parameters;
  readonly intervals: Readonly<Record<'E' | 'alpha' | 'beta' | 'a', Interval>>;
  /** Chi-square statistic of the constants of Hoffmann et al., five degrees of freedom. */
  readonly statistic: number;
  readonly ranAway: number;
}

/** Exponents with which the best size grows, without a formula. */
interface Exponents {
  readonly exponents: readonly { readonly name: string; readonly a: number; readonly budgets: number }[];
}

type Fit = ScalingFit<ChinchillaParameter>;
type Result = Fitted | Resampled | Exponents;

/**
 * The re-analysis of Chinchilla: approach 3 from all 4500 starts on two readings of the published figure, with and without its outliers, bootstrap intervals
 * beside the published ones, and what approaches 1 and 2 say of the same runs.
 *
 * Hoffmann et al.: Training Compute-Optimal Large Language Models, 2022, arXiv:2203.15556; Besiroglu et al.: Chinchilla Scaling: A
 * replication attempt, 2024, arXiv:2404.10102.
 */
export const chinchillaStudy = defineStudy({
  name: 'chinchilla',
  summary: 'The re-analysis of Chinchilla on two readings of its runs: fits from 4500 starts, and their intervals.',
  params: schema,
  quick: { starts: 'auto', resamples: 50, seeds: 1 },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<Result>(await partsOf(context), context, metricsOf);
    if (!results) return;
    const fitted = results.filter((result): result is Fitted => 'objective' in result);
    const resampled = results.filter((result): result is Resampled => 'seed' in result);
    const fitOf: FitOf = (name) => fitted.find((fit) => fit.name === name)!;
    const over: Over = (name, value) => estimate(resampled.filter((one) => one.name === name).map(value));
    yield fitTable(fitOf, over);
    yield intervalTable(over);
    yield exponentTable(
      fitOf,
      results.find((result): result is Exponents => 'exponents' in result)!,
    );
    yield tokensPlot(fitOf);
    yield* fitClaims(fitOf);
    yield* intervalClaims(over);
    yield* allocationClaims();
  },
});

type FitOf = (name: FitName) => Fitted;
/** A mean over the bootstraps of a fit. */
type Over = (name: FitName, value: (one: Resampled) => number) => Estimate;

const { published } = chinchilla();
const exponentOf = ({ alpha, beta }: Parameters) => beta / (alpha + beta);

async function partsOf({ params, seed, data }: StudyContext<Params>): Promise<Part<Result>[]> {
  const [epoch, kyoTakano] = await Promise.all([data('chinchilla-epoch'), data('chinchilla-kyo-takano')]);
  const tables = { epoch, kyoTakano };
  const kept = new Map<FitName, Fit>(); // fitted once, by the first part that needs it
  const fit = (name: FitName) => {
    if (!kept.has(name)) kept.set(name, fitTo(name, tables, params));
    return kept.get(name)!;
  };
  const names = Object.keys(fits) as FitName[];
  return [
    ...names.map((name) => ({ label: `fit to ${name}`, compute: () => summaryOf(name, fit(name)) })),
    { label: 'approaches 1 and 2', compute: () => ({ exponents: exponentsOf(tables) }) },
    ...[EPOCH, ABSOLUTE, SECOND].flatMap((name) =>
      Array.from({ length: params.seeds }, (_, i) => ({
        label: `bootstrap of ${name}, seed ${seed + i}`,
        compute: () => resampledOf(name, fit(name), params.resamples, seed + i),
      })),
    ),
  ];
}

const fitTo = (name: FitName, tables: Tables, { starts }: Params) => {
  const { runs, dropTop, loss } = fits[name];
  return chinchilla({ starts, loss }).fit(runs(tables), { dropTop });
};

/** The fit in numbers; {@link ScalingFit.runs} are without the outliers. */
function summaryOf(name: FitName, { parameters, objective, starts, agreeing, law, runs }: Fit): Fitted {
  const hoffmann = law.evaluate(published.hoffmannUnrounded!, runs).objective;
  return { name, parameters, objective, hoffmann, starts, agreeing };
}

function resampledOf(name: FitName, fit: Fit, resamples: number, seed: number): Resampled {
  const { standardErrors, interval, test, ranAway } = bootstrap(fit, { resamples, seed });
  return {
    name,
    seed,
    standardErrors,
    intervals: { E: interval('E'), alpha: interval('alpha'), beta: interval('beta'), a: interval(exponentOf) },
    statistic: test(published.hoffmannUnrounded!).statistic,
    ranAway,
  };
}

/** FLOP of the IsoFLOP curves of Hoffmann et al. */
const BUDGETS = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21];

/** Approaches 1 and 2, on runs put together: sizes that are equal to three digits, compute within a tenth of a budget. */
function exponentsOf(tables: Tables): Exponents['exponents'] {
  return Object.entries({ Epoch: tables.epoch, 'Kyo-Takano': tables.kyoTakano }).flatMap(([name, { N, C, loss }]) => {
    const sizes = N.map((size) => Number(size.toPrecision(3)));
    const grid = Array.from({ length: 25 }, (_, i) => 1e19 * 10 ** (i / 12));
    const first = envelope({ N: sizes, D: C.map((compute, i) => compute / (6 * sizes[i]!)), loss }, grid);
    const rows = C.flatMap((compute, i) => {
      const budget = BUDGETS.find((one) => Math.abs(Math.log(compute / one)) <= 0.1);
      return budget === undefined ? [] : [{ C: budget, N: N[i]!, loss: loss[i]! }];
    });
    const column = (key: 'C' | 'N' | 'loss') => rows.map((row) => row[key]);
    const second = isoFlop({ C: column('C'), N: column('N'), loss: column('loss') });
    return [
      { name: `approach 1, ${name}`, a: first.a, budgets: first.N.filter(Number.isFinite).length },
      { name: `approach 2, ${name}`, a: second.a, budgets: second.budgets.length },
    ];
  });
}

function metricsOf(result: Result): Readonly<Record<string, number | string>>[] {
  if ('exponents' in result) return result.exponents.map((exponent) => ({ ...exponent }));
  if ('objective' in result) return [{ name: result.name, objective: result.objective, ...result.parameters }];
  const { name, seed, intervals } = result;
  return [{ name, seed, aLow: intervals.a[0], aHigh: intervals.a[1] }];
}

const inWords = (parameters: Parameters) => {
  const { A, B, E, alpha, beta } = parameters;
  return `A ${A.toFixed(0)}, B ${B.toFixed(0)}, E ${E.toFixed(4)}, alpha ${alpha.toFixed(4)}, beta ${beta.toFixed(4)}`;
};

const digits =
  (count: number) =>
  ({ E, alpha, beta }: Parameters) =>
    `E ${E.toFixed(3)}, alpha ${alpha.toFixed(count)}, beta ${beta.toFixed(count)}, a ${exponentOf({ alpha, beta } as Parameters).toFixed(count)}`;

/** Claims 1 to 3: the constants of the fits. */
function* fitClaims(fitOf: FitOf): Generator<ClaimEvent> {
  const { parameters, objective, hoffmann, starts } = fitOf(EPOCH);
  const constants = 'A 478, B 2143, E 1.8172, alpha 0.3473, beta 0.3672';
  yield claim({
    says: `240 rows: the least objective is 1.018274e-3, at ${constants}`,
    paper: `1.018274e-3, ${constants} (a re-run of the re-analysis)`,
    measured: `${objective.toExponential(6)}, ${inWords(parameters)}`,
    holds: objective <= 1.0005 * 1.018274e-3 && inWords(parameters) === constants,
    note: `Huber loss of log residuals, delta 1e-3, the best of ${starts} starts`,
  });
  yield claim({
    says: 'the constants of Hoffmann et al. are 21% worse there: 1.2312e-3',
    paper: 1.2312e-3,
    measured: `${hoffmann.toExponential(4)}, ${(100 * (hoffmann / objective - 1)).toFixed(0)}% worse`,
    holds: hoffmann.toExponential(4) === '1.2312e-3',
    note: 'unrounded constants',
  });
  const rerun = 'A 482, B 2085, E 1.8169, alpha 0.3478, beta 0.3659';
  yield claim({
    says: 'with the absolute error of log losses the fit has the constants that the re-analysis published',
    paper: `${inWords(published.epoch!)} (a re-run: ${rerun})`,
    measured: inWords(fitOf(ABSOLUTE).parameters),
    holds: inWords(fitOf(ABSOLUTE).parameters) === rerun,
    note: 'its residual scale was fitted too, which makes its Huber loss the absolute error',
  });
  for (const [name, says, count, figures] of [
    [ALL, 'all 245 rows, outliers included, give other exponents', 3, 'E 1.891, alpha 0.349, beta 0.453, a 0.565'],
    [SECOND, 'the second reading of the figure', 4, 'E 1.784, alpha 0.3426, beta 0.3420, a 0.4995'],
  ] as const) {
    const measured = digits(count)(fitOf(name).parameters);
    yield claim({ says: `${says}: ${figures}`, paper: figures, measured, holds: measured === figures });
  }
}

/** What the re-analysis published of its bootstrap. */
const errors: Parameters = { A: 125, B: 1293, E: 0.026, alpha: 0.015, beta: 0.021 };
const intervals = { E: [1.769, 1.871], alpha: [0.317, 0.373], beta: [0.331, 0.415] } as const;

const meanInterval = (over: Over, name: FitName, of: keyof Resampled['intervals']): Interval => [
  over(name, (one) => one.intervals[of][0]).mean,
  over(name, (one) => one.intervals[of][1]).mean,
];

const range = ([low, high]: Interval) => `(${low.toFixed(3)}, ${high.toFixed(3)})`;

/** Claims 1 and 5: intervals. */
function* intervalClaims(over: Over): Generator<ClaimEvent> {
  const n = over(ABSOLUTE, () => 0).n;
  const note = `absolute error of log losses, as published; mean over ${n} bootstraps, the published one had 4000 resamples`;
  for (const [name, interval] of Object.entries(intervals) as [keyof typeof intervals, Interval][]) {
    const measured = meanInterval(over, ABSOLUTE, name);
    yield claim({
      says: `the 95% interval of ${name} is the published one, each end within 0.01`,
      paper: range(interval),
      measured: range(measured),
      holds: measured.every((end, i) => Math.abs(end - interval[i]!) <= 0.01),
      note,
    });
  }
  const names = Object.keys(errors) as ChinchillaParameter[];
  const measured = names.map((name) => over(ABSOLUTE, (one) => one.standardErrors[name]).mean);
  yield claim({
    says: 'the standard errors of all constants are the published ones, within 20%',
    paper: names.map((name) => `${name} ${errors[name]}`).join(', '),
    measured: names.map((name, i) => `${name} ${Number(measured[i]!.toPrecision(3))}`).join(', '),
    holds: names.every((name, i) => Math.abs(measured[i]! / errors[name] - 1) <= 0.2),
    note,
  });
  for (const [name, ours] of [
    [EPOCH, '(0.490, 0.566) of 60 resamples'],
    [SECOND, '(0.461, 0.536) of 60 resamples'],
  ] as const) {
    const [low, high] = meanInterval(over, name, 'a');
    yield claim({
      says: `${name}: the 95% interval of a, with which the best size grows, contains 0.5`,
      paper: `model and data grow alike; ${ours}`,
      measured: range([low, high]),
      holds: low <= 0.5 && high >= 0.5,
      note: 'Huber loss, delta 1e-3',
    });
  }
}

/** FLOP that Chinchilla was trained with. */
const CHINCHILLA = 5.76e23;

/** Claim 4. */
function* allocationClaims(): Generator<ClaimEvent> {
  const unrounded = allocate(published.hoffmannUnrounded!, CHINCHILLA).tokensPerParameter;
  for (const [name, constants, expected] of [
    ['Hoffmann et al., as the paper rounds them,', published.hoffmann!, 93],
    ['the re-analysis', published.epoch!, 18],
  ] as const) {
    const { tokensPerParameter } = allocate(constants, CHINCHILLA);
    yield claim({
      says: `the constants of ${name} ask for about ${expected} tokens per parameter at ${CHINCHILLA} FLOP`,
      paper: `about ${expected}; Chinchilla had 20`,
      measured: tokensPerParameter,
      holds: Math.abs(tokensPerParameter / expected - 1) <= 0.05,
      note: `within 5%; C = 6 N D; the unrounded constants of Hoffmann et al. ask for ${unrounded.toFixed(0)}`,
    });
  }
}

function fitTable(fitOf: FitOf, over: Over): TableEvent {
  const rows = (Object.keys(fits) as FitName[]).map((name) => {
    const { parameters, objective, hoffmann, starts, agreeing } = fitOf(name);
    const chi = over(name, ({ statistic }) => statistic);
    return {
      fit: name,
      ...parameters,
      a: exponentOf(parameters),
      objective,
      hoffmann,
      starts: `${agreeing} of ${starts}`,
      tokens: allocate(parameters, CHINCHILLA).tokensPerParameter,
      chi: chi.n > 0 ? chi : '',
    };
  });
  return table({
    name: 'fits',
    columns: [
      { key: 'fit', title: 'rows' },
      ...['A', 'B', 'E', 'alpha', 'beta', 'a'].map((key) => ({ key, title: key })),
      { key: 'objective', title: 'objective' },
      { key: 'hoffmann', title: 'of Hoffmann et al.' },
      { key: 'starts', title: 'best starts' },
      { key: 'tokens', title: 'tokens per parameter, 5.76e23 FLOP' },
      { key: 'chi', title: 'chi-square of Hoffmann et al. (5)' },
    ],
    rows,
  });
}

const intervalTable = (over: Over): TableEvent =>
  table({
    name: 'intervals',
    columns: [
      { key: 'fit', title: 'rows' },
      ...['E', 'alpha', 'beta', 'a'].map((key) => ({ key, title: `${key}, 95%` })),
      ...['A', 'B'].map((key) => ({ key, title: `standard error of ${key}` })),
    ],
    rows: [EPOCH, ABSOLUTE, SECOND].map((name) => ({
      fit: name,
      ...Object.fromEntries((['E', 'alpha', 'beta', 'a'] as const).map((key) => [key, range(meanInterval(over, name, key))])), // prettier-ignore
      A: over(name, ({ standardErrors }) => standardErrors.A),
      B: over(name, ({ standardErrors }) => standardErrors.B),
    })),
  });

const exponentTable = (fitOf: FitOf, { exponents }: Exponents): TableEvent =>
  table({
    name: 'exponents',
    columns: [
      { key: 'name', title: 'approach' },
      { key: 'a', title: 'a: best size grows as C^a' },
      { key: 'budgets', title: 'budgets' },
    ],
    rows: [
      ...exponents.map((exponent) => ({ ...exponent })),
      ...[EPOCH, SECOND].map((name) => ({ name: `approach 3, ${name}`, a: exponentOf(fitOf(name).parameters), budgets: '' })), // prettier-ignore
    ],
  });

function tokensPlot(fitOf: FitOf): PlotEvent {
  const lines: Readonly<Record<string, Parameters>> = {
    'Hoffmann et al., published': published.hoffmannUnrounded!,
    ...Object.fromEntries(([EPOCH, ALL, SECOND] as const).map((name) => [name, fitOf(name).parameters])),
  };
  const budgets = Array.from({ length: 15 }, (_, i) => 10 ** (18 + i / 2));
  return linePlot({
    name: 'tokens-per-parameter',
    caption:
      'Tokens per parameter of the best allocation of a compute budget (FLOP), by the constants of several fits.',
    x: { field: 'compute', title: 'compute (FLOP)', scale: { type: 'log' } },
    y: { field: 'tokens', title: 'tokens per parameter', scale: { type: 'log' } },
    series: { field: 'constants', title: 'constants' },
    values: Object.entries(lines).flatMap(([constants, parameters]) =>
      budgets.map((compute) => ({ constants, compute, tokens: allocate(parameters, compute).tokensPerParameter })),
    ),
  });
}
