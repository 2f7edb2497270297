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
import type { AdversarialParams } from './params.js';
import type { Run } from './trainings.js';

type Result = Outcome<Run>;
type Measure = 'clean' | 'robust';

/** Table, plot and claims. */
export function* resultEvents(results: readonly Result[], params: AdversarialParams): Generator<StudyEvent> {
  yield accuracies(results);
  yield robustPlot(results);
  yield* tradesClaims(results, params);
  yield* trainingClaims(results, params);
}

const defencesIn = (results: readonly Result[]) => [...new Set(results.map(({ defence }) => defence))];

/** Accuracy over the seeds, in percent, at a measurement; the last where none is named. */
function over(results: readonly Result[], defence: string, measure: Measure, at = -1): Estimate {
  return estimate(results.filter((result) => result.defence === defence).map(({ points }) => points.at(at)![measure]!));
}

const both = (a: Estimate, b: Estimate) => `${a.mean.toFixed(1)}% against ${b.mean.toFixed(1)}%`;

const noteOf = ({ trainSize, testSize, seeds, radius, testSteps }: AdversarialParams) =>
  `MNIST of 8 x 8, ${trainSize} digits to learn from, ${testSize} to test, every pixel moved by ${radius} at most in ${testSteps} steps of PGD on the margin; ${seeds} seeds`;

/** Claim 3. */
function* tradesClaims(results: readonly Result[], params: AdversarialParams): Generator<ClaimEvent> {
  for (const [measure, margin, paper] of [
    ['clean', 0.3, 'better than TRADES, on CIFAR and SVHN with ResNets'],
    ['robust', -0.5, 'better than TRADES by AutoAttack, on CIFAR and SVHN with ResNets'],
  ] as const) {
    const [ours, theirs] = ['ADV-COMP-SUM', 'TRADES'].map((defence) => over(results, defence, measure));
    yield claim({
      says: `the ${measure} accuracy of ADV-COMP-SUM is at least that of TRADES ${margin < 0 ? '-' : '+'} ${Math.abs(margin)} points`,
      paper,
      measured: both(ours!, theirs!),
      holds: ours!.mean >= theirs!.mean + margin,
      note: noteOf(params),
    });
  }
}

/** What the paper does not compare: training on attacked digits, and without any defence. */
function* trainingClaims(results: readonly Result[], params: AdversarialParams): Generator<ClaimEvent> {
  const robust = (defence: string) => over(results, defence, 'robust');
  const ours = robust('ADV-COMP-SUM');
  yield claim({
    says: 'ADV-COMP-SUM is at least as robust as plain training on attacked digits',
    paper: 'not compared; on other digits of 8 x 8, 63% against 68%',
    measured: both(ours, robust('PGD training')),
    holds: ours.mean >= robust('PGD training').mean,
    note: noteOf(params),
  });
  yield claim({
    says: 'ADV-COMP-SUM is at least twice as robust as cross-entropy without a defence',
    paper: 'without a defence hardly any digit withstands; on other digits of 8 x 8, 63% against 27%',
    measured: both(ours, robust('cross-entropy')),
    holds: ours.mean >= 2 * robust('cross-entropy').mean,
    note: noteOf(params),
  });
}

function accuracies(results: readonly Result[]): TableEvent {
  return table({
    name: 'accuracy',
    columns: [
      { key: 'defence', title: 'trained by' },
      { key: 'clean', title: 'clean accuracy (%)', better: 'higher' },
      { key: 'robust', title: 'accuracy under attack (%)', better: 'higher' },
    ],
    rows: defencesIn(results).map((defence) => ({
      defence,
      clean: over(results, defence, 'clean'),
      robust: over(results, defence, 'robust'),
    })),
  });
}

function robustPlot(results: readonly Result[]): PlotEvent {
  const steps = results[0]!.points.map(({ step }) => step);
  return linePlot({
    name: 'robust-by-step',
    caption: 'Accuracy under attack by step of training; bars are one standard error over seeds.',
    x: { field: 'step', title: 'step' },
    y: { field: 'accuracy', title: 'accuracy under attack (%)', scale: { zero: true } },
    series: { field: 'defence', title: 'trained by' },
    values: defencesIn(results).flatMap((defence) =>
      steps.map((step, i) => ({ defence, step, ...withBar('accuracy', over(results, defence, 'robust', i)) })),
    ),
  });
}
