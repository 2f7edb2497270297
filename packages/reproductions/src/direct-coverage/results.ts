import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyEvent,
  type TableEvent,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import { linePlot, withBar } from '../shared/line-plot.js';
import type { Measured, Outcome } from '../shared/train-in-turn.js';
import type { DirectCoverageParams } from './params.js';
import { type Run, TRIES, nameOf, stepsOf, stepsPerEpoch } from './trainings.js';

type Result = Outcome<Run>;

/** Tables, plots and claims. */
export function* resultEvents(results: readonly Result[], params: DirectCoverageParams): Generator<StudyEvent> {
  const found = new Found(results, params);
  yield lateTable(found, params);
  yield epochTable(found);
  yield epochPlot(found);
  yield triesPlot(found, params);
  yield* lengthClaims(found, params);
  yield* budgetClaims(found, params);
  yield* stepClaims(found, params);
  yield estimatorClaim(results, params);
}

type Measure = `pass${(typeof TRIES)[number]}` | 'confidence';

/** What was measured, by task, loss and epoch. */
class Found {
  readonly epochs: readonly number[];
  readonly settings: readonly Pick<Run, 'task' | 'by'>[];

  constructor(
    private readonly results: readonly Result[],
    private readonly params: DirectCoverageParams,
  ) {
    this.epochs = results[0]!.points.map(({ step }) => step / stepsPerEpoch(params));
    this.settings = results.filter(({ task, by, seed }) => results.find((other) => other.task === task && other.by === by)!.seed === seed); // prettier-ignore
  }

  /** The last measured epoch up to the one at which trainings are compared. */
  get late(): number {
    return this.epochs.findLast((epoch) => epoch <= this.params.late) ?? this.epochs[0]!;
  }

  /** Over the seeds, in percent; at the late epoch where none is named. */
  at(task: Run['task'], by: string, measure: Measure, epoch = this.late): Estimate {
    const own = this.results.filter((result) => result.task === task && result.by === by);
    return estimate(own.map(({ points }) => points[this.epochs.indexOf(epoch)]![measure]!));
  }
}

const percent = ({ mean }: Estimate) => `${mean.toFixed(1)}%`;

const noteOf = ({ largest, seeds }: DirectCoverageParams) =>
  `questions of two numbers from 0 to ${largest}, half of them to learn from, a small network, ${seeds} seeds`;

/** Claims 1 and 2: what long training does to 64 tries. */
function* lengthClaims(found: Found, params: DirectCoverageParams): Generator<ClaimEvent> {
  const [early, late] = [found.epochs[0]!, found.late];
  const ce = (measure: Measure, epoch?: number) => found.at('sum', nameOf(1), measure, epoch);
  const [before, after] = [ce('pass64', early), ce('pass64')];
  yield claim({
    says: `sums by cross-entropy: pass@64 at epoch ${late} is at most a quarter of that at epoch ${early}`,
    paper: 'MATH, pass@256: 65.2% after one epoch, 44.5% after four',
    measured: `${percent(after)} after ${percent(before)}; confidence ${percent(ce('confidence'))} after ${percent(ce('confidence', early))}`,
    holds: after.mean <= before.mean / 4,
    note: noteOf(params),
  });
  if (!params.budgets.includes(64)) return;
  const [kept, confidence] = (['pass64', 'confidence'] as const).map((measure) => found.at('sum', nameOf(64), measure));
  yield claim({
    says: `sums at epoch ${late}: DCO with N 64 has five times the pass@64 of cross-entropy`,
    paper: 'DCO keeps pass@N from falling',
    measured: `${percent(kept!)} against ${percent(after)}`,
    holds: kept!.mean >= 5 * after.mean,
    note: noteOf(params),
  });
  yield claim({
    says: `sums at epoch ${late}: DCO with N 64 is at most half as confident as cross-entropy`,
    paper: 'DCO limits confidence',
    measured: `${percent(confidence!)} against ${percent(ce('confidence'))}`,
    holds: confidence!.mean <= ce('confidence').mean / 2,
    note: noteOf(params),
  });
}

/** Claim 3: the budget of the training should be that of the test. */
function* budgetClaims(found: Found, params: DirectCoverageParams): Generator<ClaimEvent> {
  for (const tries of [1, 64] as const) {
    if (!params.budgets.includes(tries)) continue;
    const measured = params.budgets.map((N) => ({ N, pass: found.at('product', nameOf(N), `pass${tries}`) }));
    const most = Math.max(...measured.map(({ pass }) => pass.mean));
    yield claim({
      says: `products at epoch ${found.late}: pass@${tries} is highest for N ${tries}`,
      paper: 'the best N in training is that of the test',
      measured: measured.map(({ N, pass }) => `N ${N}: ${percent(pass)}`).join(', '),
      holds: measured.find(({ N }) => N === tries)!.pass.mean === most,
      note: `a b mod ${params.largest + 1}; ${noteOf(params)}`,
    });
  }
}

/** Claim 4, in small: digits as the steps of a proof. */
function* stepClaims(found: Found, params: DirectCoverageParams): Generator<ClaimEvent> {
  const at = (by: string, measure: Measure) => found.at('digits of the sum', by, measure);
  const steps = stepsOf(params.stepBudget);
  const note = `sums as two digits, given apart from each other; ${noteOf(params)}`;
  yield claim({
    says: `sums as two digits at epoch ${found.late}: steps of ${params.stepBudget} have a higher pass@64 than cross-entropy`,
    paper: 'Mathlib, pass@4096: 56.5% (steps of 16) against 55.6%',
    measured: `${percent(at(steps, 'pass64'))} against ${percent(at(nameOf(1), 'pass64'))}`,
    holds: at(steps, 'pass64').mean > at(nameOf(1), 'pass64').mean,
    note,
  });
  if (!params.budgets.includes(64)) return;
  yield claim({
    says: `sums as two digits at epoch ${found.late}: steps of ${params.stepBudget} limit confidence less than N 64 of the whole`,
    paper: 'not in the paper; a budget per token is a weaker limit than one of the sequence',
    measured: `confidence ${percent(at(steps, 'confidence'))} against ${percent(at(nameOf(64), 'confidence'))}`,
    holds: at(steps, 'confidence').mean > at(nameOf(64), 'confidence').mean,
    note,
  });
}

/** The estimator against the truth, over all measurements. */
function estimatorClaim(results: readonly Result[], { samples }: DirectCoverageParams): ClaimEvent {
  const all = results.flatMap(({ points }) => points as readonly Measured[]);
  const difference = estimate(all.map(({ estimated, exact }) => estimated! - exact!));
  const standardError = difference.standardError ?? 0;
  return claim({
    says: `pass@${Math.ceil(samples / 2)} estimated from ${samples} answers is right on average, within three standard errors`,
    paper: 'unbiased',
    measured: `off by ${difference.mean.toFixed(4)} points, standard error ${standardError.toFixed(4)}`,
    holds: Math.abs(difference.mean) <= 3 * standardError,
    note: `${difference.n} measurements, against the exact 1 - (1 - p)^N`,
  });
}

function lateTable(found: Found, { late }: DirectCoverageParams): TableEvent {
  return table({
    name: 'coverage',
    columns: [
      { key: 'task', title: 'answers' },
      { key: 'by', title: `learnt by, to epoch ${Math.min(late, found.late)}` },
      ...TRIES.map((N) => ({ key: `pass${N}`, title: `pass@${N} (%)`, better: 'higher' as const })),
      { key: 'confidence', title: 'confidence (%)' },
    ],
    rows: found.settings.map(({ task, by }) => ({
      task,
      by,
      ...Object.fromEntries(([...TRIES.map((N) => `pass${N}` as const), 'confidence'] as const).map((measure) => [measure, found.at(task, by, measure)])), // prettier-ignore
    })),
  });
}

/** Epochs to show: the first, the late one and the last, and one in between. */
const shown = ({ epochs, late }: Found) => [...new Set([epochs[0]!, epochs[epochs.indexOf(late) >> 2]!, late, epochs.at(-1)!])]; // prettier-ignore

function epochTable(found: Found): TableEvent {
  return table({
    name: 'training-length',
    columns: [
      { key: 'task', title: 'answers' },
      { key: 'by', title: 'learnt by' },
      ...shown(found).map((epoch) => ({ key: `epoch${epoch}`, title: `pass@64 at epoch ${epoch} (%)`, better: 'higher' as const })), // prettier-ignore
    ],
    rows: found.settings.map(({ task, by }) => ({
      task,
      by,
      ...Object.fromEntries(shown(found).map((epoch) => [`epoch${epoch}`, found.at(task, by, 'pass64', epoch)])),
    })),
  });
}

function epochPlot(found: Found): PlotEvent {
  return linePlot({
    name: 'pass-by-epoch',
    caption: 'Sums: pass@64 on unseen questions by epoch of training; bars are one standard error over seeds.',
    x: { field: 'epoch', title: 'epoch' },
    y: { field: 'pass', title: 'pass@64 (%)', scale: { zero: true } },
    series: { field: 'by', title: 'learnt by' },
    values: found.settings
      .filter(({ task }) => task === 'sum')
      .flatMap(({ task, by }) => found.epochs.map((epoch) => ({ by, epoch, ...withBar('pass', found.at(task, by, 'pass64', epoch)) }))), // prettier-ignore
  });
}

function triesPlot(found: Found, { largest }: DirectCoverageParams): PlotEvent {
  return linePlot({
    name: 'pass-by-tries',
    caption: `Products mod ${largest + 1} at epoch ${found.late}: pass@N by the number of tries N; bars are one standard error over seeds.`,
    x: { field: 'tries', title: 'tries N', scale: { type: 'log', base: 4 } },
    y: { field: 'pass', title: 'pass@N (%)', scale: { zero: true } },
    series: { field: 'by', title: 'learnt by' },
    values: found.settings
      .filter(({ task }) => task === 'product')
      .flatMap(({ task, by }) =>
        TRIES.map((N) => ({ by, tries: N, ...withBar('pass', found.at(task, by, `pass${N}`)) })),
      ),
  });
}
