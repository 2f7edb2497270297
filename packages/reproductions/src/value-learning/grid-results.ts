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
import type { GridRun } from './grid.js';
import type { ValueLearningParams } from './params.js';

type Result = Outcome<GridRun>;
type Measure = 'error' | 'gain';

/** Table, plot, and claim 4. */
export function* gridEvents(results: readonly Result[], params: ValueLearningParams): Generator<StudyEvent> {
  yield gridTable(results);
  yield gridPlot(results);
  yield* gridClaims(results, params);
}

const headsIn = (results: readonly Result[]) => [...new Set(results.map(({ head }) => head.name))];

/** Over the seeds, at a measurement; the last where none is named. */
function over(results: readonly Result[], head: string, measure: Measure, at = -1): Estimate {
  return estimate(results.filter((result) => result.head.name === head).map(({ points }) => points.at(at)![measure]!));
}

function* gridClaims(results: readonly Result[], params: ValueLearningParams): Generator<ClaimEvent> {
  const note = `grid of 6 x 6 with a wall and a trap, noise ${params.rewardNoise} on every reward; ${params.gridSteps} steps of ${params.batchSize} transitions, ${params.seeds} seeds`;
  const at = (head: string, measure: Measure) => over(results, head, measure);
  const [ours, mse] = [at('HL-Gauss', 'error'), at('MSE', 'error')];
  yield claim({
    says: 'after equal steps of Q-learning, the error of the values by HL-Gauss is at most that by MSE',
    paper: 'better values in most settings',
    measured: `${ours.mean.toFixed(3)} against ${mse.mean.toFixed(3)}`,
    holds: ours.mean <= mse.mean,
    note: `root mean square error of Q; ${note}`,
  });
  const [gain, rival] = [at('HL-Gauss', 'gain'), at('MSE', 'gain')];
  yield claim({
    says: 'acting by what HL-Gauss has learnt gains no less than by what MSE has',
    paper: 'higher scores in most settings',
    measured: `${gain.mean.toFixed(1)}% against ${rival.mean.toFixed(1)}%`,
    holds: gain.mean >= rival.mean,
    note: `in percent of what the best policy gains; ${note}`,
  });
}

function gridTable(results: readonly Result[]): TableEvent {
  return table({
    name: 'grid',
    columns: [
      { key: 'head', title: 'learnt by' },
      { key: 'error', title: 'error of Q (root mean square)', better: 'lower' },
      { key: 'gain', title: 'gain (% of the most)', better: 'higher' },
    ],
    rows: headsIn(results).map((head) => ({
      head,
      error: over(results, head, 'error'),
      gain: over(results, head, 'gain'),
    })),
  });
}

function gridPlot(results: readonly Result[]): PlotEvent {
  const steps = results[0]!.points.map(({ step }) => step);
  return linePlot({
    name: 'grid-error-by-step',
    caption: 'Root mean square error of Q on the grid by step of Q-learning; bars are one standard error over seeds.',
    x: { field: 'step', title: 'step' },
    y: { field: 'error', title: 'error of Q', scale: { zero: true } },
    series: { field: 'head', title: 'learnt by' },
    values: headsIn(results).flatMap((head) =>
      steps.map((step, i) => ({ head, step, ...withBar('error', over(results, head, 'error', i)) })),
    ),
  });
}
