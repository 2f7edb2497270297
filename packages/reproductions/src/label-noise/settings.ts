import type { NdArray, StudyContext } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import { type PrunedGce, aldrKl, crossEntropy, generalizedCrossEntropy, ldrKl, prunedGce } from '@surprisal/losses';
import { type TrainingLoss, forEachBatch } from '@surprisal/nn';
import { z } from 'zod';
import { type Cell, type Epoch, type NoisePattern, type TrainingLabels, mnistParams } from '../shared/grid.js';

/** The losses by name, each for a training set of a size. */
const losses = {
  CE: () => crossEntropy(),
  'LDR 0.1': () => ldrKl({ lambda: 0.1 }),
  'LDR 1': () => ldrKl({ lambda: 1 }),
  'LDR 10': () => ldrKl({ lambda: 10 }),
  'LDR 10 raw': () => ldrKl({ lambda: 10, normalize: 'none' }),
  'ALDR 10': (numSamples) => aldrKl({ lambda0: 10, numSamples }),
  'GCE 0.7': () => generalizedCrossEntropy({ alpha: 0.7 }),
  'GCE 0.7 pruned': (numSamples) => prunedGce({ q: 0.7, k: 0.5, numSamples }),
} as const satisfies Readonly<Record<string, (numSamples: number) => TrainingLoss>>;

export type LossName = keyof typeof losses;
const lossNames = Object.keys(losses) as LossName[];

export const labelNoiseParams = z.object({
  ...mnistParams,
  size: mnistParams.size.default('8x8'),
  trainSize: mnistParams.trainSize.default(1000),
  testSize: mnistParams.testSize.default(2000),
  epochs: mnistParams.epochs.default(60),
  weightDecay: z.number().min(0).default(5e-4).describe('weight of half the squares of the weights'),
  losses: z.array(z.enum(lossNames)).min(1).default(lossNames).describe('what is trained'),
  uniform: z
    .array(z.number().min(0).max(1))
    .default([0, 0.6, 0.8])
    .describe('shares of labels that are drawn anew from all classes, the right one among them'),
  classDependent: z
    .array(z.number().min(0).max(1))
    .default([0.3])
    .describe('shares of labels that become the next class'),
  temperaturesAt: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('share of labels that are drawn anew where the temperatures of ALDR are read'),
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with a seed of its own'),
});

export type LabelNoiseParams = z.output<typeof labelNoiseParams>;

/** How labels are made wrong. */
export interface Setting {
  readonly title: string;
  /** Share of labels that are wrong. */
  readonly noise: number;
  readonly pattern: NoisePattern;
}

const CLASSES = 10;

/** A label that is drawn anew is right once in ten times. */
export const uniformNoise = (rate: number): Setting => ({
  title: rate === 0 ? 'none' : `uniform ${rate}`,
  noise: Number((rate * (1 - 1 / CLASSES)).toFixed(6)),
  pattern: 'symmetric',
});

export const classDependentNoise = (rate: number): Setting => ({
  title: `class-dependent ${rate}`,
  noise: rate,
  pattern: 'pairflip',
});

export const settingsOf = ({ uniform, classDependent }: LabelNoiseParams): Setting[] => [
  ...uniform.map(uniformNoise),
  ...classDependent.map(classDependentNoise),
];

/** Every loss in every setting, with each seed; ALDR where its temperatures are read as well. */
export function cellsOf({ params, seed }: StudyContext<LabelNoiseParams>): Cell[] {
  const settings = settingsOf(params);
  const read = uniformNoise(params.temperaturesAt);
  const seeds = Array.from({ length: params.seeds }, (_, i) => seed + i);
  return params.losses.flatMap((label) => {
    const more = label === ADAPTIVE && !settings.some(({ title }) => title === read.title) ? [read] : [];
    return [...settings, ...more].flatMap((setting) => seeds.map((own) => cellOf(label, setting, params, own)));
  });
}

/** The loss with a temperature for each example. */
export const ADAPTIVE = 'ALDR 10' satisfies LossName;

/** The loss that drops examples. */
const PRUNED = 'GCE 0.7 pruned' satisfies LossName;

/** After how many epochs it is decided anew which examples are kept, from the middle of the training on. */
const PRUNED_EVERY = 10;

const pruning =
  (loss: PrunedGce) =>
  async ({ epoch, of, model, data }: Epoch) => {
    if (epoch < of / 2 || epoch % PRUNED_EVERY !== 0) return;
    await forEachBatch(model, data, (logits, labels, sampleIds) => loss.prune(logits, labels, sampleIds));
  };

function cellOf(label: LossName, { noise, pattern }: Setting, params: LabelNoiseParams, seed: number): Cell {
  const { trainSize, learningRate, weightDecay } = params;
  const loss = losses[label](trainSize);
  const afterEpoch = label === PRUNED ? pruning(loss as PrunedGce) : undefined;
  const training = { loss, learningRate, weightDecay, schedule: tenthTwice, afterEpoch };
  return { label, noise, pattern, seed, ...training, ...(label === ADAPTIVE && { measure: temperaturesOf(loss) }) };
}

/** As in the authors' code: a tenth of the learning rate after half of the steps, and again after three quarters. */
const tenthTwice = (done: number) => (done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01);

/** The mean temperatures of the examples whose label is right, and of the others. */
const temperaturesOf =
  ({ memory }: TrainingLoss) =>
  async ({ given, right }: TrainingLabels) => {
    const { temperatures } = (await memory!.read()) as { temperatures: NdArray };
    const meanWhere = (wanted: boolean) =>
      mean(Array.from(temperatures.data).filter((_, i) => (given[i] === right[i]) === wanted));
    return { right: meanWhere(true), wrong: meanWhere(false) };
  };
