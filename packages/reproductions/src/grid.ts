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
import { type ImageSet, subset, symmetric } from '@surprisal/data';
import { type TrainingLoss, type TrainingStep, accuracy, cnn, mlp, trainClassifier } from '@surprisal/nn';
import { z } from 'zod';

/** One training of the grid: a loss on noisy MNIST, with one seed. */
export interface Cell {
  /** What the training is called in progress, metrics and tables. */
  readonly label: string;
  readonly loss: TrainingLoss;
  readonly learningRate: number;
  /** Share of training labels that are wrong. */
  readonly noise: number;
  readonly seed: number;
}

/** What came of a cell. */
export interface CellResult {
  readonly label: string;
  readonly noise: number;
  readonly seed: number;
  /** On clean test labels, in percent. */
  readonly accuracy: number;
  /** Whether the weights left the finite numbers; training ended there. */
  readonly diverged: boolean;
}

/** The parameters that all studies of classifiers on MNIST share. */
export const mnistParams = {
  model: z.enum(['mlp', 'cnn']).default('mlp').describe('the classifier'),
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
async function digits({ params, data }: GridContext): Promise<{ train: ImageSet; test: ImageSet }> {
  const { train, test } = await data('mnist');
  const part = (set: ImageSet, size: number) =>
    size >= set.length ? set : subset(set, new Random(0).split('part').permutation(set.length).subarray(0, size));
  return { train: part(train, params.trainSize), test: part(test, params.testSize) };
}

interface CellContext extends GridContext {
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly done: readonly CellResult[];
  readonly of: number;
  readonly resume: StudyState | undefined;
}

async function* trainCell(cell: Cell, context: CellContext): AsyncGenerator<StudyEvent, CellResult | undefined, void> {
  const { label, noise, seed } = cell;
  const model = context.params.model === 'cnn' ? cnn({ seed }) : mlp({ seed });
  const result = async (diverged: boolean): Promise<CellResult> => ({
    label,
    noise,
    seed,
    accuracy: 100 * (await accuracy(model, context.test)),
    diverged,
  });
  try {
    const ended = yield* trainModel(model, cell, context);
    return ended ? await result(false) : undefined;
  } catch (error) {
    if (!(error instanceof DomainError && error.message.includes('diverged'))) throw error;
    yield metric({ label, noise, seed, diverged: 1 });
    return await result(true);
  } finally {
    model.dispose();
  }
}

/** @returns whether the training came to its end */
async function* trainModel(
  model: LayersModel,
  cell: Cell,
  context: CellContext,
): AsyncGenerator<StudyEvent, boolean, void> {
  const { label, noise, seed, loss, learningRate } = cell;
  const { params, train, test, done, of, resume, signal } = context;
  const random = new Random(seed).split('mnist');
  const labels = symmetric({ rate: noise })(train.labels, { classes: train.classes, random: random.split('noise') });
  const data = { images: train.images, labels };
  const { epochs, batchSize } = params;
  let losses = (resume?.json as TrainingState | undefined)?.losses ?? 0;
  let last: TrainingStep | undefined;
  for await (const step of trainClassifier({
    model,
    loss,
    data,
    epochs,
    batchSize,
    learningRate,
    random,
    signal,
    resume,
  })) {
    last = step;
    losses += step.loss;
    yield progress(
      done.length * step.of + step.step,
      of * step.of,
      `${label}, ${percent(noise)} noise, seed ${seed}, loss ${step.loss.toFixed(3)}`,
    );
    if (!step.endsEpoch && !signal?.aborted) continue;
    if (step.endsEpoch) {
      const testAccuracy = 100 * (await accuracy(model, test));
      yield metric({ label, noise, seed, epoch: step.epoch, loss: (losses * epochs) / step.of, testAccuracy });
      losses = 0;
    }
    const { json, arrays } = await step.snapshot();
    const training = { ...(json as { step: number }), losses };
    yield checkpoint({ json: { done: [...done], training } satisfies GridState, arrays });
  }
  return !signal?.aborted || (last !== undefined && last.step === last.of);
}

/** 0.4 as `40%`. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;

/** The results of a grid with the same label and noise, over all seeds, in percent. */
export function accuracyOf(results: readonly CellResult[], label: string, noise: number): Estimate {
  return estimate(
    results.filter((result) => result.label === label && result.noise === noise).map(({ accuracy }) => accuracy),
  );
}
