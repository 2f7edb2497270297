import { type NdArray, Random, ndarray } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import { type Scalar, adam, argMax, softmax, tidy, toTensor } from '@surprisal/core/tensor';
import { type LabelQuality, type BrickWall, randHue } from '@surprisal/data';
import { type UNet, trainSteps, unet } from '@surprisal/nn';
import { type SegmentationLoss, bettiError, ceDice, dice, skeletonRecall, softClDice, topoLoss, warpingLoss } from '@surprisal/segmentation'; // prettier-ignore
import { batches } from '../shared/batches.js';
import type { Part } from '../shared/in-turn.js';
import type { TopomortarParams } from './params.js';
import { type Walls, drawWalls, imagesOf, labelsOf, stacked } from './walls.js';

/** The losses that are compared, by name. */
const losses: Readonly<Record<string, SegmentationLoss>> = {
  'ce-dice': ceDice(),
  'soft-cl-dice': softClDice(),
  'skeleton-recall': skeletonRecall(),
  'topo-loss': topoLoss(),
  warping: warpingLoss(),
};

/** Simple ways to better segmentations that know nothing of topology. */
export type Fix = 'none' | 'rand-hue' | 'self-distillation';

/** A loss, the labels it learns from, and a fix. */
export interface Setting {
  readonly loss: string;
  readonly labels: LabelQuality;
  readonly fix: Fix;
}

/** Every loss with every kind of label; the fixes with the baseline, where the paper has them. */
const settings: readonly Setting[] = [
  ...Object.keys(losses).flatMap((loss) =>
    (['accurate', 'noisy', 'pseudo'] as const).map((labels): Setting => ({ loss, labels, fix: 'none' })),
  ),
  { loss: 'ce-dice', labels: 'accurate', fix: 'rand-hue' },
  { loss: 'ce-dice', labels: 'noisy', fix: 'self-distillation' },
  { loss: 'ce-dice', labels: 'pseudo', fix: 'self-distillation' },
];

/** Means over walls, against their accurate labels. */
interface Scores {
  readonly betti0: number;
  readonly betti1: number;
  readonly dice: number;
}

/** What came of a training. */
export interface TrainingResult extends Setting {
  readonly seed: number;
  /** On walls like those of the training. */
  readonly alike: Scores;
  /** On walls with shifts. */
  readonly shifted: Scores;
}

/** Every setting with each seed. All settings see the same walls, first weights and order of a seed. */
export function trainingParts(params: TopomortarParams, firstSeed: number): Part<TrainingResult>[] {
  return Array.from({ length: params.seeds }, (_, i) => firstSeed + i).flatMap((seed) => {
    let walls: Walls | undefined;
    const chosen = settings.filter(({ labels }) => params.labels.includes(labels));
    return chosen.map((setting) => ({
      label: `${nameOf(setting)}, ${setting.labels} labels, seed ${seed}`,
      compute: () => trainAndScore(setting, (walls ??= drawWalls(params, seed)), params, seed),
    }));
  });
}

/** A loss and its fix, in words. */
export const nameOf = ({ loss, fix }: Pick<Setting, 'loss' | 'fix'>) => (fix === 'none' ? loss : `${loss} with ${fix}`);

async function trainAndScore(
  setting: Setting,
  walls: Walls,
  params: TopomortarParams,
  seed: number,
): Promise<TrainingResult> {
  const model = await trained(setting, walls.train, params, seed);
  const result = {
    ...setting,
    seed,
    alike: await scoresOn(walls.test, model),
    shifted: await scoresOn(walls.shifted, model),
  };
  model.dispose();
  return result;
}

/** Rounds of self-distillation: from the second on, a new model learns from what the last one says of the walls. */
const ROUNDS = 3;

async function trained(
  setting: Setting,
  walls: readonly BrickWall[],
  params: TopomortarParams,
  seed: number,
): Promise<UNet> {
  const labels = walls.map((wall) => wall.labels[setting.labels]);
  const images = walls.map(({ image }) => image);
  if (setting.fix !== 'self-distillation') return trainOnce({ ...setting, images, targets: labels }, params, seed);
  const shorter = { ...params, steps: Math.floor(params.steps / ROUNDS) };
  let model = await trainOnce({ ...setting, images, targets: labels }, shorter, seed);
  for (let round = 2; round <= ROUNDS; round++) {
    const targets = await softLabels(model, images);
    model.dispose();
    model = await trainOnce({ ...setting, images, targets }, shorter, seed);
  }
  return model;
}

interface Lesson {
  readonly loss: string;
  readonly fix: Fix;
  readonly images: readonly NdArray<Float32Array>[];
  /** Class indices or probabilities of each image. */
  readonly targets: readonly NdArray<Float32Array | Int32Array>[];
}

async function trainOnce(
  { loss, fix, images, targets }: Lesson,
  params: TopomortarParams,
  seed: number,
): Promise<UNet> {
  const { steps, batchSize, learningRate, width } = params;
  const random = new Random(seed).split('training');
  const model = unet({ width, levels: 2, seed });
  const optimizer = adam({ learningRate });
  const order = batches(images.length, batchSize, random);
  const cost = (made: number) => {
    optimizer.learningRate = learningRate * (1 - made / steps) ** 0.9;
    const chosen = Array.from(order.at(made + 1));
    const seen = chosen.map((i) =>
      fix === 'rand-hue' ? randHue(images[i]!, random.split('hue', made, i)) : images[i]!,
    );
    const logits = model.call(toTensor(stacked(seen)));
    return losses[loss]!(logits, stacked(chosen.map((i) => targets[i]!)), { progress: made / steps }) as Scalar;
  };
  for await (const made of trainSteps({ model, optimizer, cost, steps })) void made;
  return model;
}

/** The probabilities that a model gives to the classes of each pixel. */
async function softLabels(model: UNet, images: readonly NdArray<Float32Array>[]): Promise<NdArray<Float32Array>[]> {
  const probs = tidy(() => softmax(model.call(toTensor(stacked(images))))); // [N, H, W, 2]
  const data = (await probs.data()) as Float32Array;
  probs.dispose();
  const size = data.length / images.length;
  return images.map(({ shape }, i) => ndarray(data.slice(i * size, (i + 1) * size), [...shape.slice(0, 2), 2]));
}

async function scoresOn(walls: readonly BrickWall[], model: UNet): Promise<Scores> {
  const predicted = tidy(() => argMax(model.call(toTensor(imagesOf(walls))), 3));
  const truth = labelsOf(walls, 'accurate');
  const masks = ndarray(Int32Array.from(await predicted.data()), truth.shape);
  predicted.dispose();
  return {
    betti0: mean(bettiError({ dimension: 0 })(masks, truth)),
    betti1: mean(bettiError({ dimension: 1 })(masks, truth)),
    dice: mean(dice()(masks, truth)),
  };
}
