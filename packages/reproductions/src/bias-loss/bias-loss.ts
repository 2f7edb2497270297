import { type ClaimEvent, type Estimate, type StudyContext, type StudyEvent, type TableEvent, claim, defineStudy, estimate, paper, table } from '@surprisal/core'; // prettier-ignore
import { linePlot, withBar } from '../shared/line-plot.js';
import { smallDigits } from '../shared/small-digits.js';
import { type Outcome, trainInTurn } from '../shared/train-in-turn.js';
import { type BiasLossParams, type LossName, type Run, biasLossParams, runsOf, stepsPerEpoch, trainingOf } from './trainings.js'; // prettier-ignore

type Trained = Outcome<Run>;

/** Paper 20: bias loss against cross-entropy and other weights of it, for a network of 850 weights on digits of 8 x 8. */
export const biasLossStudy = defineStudy({
  name: 'bias-loss',
  summary: 'Bias loss for a network of 850 weights: accuracy, and what the variance of its features says.',
  paper: paper(20),
  params: biasLossParams,
  quick: { losses: ['CE', 'bias, local'], testSize: 500, epochs: 6, every: 3, early: 3, seeds: 2 },
  async *run(context: StudyContext<BiasLossParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed, data } = context;
    const digits = smallDigits(await data('mnist'), params.trainSize, params.testSize);
    const runs = runsOf(params, seed);
    const measured = yield* trainInTurn(
      runs.map((run) => trainingOf(run, digits, params)),
      context,
    );
    if (!measured) return;
    const outcomes = runs.map((run, i): Trained => ({ ...run, points: measured[i]! }));
    yield accuracies(outcomes, params);
    yield* harmClaims(outcomes, params);
    const early = earlyOf(outcomes, params);
    if (early.length === 0) return;
    yield quarterPlot(early, params);
    yield* varianceClaims(early);
  },
});

type Point = Readonly<Record<string, number>>;

const finalAccuracies = (outcomes: readonly Trained[], name: LossName) =>
  outcomes.filter(({ loss }) => loss === name).map(({ points }) => points.at(-1)!['accuracy']!);

/** The networks of cross-entropy after some epochs. */
const earlyOf = (outcomes: readonly Trained[], params: BiasLossParams): Point[] =>
  outcomes
    .filter(({ loss }) => loss === 'CE')
    .flatMap(({ points }) => points.filter(({ step }) => step === params.early * stepsPerEpoch(params)));

function accuracies(outcomes: readonly Trained[], params: BiasLossParams): TableEvent {
  return table({
    name: 'accuracy',
    columns: [
      { key: 'loss', title: 'loss' },
      { key: 'accuracy', title: 'test accuracy (%)', better: 'higher' },
    ],
    rows: params.losses.map((loss) => ({ loss, accuracy: estimate(finalAccuracies(outcomes, loss)) })),
  });
}

/** Claim 1: at this scale, no harm. Networks of the same seed begin alike and see the same batches. */
function* harmClaims(outcomes: readonly Trained[], { losses }: BiasLossParams): Generator<ClaimEvent> {
  if (!losses.includes('CE')) return;
  const lead = (name: LossName, over: LossName) => {
    const others = finalAccuracies(outcomes, over);
    return estimate(finalAccuracies(outcomes, name).map((value, i) => value - others[i]!));
  };
  for (const name of ['bias, local', 'bias, global'] as const) {
    if (!losses.includes(name)) continue;
    const measured = lead(name, 'CE');
    const scaled = losses.includes('CE x 0.85') ? `; ${lead(name, 'CE x 0.85').mean.toFixed(2)} against cross-entropy of the same mean weight` : ''; // prettier-ignore
    yield claim({
      says: `the accuracy by ${name} is within 1.5 points of that by cross-entropy`,
      paper:
        'CIFAR-100, bias loss against cross-entropy: 75.51 and 74.33 (ResNet18), 72.00 and 71.55 (ShuffleNetV2 0.5x)',
      measured,
      holds: Math.abs(measured.mean) <= 1.5,
      note: `difference in points of test accuracy${scaled}; a gain of a point is too small to be seen on digits with a network of this size`,
    });
  }
}

const over = (points: readonly Point[], key: string): Estimate => estimate(points.map((point) => point[key]!));

/** Claims 2 and 3: what has little variance is less reliable, and counts less. */
function* varianceClaims(early: readonly Point[]): Generator<ClaimEvent> {
  const gap = estimate(early.map((point) => point['quarter4']! - point['quarter1']!));
  yield claim({
    says: 'the quarter of most feature variance is predicted better than that of least by 4 points',
    paper: 'low variance: predictions close to guesses; small version: +6 to +17 points',
    measured: gap,
    holds: gap.mean >= 4,
    note: `accuracy by quarter, least variance first: ${[1, 2, 3, 4].map((q) => over(early, `quarter${q}`).mean.toFixed(1)).join(', ')}%; trained by cross-entropy`,
  });
  const shares = early.map((point) => [point['poorByBias']!, point['poorByCrossEntropy']!] as const);
  yield claim({
    says: 'the quarter of least variance has a smaller share of the gradient by bias loss than by cross-entropy',
    paper: 'samples with varied features steer the training',
    measured: shares.map(([bias, plain]) => `${bias.toFixed(2)} < ${plain.toFixed(2)}%`).join('; '),
    holds: shares.every(([bias, plain]) => bias < plain),
    note: 'sum of the norms of the gradients of the logits, at the same weights, one comparison per seed',
  });
}

function quarterPlot(early: readonly Point[], { early: epochs }: BiasLossParams) {
  return linePlot({
    name: 'accuracy-by-variance',
    caption: `Accuracy of test digits by the variance of their features, in quarters from least to most, after ${epochs} epochs of cross-entropy; bars are one standard error over seeds.`,
    x: { field: 'quarter', title: 'quarter by feature variance' },
    y: { field: 'accuracy', title: 'test accuracy (%)', scale: { zero: false } },
    series: { field: 'loss', title: 'trained by' },
    values: [1, 2, 3, 4].map((quarter) => ({
      loss: 'CE',
      quarter,
      ...withBar('accuracy', over(early, `quarter${quarter}`)),
    })),
  });
}
