import {
  DomainError,
  type Estimate,
  Random,
  type StudyContext,
  type StudyEvent,
  type StudyState,
  checkpoint,
  estimate,
  metric,
  progress,
} from '@surprisal/core';
import type { LayersModel } from '@surprisal/core/tensor';
import { type ImageSet, pairflip, subset, symmetric } from '@surprisal/data';
import { type LabelledInputs, type TrainingLoss, type TrainingStep, accuracy, cnn, mlp, trainClassifier } from '@surprisal/nn'; // prettier-ignore
import { z } from 'zod';
import { shrink } from './small-images.js';

/** One training of the grid: a loss on noisy MNIST, with one seed. */
export interface Cell {
  /** What the training is called in progress, metrics and tables. */
  readonly label: string;
  readonly loss: TrainingLoss;
  readonly learningRate: number;
  /** What the learning rate is multiplied by after a share of the steps; default 1. */
  readonly schedule?: (done: number) => number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Share of training labels that are wrong. */
  readonly noise: number;
  /** Which class a wrong label is; default any other. */
  readonly pattern?: NoisePattern;
  readonly seed: number;
  /** What is done after each epoch but the last, such as a look at all training digits. */
  readonly afterEpoch?: ((epoch: Epoch) => Promise<void>) | undefined;
  /** What else is of interest after the training. */
  readonly measure?: (labels: TrainingLabels) => Promise<Readonly<Record<string, number>>>;
}

/** Where a training stands after an epoch. */
export interface Epoch {
  /** Counts from 1. */
  readonly epoch: number;
  readonly of: number;
  readonly model: LayersModel;
  /** The training digits, with the labels that are given. */
  readonly data: LabelledInputs;
}

/** What a wrong label becomes: any other class, or the next one. */
export type NoisePattern = 'symmetric' | 'pairflip';

/** The labels that were trained on, and the right ones. */
export interface TrainingLabels {
  readonly given: Int32Array;
  readonly right: Int32Array;
}

/** What came of a cell. */
export interface CellResult {
  readonly label: string;
  readonly noise: number;
  readonly pattern: NoisePattern;
  readonly seed: number;
  /** On clean test labels, in percent. */
  readonly accuracy: number;
  /** Whether the weights left the finite numbers; training ended there. */
  readonly diverged: boolean;
  /** What the cell's own measure gave. */
  readonly measured?: Readonly<Record<string, number>>;
}

/** The parameters that all studies of classifiers on MNIST share. */
export const mnistParams = {
  model: z.enum(['mlp', 'cnn']).default('mlp').describe('the classifier'),
  size: z.enum(['28x28', '8x8']).default('28x28').describe('pixels of the digits: as they are, or shrunk'),
  trainSize: z.number().int().min(10).max(60_000).default(10_000).describe('training digits'),
  testSize: z.number().int().min(10).max(10_000).default(10_000).describe('test digits'),
  epochs: z.number().int().min(1).default(10).describe('passes over the training digits'),
  batchSize: z.number().int().min(1).default(64).describe('digits per step'),
  learningRate: z.number().gt(0).default(0.05).describe('step size of SGD with Nesterov momentum 0.9'),
};

export type MnistParams = z.output<z.ZodObject<typeof mnistParams>>;

/** What a grid is run with. */
export type GridContext = Pick<StudyContext<MnistParams>, 'params' | 'data' | 'signal' | 'resume'>;

/** Where a grid stands: the cells that are done, and the one that is being trained. */
interface GridState {
  readonly done: readonly CellResult[];
  readonly training?: TrainingState;
}

/** Where the training of a cell stands; `losses` is the sum over the steps of the epoch. */
interface TrainingState {
  readonly step: number;
  readonly losses: number;
}

/**
 * Trains the cells one after another, streaming progress and one metric per epoch. A checkpoint after every epoch, and when the
 * run is asked to end, lets the grid go on where it was.
 *
 * @returns the results of all cells; undefined when the run was asked to end
 */
export async function* trainGrid(
  cells: readonly Cell[],
  context: GridContext,
): AsyncGenerator<StudyEvent, CellResult[] | undefined, void> {
  const sets = await digits(context);
  const state = context.resume?.json as GridState | undefined;
  const done = [...(state?.done ?? [])];
  let resume = state?.training && { json: state.training, arrays: context.resume!.arrays };
  while (done.length < cells.length) {
    const result = yield* trainCell(cells[done.length]!, { ...context, ...sets, done, of: cells.length, resume });
    if (!result) return undefined;
    done.push(result);
    resume = undefined;
    yield checkpoint({ json: { done: [...done] } satisfies GridState, arrays: {} });
  }
  return done;
}

/** A fixed part of MNIST: the same digits for every seed, so that seeds differ in weights, order and noise alone. */
export async function digits({
  params,
  data,
}: Pick<StudyContext<Pick<MnistParams, 'trainSize' | 'testSize' | 'size'>>, 'params' | 'data'>): Promise<Digits> {
  const { train, test } = await data('mnist');
  const part = (set: ImageSet, size: number) => {
    const chosen = size >= set.length ? set : subset(set, new Random(0).split('part').permutation(set.length).subarray(0, size)); // prettier-ignore
    return params.size === '8x8' ? shrink(chosen) : chosen;
  };
  return { train: part(train, params.trainSize), test: part(test, params.testSize) };
}

interface Digits {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

interface CellContext extends GridContext, Digits {
  readonly done: readonly CellResult[];
  readonly of: number;
  readonly resume: StudyState | undefined;
}

async function* trainCell(cell: Cell, context: CellContext): AsyncGenerator<StudyEvent, CellResult | undefined, void> {
  const { label, noise, pattern = 'symmetric', seed } = cell;
  const model = classifier(context, seed);
  const labels = noisyLabels(cell, context.train);
  const result = async (diverged: boolean): Promise<CellResult> => {
    const measured = await cell.measure?.(labels);
    const testAccuracy = 100 * (await accuracy(model, context.test));
    return { label, noise, pattern, seed, accuracy: testAccuracy, diverged, ...(measured && { measured }) };
  };
  try {
    const ended = yield* trainModel(model, labels.given, cell, context);
    return ended ? await result(false) : undefined;
  } catch (error) {
    if (!(error instanceof DomainError && error.message.includes('diverged'))) throw error;
    yield metric({ label, noise, pattern, seed, diverged: 1 });
    return await result(true);
  } finally {
    model.dispose();
    cell.loss.memory?.reset();
  }
}

function classifier({ params, train }: CellContext, seed: number): LayersModel {
  const options = { inputShape: [train.height, train.width, train.channels], classes: train.classes, seed };
  return params.model === 'cnn' ? cnn(options) : mlp(options);
}

const streamOf = ({ seed }: Cell) => new Random(seed).split('mnist');

function noisyLabels(cell: Cell, { labels, classes }: ImageSet): TrainingLabels {
  const corrupt = (cell.pattern === 'pairflip' ? pairflip : symmetric)({ rate: cell.noise });
  return { right: labels, given: corrupt(labels, { classes, random: streamOf(cell).split('noise') }) };
}

/** @returns whether the training came to its end */
async function* trainModel(
  model: LayersModel,
  labels: Int32Array,
  cell: Cell,
  context: CellContext,
): AsyncGenerator<StudyEvent, boolean, void> {
  const { label, noise, pattern = 'symmetric', seed } = cell;
  const { params, train, test, done, of, resume, signal } = context;
  const { epochs } = params;
  const data = { images: train.images, labels };
  let losses = (resume?.json as TrainingState | undefined)?.losses ?? 0;
  let last: TrainingStep | undefined;
  const steps = trainClassifier({ ...trainingOf(cell, params), model, data, signal, resume });
  for await (const step of steps) {
    last = step;
    losses += step.loss;
    yield progress(
      done.length * step.of + step.step,
      of * step.of,
      `${label}, ${noiseName(noise, pattern)}, seed ${seed}, loss ${step.loss.toFixed(3)}`,
    );
    if (!step.endsEpoch && !signal?.aborted) continue;
    if (step.endsEpoch) {
      const testAccuracy = 100 * (await accuracy(model, test));
      const loss = (losses * epochs) / step.of;
      yield metric({ label, noise, pattern, seed, epoch: step.epoch, loss, testAccuracy });
      losses = 0;
      if (step.epoch < epochs) await cell.afterEpoch?.({ epoch: step.epoch, of: epochs, model, data });
    }
    const { json, arrays } = await step.snapshot();
    const training = { ...(json as { step: number }), losses };
    yield checkpoint({ json: { done: [...done], training } satisfies GridState, arrays });
  }
  return !signal?.aborted || (last !== undefined && last.step === last.of);
}

function trainingOf(cell: Cell, { epochs, batchSize }: MnistParams) {
  const { loss, learningRate, schedule, weightDecay } = cell;
  return { loss, learningRate, schedule, weightDecay, epochs, batchSize, random: streamOf(cell) };
}

/** `40% noise`, `30% pairflip noise`. */
const noiseName = (noise: number, pattern: NoisePattern) =>
  `${percent(noise)} ${pattern === 'symmetric' ? '' : `${pattern} `}noise`;

/** 0.4 as `40%`. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;

/** The results of a grid with the same label and noise, over all seeds, in percent. */
export function accuracyOf(
  results: readonly CellResult[],
  label: string,
  noise: number,
  pattern: NoisePattern = 'symmetric',
): Estimate {
  const own = results.filter((one) => one.label === label && one.noise === noise && one.pattern === pattern);
  return estimate(own.map((one) => one.accuracy));
}
