import {
  type ClaimEvent,
  type Estimate,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import { type ImageSet, symmetric } from '@surprisal/data';
import {
  type FittedTransform,
  type UtilityData,
  argmaxUtility,
  gibbs,
  isotonicTransform,
  logSoftmax,
  pairwise,
  rankTransform,
} from '@surprisal/decoding';
import type { Part } from '../shared/in-turn.js';
import { smallImages } from '../shared/small-images.js';
import { softmaxRegression } from './softmax-regression.js';
import type { UtilityParams } from './params.js';

/** Held-out utilities, with labels that are as noisy as those of the training, and with clean ones. */
interface HeldOut {
  readonly noisy: UtilityData;
  readonly clean: UtilityData;
}

const transforms = {
  softmax: ({ noisy }) => gibbs({ fit: 'fixed', beta: 1 }).fit(noisy),
  'gibbs, beta 4': ({ noisy }) => gibbs({ fit: 'fixed', beta: 4 }).fit(noisy),
  'gibbs, by likelihood of noisy labels': ({ noisy }) => gibbs().fit(noisy),
  'gibbs, by gain in clean labels': ({ clean }) => gibbs({ fit: 'gain' }).fit(clean),
  'rank, of noisy labels': ({ noisy }) => rankTransform().fit(noisy),
  'rank, of clean labels': ({ clean }) => rankTransform().fit(clean),
  'isotonic, of noisy labels': ({ noisy }) => isotonicTransform().fit(noisy),
  'isotonic, of clean labels': ({ clean }) => isotonicTransform().fit(clean),
  pairwise: ({ noisy }) => pairwise().fit(noisy),
} satisfies Record<string, (heldOut: HeldOut) => FittedTransform>;
type TransformName = keyof typeof transforms;
const names = Object.keys(transforms) as TransformName[];

/** On test digits. */
export interface DigitResult {
  readonly task: 'digits';
  readonly seed: number;
  /** Percent of the clean labels that the choice of highest utility hits. */
  readonly argmax: number;
  readonly laws: readonly {
    readonly law: TransformName;
    /** Percent of the clean labels that sampling hits, in expectation. */
    readonly sampled: number;
    /** Mean negative log-likelihood of noisy labels, in nats. */
    readonly loss: number;
  }[];
}

/** A classifier with each seed. */
export const digitParts = ({ params, seed, data }: StudyContext<UtilityParams>): Part<DigitResult>[] =>
  Array.from({ length: params.seeds }, (_, i) => ({
    label: `digits, seed ${seed + i}`,
    compute: async () => measure(await data('mnist'), params, seed + i),
  }));

function measure(mnist: { train: ImageSet; test: ImageSet }, params: UtilityParams, seed: number): DigitResult {
  const random = new Random(seed).split('digits');
  const order = random.split('order').permutation(mnist.train.length);
  const fitEnd = params.trainImages + params.heldOutImages;
  const part = (name: string, set: ImageSet, indices: Int32Array) =>
    digits(set, indices, params.noise, random.split('noise', name));
  const train = part('train', mnist.train, order.subarray(0, params.trainImages));
  const heldOut = part('held-out', mnist.train, order.subarray(params.trainImages, fitEnd));
  const chosen = random.split('test').permutation(mnist.test.length).subarray(0, params.testImages);
  const test = part('test', mnist.test, chosen);
  const logits = softmaxRegression({ rows: train.rows, labels: train.noisy }, { classes: 10 });
  const utilitiesOf = ({ rows }: Digits) => rows.map((row) => logSoftmax(logits(row)));
  const utilities = utilitiesOf(heldOut);
  const fitted = {
    noisy: { utilities, targets: heldOut.noisy },
    clean: { utilities, targets: heldOut.clean },
  };
  const testUtilities = utilitiesOf(test);
  const choose = argmaxUtility();
  const hits = testUtilities.filter((u, i) => choose({ utilities: u }) === test.clean[i]).length;
  return {
    task: 'digits',
    seed,
    argmax: (100 * hits) / testUtilities.length,
    laws: names.map((law) => ({ law, ...scoreOf(transforms[law](fitted), testUtilities, test) })),
  };
}

interface Digits {
  readonly rows: readonly Float64Array[];
  readonly clean: Int32Array;
  readonly noisy: Int32Array;
}

function digits(set: ImageSet, indices: Int32Array, noise: number, random: Random): Digits {
  const clean = Int32Array.from(indices, (index) => set.labels[index]!);
  // A label drawn anew is the old one in one of ten cases.
  const noisy = symmetric({ rate: 0.9 * noise })(clean, { classes: 10, random });
  return { rows: smallImages(set, indices), clean, noisy };
}

/** What an isotonic law gives to what it has never seen to be true is 0: its loss is cut off here. */
const LEAST = 1e-12;

function scoreOf(transform: FittedTransform, utilities: readonly Float64Array[], { clean, noisy }: Digits) {
  let [sampled, loss] = [0, 0];
  utilities.forEach((row, i) => {
    const p = transform(row);
    sampled += (100 * p[clean[i]!]!) / utilities.length;
    loss -= Math.log(Math.max(LEAST, p[noisy[i]!]!)) / utilities.length;
  });
  return { sampled, loss };
}

/** Table, and claims 2 and 3. */
export function* digitEvents(results: readonly DigitResult[], params: UtilityParams): Generator<StudyEvent> {
  yield digitTable(results);
  yield* digitClaims(results, params);
}

type Law = DigitResult['laws'][number];
const lawOf = ({ laws }: DigitResult, name: TransformName) => laws.find(({ law }) => law === name)!;
const over = (results: readonly DigitResult[], name: TransformName, value: (law: Law) => number): Estimate =>
  estimate(results.map((result) => value(lawOf(result, name))));
const percent = ({ mean }: Estimate) => `${mean.toFixed(1)}%`;

function* digitClaims(results: readonly DigitResult[], params: UtilityParams): Generator<ClaimEvent> {
  const note = `MNIST of 8 x 8, ${params.trainImages} digits with ${100 * params.noise}% of the labels drawn anew; ${results.length} seeds`;
  const sampled = (name: TransformName) => over(results, name, (law) => law.sampled);
  const argmax = estimate(results.map((result) => result.argmax));
  yield claim({
    says: 'digits: the choice of highest utility hits the clean label more often than sampling from the softmax',
    paper: 'not in the paper; on other digits of 8 x 8, 87% against 37%',
    measured: `${percent(argmax)} against ${percent(sampled('softmax'))}`,
    holds: results.every((result) => result.argmax > lawOf(result, 'softmax').sampled),
    note,
  });
  yield gainClaim(results, ['rank, of noisy labels'], 8, note);
  const [rank, softmax] = (['rank, of noisy labels', 'softmax'] as const).map((name) =>
    over(results, name, ({ loss }) => loss),
  );
  yield claim({
    says: 'digits: ranks of noisy labels have a lower log-loss on noisy labels than the softmax',
    paper: 'not in the paper; on other digits, 1.759 against 1.801',
    measured: `${rank!.mean.toFixed(3)} against ${softmax!.mean.toFixed(3)}`,
    holds: rank!.mean < softmax!.mean,
    note,
  });
  yield gainClaim(results, ['rank, of clean labels', 'gibbs, beta 4'], 30, note);
}

/** By one of the transforms at least. */
function gainClaim(
  results: readonly DigitResult[],
  any: readonly TransformName[],
  points: number,
  note: string,
): ClaimEvent {
  const hits = any.map((name) => over(results, name, ({ sampled }) => sampled));
  const softmax = over(results, 'softmax', ({ sampled }) => sampled);
  const gains = hits.map(({ mean }) => mean - softmax.mean);
  return claim({
    says: `digits: sampling by ${any.join(', or by ')} hits the clean label in ${points} points more than by the softmax`,
    paper: 'double-digit gains of rules that need probabilities, on language',
    measured: gains.map((gain) => `${gain.toFixed(1)} points`).join(', '),
    holds: Math.max(...gains) >= points,
    note: `${hits.map(percent).join(', ')} against ${percent(softmax)}; ${note}`,
  });
}

function digitTable(results: readonly DigitResult[]): TableEvent {
  return table({
    name: 'digits',
    columns: [
      { key: 'law', title: 'probabilities' },
      { key: 'sampled', title: 'clean labels hit by sampling (%)', better: 'higher' },
      { key: 'loss', title: 'log-loss of noisy labels (nats)', better: 'lower' },
    ],
    rows: [
      ...names.map((law) => ({
        law,
        sampled: over(results, law, ({ sampled }) => sampled),
        loss: over(results, law, ({ loss }) => loss),
      })),
      { law: 'no sampling: highest utility', sampled: estimate(results.map(({ argmax }) => argmax)), loss: '' },
    ],
  });
}
