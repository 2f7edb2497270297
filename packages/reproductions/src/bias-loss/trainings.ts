import { type Memory, Random } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import { type Scalar, type Tensor, type TensorLike, argMax, mul, norm, oneHot, softmax, sgd, sub, tidy, toTensor } from '@surprisal/core/tensor'; // prettier-ignore
import { type Loss, biasLoss, crossEntropy, focal, labelSmoothing } from '@surprisal/losses';
import { z } from 'zod';
import { batches } from '../shared/batches.js';
import { type SmallDigits, allPixels, pixelsOf } from '../shared/small-digits.js';
import type { Training } from '../shared/train-in-turn.js';
import { type CompactCnn, compactCnn } from './compact-cnn.js';

/** A loss of what the network shows. */
interface FeatureAwareLoss {
  (logits: Tensor, labels: TensorLike, features: Tensor): Tensor;
  readonly memory?: Memory;
}

const MEAN = { reduction: 'mean' } as const;

/** The mean over the batch, of a loss of logits or of features as well. */
const losses = {
  CE: () => byLogits(crossEntropy()),
  'CE x 0.85': () => byLogits(crossEntropy(), 0.85),
  focal: () => byLogits(focal()),
  'label smoothing': () => byLogits(labelSmoothing()),
  'bias, local': () => byFeatures('local'),
  'bias, running': () => byFeatures('running'),
  'bias, global': () => byFeatures('global-official'),
} as const satisfies Readonly<Record<string, () => FeatureAwareLoss>>;

const byLogits =
  (loss: Loss, weight = 1): FeatureAwareLoss =>
  (logits, labels) =>
    mul(loss(logits, labels, MEAN), weight);

function byFeatures(normalization: 'local' | 'running' | 'global-official'): FeatureAwareLoss {
  const loss = biasLoss({ normalization });
  const ofBatch = (logits: Tensor, labels: TensorLike, features: Tensor) => loss(logits, labels, features, MEAN);
  return Object.assign(ofBatch, { memory: loss.memory });
}

export type LossName = keyof typeof losses;
const lossNames = Object.keys(losses) as LossName[];

export const biasLossParams = z.object({
  losses: z.array(z.enum(lossNames)).min(1).default(lossNames).describe('what is trained'),
  trainSize: z.number().int().min(10).max(60_000).default(544).describe('training digits'),
  testSize: z.number().int().min(10).max(10_000).default(2000).describe('test digits'),
  epochs: z.number().int().min(1).default(60).describe('passes over the training digits'),
  every: z.number().int().min(1).default(5).describe('epochs between two measurements'),
  early: z.number().int().min(1).default(25).describe('epochs after which predictions are sorted by feature variance'),
  batchSize: z.number().int().min(2).default(32).describe('digits per step'),
  learningRate: z.number().gt(0).default(0.1).describe('of SGD with momentum 0.9; a tenth after half of the steps, and again after three quarters'), // prettier-ignore
  seeds: z.number().int().min(1).default(6).describe('trainings per loss, each with a seed of its own'),
});

export type BiasLossParams = z.output<typeof biasLossParams>;

/** A training by a loss. */
export interface Run {
  readonly loss: LossName;
  readonly seed: number;
}

export const runsOf = (params: BiasLossParams, seed: number): Run[] =>
  params.losses.flatMap((loss) => Array.from({ length: params.seeds }, (_, i) => ({ loss, seed: seed + i })));

export const stepsPerEpoch = ({ trainSize, batchSize }: BiasLossParams): number => Math.ceil(trainSize / batchSize);

/** The order of the digits and the first weights depend on the seed alone. */
export function trainingOf(
  { loss: name, seed }: Run,
  { train, test }: { readonly train: SmallDigits; readonly test: SmallDigits },
  params: BiasLossParams,
): Training<CompactCnn> {
  const { perEpoch, at } = batches(params.trainSize, params.batchSize, new Random(seed).split('order'));
  const loss: FeatureAwareLoss = losses[name]();
  return {
    labels: { loss: name, seed },
    model: () => compactCnn(seed),
    rates: tenthTwice(perEpoch * params.epochs, params.learningRate),
    optimizer: () => sgd({ momentum: 0.9 }),
    cost(model, step) {
      const chosen = at(step);
      const { features, logits } = model.look(pixelsOf(train, chosen));
      return loss(
        logits,
        Int32Array.from(chosen, (index) => train.labels[index]!),
        features,
      ) as Scalar;
    },
    memory: loss.memory,
    every: perEpoch * params.every,
    measure: (model) => measure(model, test),
  };
}

const tenthTwice = (steps: number, rate: number) =>
  Float64Array.from({ length: steps + 1 }, (_, step) => rate * (step <= steps / 2 ? 1 : step <= (steps * 3) / 4 ? 0.1 : 0.01)); // prettier-ignore

/**
 * On test digits, in percent: the accuracy; the accuracy of the quarters of least to most variance of the features; and the share of the poorest quarter
 * in the sum of the norms of the gradients of the logits, by cross-entropy and by bias loss (all digits as one batch).
 */
async function measure(model: CompactCnn, digits: SmallDigits): Promise<Readonly<Record<string, number>>> {
  const seen = tidy(() => {
    const { features, logits } = model.look(allPixels(digits));
    const { variance, weights } = biasLoss().weigh(features);
    const slopes = sub(softmax(logits), oneHot(toTensor(digits.labels, 'int32'), 10));
    return [variance, weights, argMax(logits, 1), norm(slopes, 'euclidean', 1)];
  });
  const [variance, weights, classes, norms] = await Promise.all(seen.map((tensor) => tensor.data()));
  seen.forEach((tensor) => tensor.dispose());
  const order = Int32Array.from(digits.labels.keys()).sort((a, b) => variance![a]! - variance![b]!);
  const hits = Array.from(order, (i) => (classes![i] === digits.labels[i] ? 100 : 0));
  const quarters = [0, 1, 2, 3].map((q) => mean(hits.slice((q * hits.length) / 4, ((q + 1) * hits.length) / 4)));
  return {
    accuracy: mean(hits),
    ...Object.fromEntries(quarters.map((value, q) => [`quarter${q + 1}`, value])),
    poorByCrossEntropy: shareOfFirst(Array.from(order, (i) => norms![i]!)),
    poorByBias: shareOfFirst(Array.from(order, (i) => norms![i]! * weights![i]!)),
  };
}

/** The share of the first quarter of some numbers in their sum, in percent. */
function shareOfFirst(parts: readonly number[]): number {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return (100 * sum(parts.slice(0, parts.length >> 2))) / sum(parts);
}
