import {
  DataError,
  DomainError,
  type Memory,
  type NdArray,
  type Random,
  type StudyState,
  ndarray,
} from '@surprisal/core';
import {
  type LayersModel,
  type Scalar,
  type Tensor,
  type TensorLike,
  adam,
  add,
  argMax,
  fromLayersModel,
  mul,
  sgd,
  square,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { type Step, type TrainStepsOptions, breather, trainSteps } from './train-steps.js';

/** Labelled inputs: bytes are read as 0..1. */
export interface LabelledInputs {
  /** `[length, ...inputShape]`, row-major. */
  readonly images: Uint8Array | Float32Array;
  readonly labels: Int32Array;
}

/** A loss that can be trained: `@surprisal/losses` has many. */
export interface TrainingLoss {
  (logits: Tensor, labels: TensorLike, options: TrainingLossOptions): Tensor;
  /** What it remembers from batch to batch. */
  readonly memory?: Memory;
}

/** What a loss is told about a batch. */
export interface TrainingLossOptions {
  readonly reduction: 'mean';
  /** `[batch]`, the place of each example in the training set. */
  readonly sampleIds: Int32Array;
}

export interface TrainClassifierOptions {
  readonly model: LayersModel;
  readonly loss: TrainingLoss;
  readonly data: LabelledInputs;
  /** Default 1. */
  readonly epochs?: number;
  /** Default 64. */
  readonly batchSize?: number;
  /** `'sgd'` is SGD with Nesterov momentum 0.9; default `'sgd'`. */
  readonly optimizer?: 'sgd' | 'adam';
  /** Default 0.05 for `'sgd'`, 0.001 for `'adam'`. */
  readonly learningRate?: number;
  /** What the learning rate is multiplied by after a share of the steps, 0 to 1; default 1 throughout. */
  readonly schedule?: ((done: number) => number) | undefined;
  /** Adds `weightDecay / 2` times the sum of the squares of all weights to the loss; default 0. */
  readonly weightDecay?: number | undefined;
  /** What is made of the gradients before the optimiser takes them, as in {@link trainSteps}. */
  readonly adjustGradients?: TrainStepsOptions['adjustGradients'];
  /** Orders the examples; each epoch's order depends on its seed and the epoch alone. */
  readonly random: Random;
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal | undefined;
  /** A snapshot to go on from. */
  readonly resume?: StudyState | undefined;
}

/** One step of training that has been made; steps count over all epochs, and the loss is the mean of the batch, in nats. */
export interface TrainingStep extends Step {
  /** Counts from 1. */
  readonly epoch: number;
  /** True for the last step of an epoch. */
  readonly endsEpoch: boolean;
}

/**
 * Trains a classifier step by step. The caller decides when to measure, to show, to save or to stop.
 *
 * @throws DomainError for an option out of range; DataError when images and labels do not belong together
 *
 * @example
 * import type { TrainingLoss } from '@surprisal/nn';
 *
 * const brier: TrainingLoss = (logits, labels) =>
 *   mean(squaredDifference(softmax(logits), oneHot(toTensor(labels, 'int32'), 10)));
 * const data = { images: new Uint8Array(2 * 784), labels: Int32Array.of(3, 5) };
 * for await (const { step, of } of trainClassifier({ model: mlp(), loss: brier, data, epochs: 2, random: new Random(1) })) {
 *   console.log(`step ${step} of ${of}`);
 * }
 * // step 1 of 2
 * // step 2 of 2
 */
export async function* trainClassifier(options: TrainClassifierOptions): AsyncGenerator<TrainingStep, void, void> {
  const { model, loss, data, epochs = 1, batchSize = 64, schedule, weightDecay = 0, random, signal, resume } = options;
  const size = checkData(model, data);
  if (!(batchSize >= 1)) throw new DomainError(`trainClassifier: batchSize must be at least 1, got ${batchSize}`);
  const { learningRate, optimizer } = makeOptimizer(options);
  const perEpoch = Math.ceil(size / batchSize);
  const orderOf = latest((epoch) => random.split('order', epoch).permutation(size));
  const cost = (step: number) => {
    const at = (step % perEpoch) * batchSize;
    const order = orderOf(Math.floor(step / perEpoch));
    const sampleIds = order.subarray(at, Math.min(at + batchSize, size));
    const { images, labels } = gatherBatch(model, data, sampleIds);
    const logits = model.apply(toTensor(images), { training: true }) as Tensor;
    const mean = loss(logits, labels, { reduction: 'mean', sampleIds }) as Scalar;
    return weightDecay > 0 ? add<Scalar>(mean, mul(sumOfSquares(model), weightDecay / 2)) : mean;
  };
  const steps = perEpoch * epochs;
  const before = schedule && ((step: number) => void (optimizer.learningRate = learningRate * schedule(step / steps)));
  const { memory } = loss;
  const training = { optimizer, cost, before, adjustGradients: options.adjustGradients, steps, memory, signal, resume };
  const made = trainSteps({ model: fromLayersModel(model), ...training });
  for await (const step of made) {
    yield { ...step, epoch: Math.ceil(step.step / perEpoch), endsEpoch: step.step % perEpoch === 0 };
  }
}

const sumOfSquares = (model: LayersModel): Tensor =>
  model.trainableWeights.map((weight) => sum(square(weight.read()))).reduce((total, part) => add(total, part));

/** A function that keeps its last value. */
function latest<R>(compute: (key: number) => R): (key: number) => R {
  let kept: { readonly key: number; readonly value: R } | undefined;
  return (key) => (kept?.key === key ? kept : (kept = { key, value: compute(key) })).value;
}

/**
 * The share of examples whose largest logit is the label's.
 *
 * @example
 * const blank = { images: new Uint8Array(2 * 784), labels: Int32Array.of(0, 1) };
 * console.log(await accuracy(mlp(), blank)); // 0.5
 */
export async function accuracy(model: LayersModel, data: LabelledInputs, batchSize = 500): Promise<number> {
  let right = 0;
  const count = async (logits: Tensor, labels: Int32Array) => {
    const predicted = tidy(() => argMax(logits, 1));
    const classes = await predicted.data();
    predicted.dispose();
    right += labels.reduce((sum, label, i) => sum + (classes[i] === label ? 1 : 0), 0);
  };
  await forEachBatch(model, data, count, batchSize);
  return right / data.labels.length;
}

/**
 * Hands the logits of labelled inputs on, batch by batch in their order, with the labels and the places of the examples, as
 * {@link trainClassifier} does to a loss. The logits are freed when `visit` has ended.
 *
 * @throws DataError when images and labels do not belong together
 *
 * @example
 * const blank = { images: new Uint8Array(3 * 784), labels: Int32Array.of(0, 1, 2) };
 * await forEachBatch(mlp(), blank, (logits, labels, sampleIds) => console.log(logits.shape, sampleIds.join()), 2);
 * // [ 2, 10 ] 0,1
 * // [ 1, 10 ] 2
 */
export async function forEachBatch(
  model: LayersModel,
  data: LabelledInputs,
  visit: (logits: Tensor, labels: Int32Array, sampleIds: Int32Array) => void | Promise<void>,
  batchSize = 500,
): Promise<void> {
  const size = checkData(model, data);
  const breathe = breather();
  for (let at = 0; at < size; at += batchSize) {
    const sampleIds = Int32Array.from({ length: Math.min(batchSize, size - at) }, (_, i) => at + i);
    const { images, labels } = gatherBatch(model, data, sampleIds);
    const logits = tidy(() => model.apply(toTensor(images)) as Tensor);
    try {
      await visit(logits, labels, sampleIds);
    } finally {
      logits.dispose();
    }
    await breathe();
  }
}

interface Batch {
  readonly images: NdArray<Float32Array>;
  readonly labels: Int32Array;
}

function gatherBatch(model: LayersModel, { images, labels }: LabelledInputs, indices: Int32Array): Batch {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const stride = shape.reduce((product, length) => product * length, 1);
  const scale = images instanceof Uint8Array ? 1 / 255 : 1;
  const batch = new Float32Array(indices.length * stride);
  indices.forEach((index, i) => {
    for (let k = 0; k < stride; k++) batch[i * stride + k] = images[index * stride + k]! * scale;
  });
  return {
    images: ndarray(batch, [indices.length, ...shape]),
    labels: Int32Array.from(indices, (index) => labels[index]!),
  };
}

function checkData(model: LayersModel, { images, labels }: LabelledInputs): number {
  const stride = (model.inputs[0]!.shape.slice(1) as number[]).reduce((product, length) => product * length, 1);
  if (labels.length > 0 && images.length === labels.length * stride) return labels.length;
  throw new DataError(
    `images and labels must belong together: expected ${labels.length} x ${stride} values for ${labels.length} labels (at least one), got ${images.length}`,
  );
}

function makeOptimizer({ optimizer: name = 'sgd', learningRate: given }: TrainClassifierOptions) {
  const learningRate = given ?? (name === 'adam' ? 0.001 : 0.05);
  if (!(learningRate > 0)) throw new DomainError(`trainClassifier: learningRate must be greater than 0, got ${learningRate}`); // prettier-ignore
  const optimizer = name === 'adam' ? adam({ learningRate }) : sgd({ learningRate, momentum: 0.9, nesterov: true });
  return { learningRate, optimizer };
}
