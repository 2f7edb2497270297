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
import type { Outcome } from '../shared/train-in-turn.js';
import type { ValueLearningParams } from './params.js';
import type { RegressionRun } from './regression.js';

type Result = Outcome<RegressionRun>;

/** Tables, plots, and claims 1 to 3. */
export function* regressionEvents(results: readonly Result[], params: ValueLearningParams): Generator<StudyEvent> {
  const noisy = new Errors(results.filter(({ task }) => task === 'noise'));
  const moving = new Errors(results.filter(({ task }) => task === 'shift'));
  yield noiseTable(noisy, params);
  yield noisePlot(noisy, params);
  yield shiftTable(moving, params);
  yield shiftPlot(moving, params);
  yield* noiseClaims(noisy, params);
  yield widthClaim(noisy, params);
  yield shiftClaim(moving, params);
}

/** Squared errors of some results. */
class Errors {
  readonly heads: readonly string[];

  constructor(private readonly results: readonly Result[]) {
    this.heads = [...new Set(results.map(({ head }) => head.name))];
  }

  /** Over the seeds: at a noise, and after a stage of targets; the last one where none is named. */
  of(head: string, noise: number, stage = -1): Estimate {
    const own = this.results.filter((result) => result.head.name === head && result.noise === noise);
    return estimate(own.map(({ points }) => points.at(stage)!.error!));
  }
}

const noteOf = ({ trainSize, testSize, seeds }: ValueLearningParams) =>
  `mean squared error of the value of ${testSize} digits of 8 x 8; ${trainSize} to learn from, a small network, ${seeds} seeds`;

const against = (a: Estimate, b: Estimate) => `${a.mean.toFixed(3)} against ${b.mean.toFixed(3)}`;

/** Claim 1: by classification against by regression, at every noise; whether it is the head; whether noise makes more of it. */
function* noiseClaims(errors: Errors, params: ValueLearningParams): Generator<ClaimEvent> {
  const note = noteOf(params);
  for (const noise of params.noises) {
    const [ours, mse] = [errors.of('HL-Gauss', noise), errors.of('MSE', noise)];
    yield claim({
      says: `noise ${noise}: the error of HL-Gauss is at most 0.85 times that of MSE`,
      paper: 'better than MSE in most settings (Atari, robots, chess, Wordle)',
      measured: `${against(ours, mse)}, a factor of ${(ours.mean / mse.mean).toFixed(2)}`,
      holds: ours.mean <= 0.85 * mse.mean,
      note,
    });
  }
  const all = (holds: (noise: number) => boolean) => params.noises.every(holds);
  const list = (a: string, b: string) => params.noises.map((noise) => against(errors.of(a, noise), errors.of(b, noise))).join('; '); // prettier-ignore
  for (const [name, rival, paper] of [
    ['Two-Hot', 'MSE', 'better than MSE in most settings, and HL-Gauss better still'],
    ['HL-Gauss', 'histogram by MSE', 'a histogram trained by MSE does not do as well'],
  ] as const) {
    yield claim({
      says: `at every noise, the error of ${name} is at most that of ${rival}`,
      paper,
      measured: list(name, rival),
      holds: all((noise) => errors.of(name, noise).mean <= errors.of(rival, noise).mean),
      note: `noise ${params.noises.join(', ')}; ${note}`,
    });
  }
  if (params.noises.length < 2) return;
  const factors = [...params.noises].sort((a, b) => a - b).map((noise) => errors.of('HL-Gauss', noise).mean / errors.of('MSE', noise).mean); // prettier-ignore
  yield claim({
    says: 'more noise makes the factor between the errors of HL-Gauss and MSE smaller',
    paper: 'larger gains with more noise',
    measured: factors.map((factor) => factor.toFixed(2)).join(', '),
    holds: factors.every((factor, i) => i === 0 || factor < factors[i - 1]!),
    note: `noise ${params.noises.join(', ')}; ${note}`,
  });
}

/** Claim 3. */
function widthClaim(errors: Errors, params: ValueLearningParams): ClaimEvent {
  const widths = errors.heads.filter((head) => head.startsWith('HL-Gauss'));
  const rows = params.noises.map((noise) => {
    const means = widths.map((head) => errors.of(head, noise).mean);
    return { means, excess: errors.of('HL-Gauss', noise).mean / Math.min(...means) - 1 };
  });
  const ratios = [0.75, ...params.ratios].join(', ');
  return claim({
    says: `at every noise, HL-Gauss with a width of 0.75 bins is within 10% of the best of ${ratios}`,
    paper: 'the width matters mildly',
    measured: rows.map(({ means, excess }) => `${means.map((mean) => mean.toFixed(3)).join(', ')} (${(100 * excess).toFixed(0)}% above the best)`).join('; '), // prettier-ignore
    holds: rows.every(({ excess }) => excess <= 0.1),
    note: `noise ${params.noises.join(', ')}; ${noteOf(params)}`,
  });
}

/** Claim 2. */
function shiftClaim(errors: Errors, params: ValueLearningParams): ClaimEvent {
  const [ours, mse] = [errors.of('HL-Gauss', 0), errors.of('MSE', 0)];
  return claim({
    says: 'after targets that moved on again and again, the error of HL-Gauss is at most that of MSE',
    paper: 'more robust to non-stationary targets',
    measured: against(ours, mse),
    holds: ours.mean <= mse.mean,
    note: `${params.shifts} shifts by 1, ${params.shiftEpochs} epochs each; ${noteOf(params)}`,
  });
}

function noiseTable(errors: Errors, { noises }: ValueLearningParams): TableEvent {
  return table({
    name: 'noise',
    columns: [
      { key: 'head', title: 'learnt by' },
      ...noises.map((noise) => ({ key: `noise${noise}`, title: `error at noise ${noise}`, better: 'lower' as const })),
    ],
    rows: errors.heads.map((head) => ({
      head,
      ...Object.fromEntries(noises.map((noise) => [`noise${noise}`, errors.of(head, noise)])),
    })),
  });
}

const stagesOf = ({ shifts }: ValueLearningParams) => Array.from({ length: shifts + 1 }, (_, stage) => stage);

function shiftTable(errors: Errors, params: ValueLearningParams): TableEvent {
  return table({
    name: 'shift',
    columns: [
      { key: 'head', title: 'learnt by' },
      ...stagesOf(params).map((stage) => ({ key: `by${stage}`, title: `error, moved by ${stage}`, better: 'lower' as const })), // prettier-ignore
    ],
    rows: errors.heads.map((head) => ({
      head,
      ...Object.fromEntries(stagesOf(params).map((stage) => [`by${stage}`, errors.of(head, 0, stage)])),
    })),
  });
}

function noisePlot(errors: Errors, { noises }: ValueLearningParams): PlotEvent {
  return linePlot({
    name: 'error-by-noise',
    caption:
      'Squared error of predicted digits against the noise on the training targets; bars are one standard error over seeds.',
    x: { field: 'noise', title: 'noise on the targets (standard deviation)' },
    y: { field: 'error', title: 'squared error', scale: { zero: true } },
    series: { field: 'head', title: 'learnt by' },
    values: errors.heads.flatMap((head) =>
      noises.map((noise) => ({ head, noise, ...withBar('error', errors.of(head, noise)) })),
    ),
  });
}

function shiftPlot(errors: Errors, params: ValueLearningParams): PlotEvent {
  return linePlot({
    name: 'error-by-shift',
    caption:
      'Squared error of predicted digits after targets that move on by 1, again and again; bars are one standard error over seeds.',
    x: { field: 'shift', title: 'targets moved by' },
    y: { field: 'error', title: 'squared error', scale: { zero: true } },
    series: { field: 'head', title: 'learnt by' },
    values: errors.heads.flatMap((head) => stagesOf(params).map((shift) => ({ head, shift, ...withBar('error', errors.of(head, 0, shift)) }))), // prettier-ignore
  });
}
