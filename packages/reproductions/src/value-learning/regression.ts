import { Random, ndarray } from '@surprisal/core';
import { mean, squaredDifference, tidy, toTensor } from '@surprisal/core/tensor';
import { batches } from '../shared/batches.js';
import { type OwnModel, denseModel } from '../shared/dense-model.js';
import { PIXELS, type SmallDigits, allPixels, pixelsOf } from '../shared/small-digits.js';
import { type Training, steadyRates } from '../shared/train-in-turn.js';
import { type Head, headsOf, hlGaussHead } from './heads.js';
import type { ValueLearningParams } from './params.js';

/** Digits to learn, and to be asked for. */
export interface Digits {
  readonly train: SmallDigits;
  readonly test: SmallDigits;
}

/** A training of the value that a digit shows. */
export interface RegressionRun {
  readonly task: 'noise' | 'shift';
  readonly head: Head;
  /** Standard deviation of the noise on the training targets. */
  readonly noise: number;
  readonly seed: number;
}

/** Room for digits with noise, and for shifted ones. */
const range = { vMin: -8, vMax: 17 };

/** Every head with every noise, and every head with targets that move on, with each seed. */
export function regressionRuns(params: ValueLearningParams, seed: number): RegressionRun[] {
  const { numBins, ratios, noises, seeds } = params;
  const support = { ...range, numBins };
  const each = (task: RegressionRun['task'], heads: readonly Head[], noise: number) =>
    heads.flatMap((head) => Array.from({ length: seeds }, (_, i) => ({ task, head, noise, seed: seed + i })));
  const widths = ratios.map((ratio) => hlGaussHead(support, ratio));
  return [
    ...noises.flatMap((noise) => each('noise', [...headsOf(support), ...widths], noise)),
    ...each('shift', headsOf(support), 0),
  ];
}

/**
 * Learns the digits' values. The noise, the order and the first weights of hidden layers depend on the seed alone; noise is drawn once per digit. In
 * the task `shift` all targets move on by 1 after some epochs, again and again; the error is of the targets as they are.
 */
export function regressionTraining(
  { task, head, noise, seed }: RegressionRun,
  { train, test }: Digits,
  params: ValueLearningParams,
): Training<OwnModel> {
  const random = new Random(seed).split('digits');
  const noisy = random.split('noise').normals(train.labels.length, 0, noise);
  const targets = Float32Array.from(train.labels, (label, i) => label + noisy[i]!);
  const { perEpoch, at } = batches(train.labels.length, params.batchSize, random);
  const [stages, epochs] = task === 'shift' ? [params.shifts + 1, params.shiftEpochs] : [1, params.epochs];
  const every = perEpoch * epochs;
  /** How far the targets of a step have moved. */
  const shiftAt = (made: number) => Math.floor((made - 1) / every);
  return {
    labels: { task, head: head.name, noise, seed },
    model: () => denseModel({ inputs: PIXELS, hidden: params.hidden, outputs: head.outputs }, seed),
    rates: steadyRates(every * stages, params.learningRate),
    cost(model, step) {
      const batch = at(step);
      const values = Float32Array.from(batch, (index) => targets[index]! + shiftAt(step));
      return head.loss(model.call(pixelsOf(train, batch)), toTensor(ndarray(values, [batch.length])));
    },
    every,
    measure: async (model, step) => ({ error: await squaredError(model, head, test, shiftAt(step)) }),
  };
}

/** Mean squared error of what is predicted for all digits, without noise. */
async function squaredError(model: OwnModel, head: Head, digits: SmallDigits, shift: number): Promise<number> {
  const error = tidy(() => {
    const targets = Float32Array.from(digits.labels, (label) => label + shift);
    return mean(
      squaredDifference(head.decode(model.call(allPixels(digits))), toTensor(ndarray(targets, [targets.length]))),
    );
  });
  const [value] = await error.data();
  error.dispose();
  return value!;
}
