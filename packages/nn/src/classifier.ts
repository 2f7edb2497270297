import { DataError, DomainError, type NdArray, type Random, type StudyState, ndarray } from '@surprisal/core';
import {
  type LayersModel,
  type Optimizer,
  type Scalar,
  type Tensor,
  type TensorLike,
  argMax,
  dispose,
  fromLayersModel,
  readWeights,
  tidy,
  toTensor,
  train,
  writeWeights,
} from '@surprisal/core/tensor';
import { disposeOptimizer, readOptimizer, writeOptimizer } from './optimizer-state.js';

/** Labelled inputs: bytes are read as 0..1. */
export interface LabelledInputs {
  /** `[length, ...inputShape]`, row-major. */
  readonly images: Uint8Array | Float32Array;
  readonly labels: Int32Array;
}

/** A loss that can be trained: `@surprisal/losses` has many. */
export type TrainingLoss = (logits: Tensor, labels: TensorLike, options: { readonly reduction: 'mean' }) => Tensor;

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
  /** Orders the examples; each epoch's order depends on its seed and the epoch alone. */
  readonly random: Random;
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal | undefined;
  /** A snapshot to go on from. */
  readonly resume?: StudyState | undefined;
}

/** One step of training that has been made. */
export interface TrainingStep {
  /** Counts from 1 to `of`, over all epochs. */
  readonly step: number;
  readonly of: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** True for the last step of an epoch. */
  readonly endsEpoch: boolean;
  /** Mean loss of the batch, in nats, before the step. */
  readonly loss: number;
  /** Weights, optimiser and position: training resumed from it goes on as if it had not been broken off. */
  snapshot(): Promise<StudyState>;
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
  const { model, loss, data, epochs = 1, batchSize = 64, random, signal, resume } = options;
  const size = checkData(model, data);
  if (!(batchSize >= 1)) throw new DomainError(`trainClassifier: batchSize must be at least 1, got ${batchSize}`);
  const network = fromLayersModel(model);
  const optimizer = makeOptimizer(options);
  const perEpoch = Math.ceil(size / batchSize);
  const of = perEpoch * epochs;
  let done = 0;
  if (resume) {
    writeWeights(network, section(resume, 'weights'));
    await writeOptimizer(optimizer, section(resume, 'optimizer'));
    done = (resume.json as { step: number }).step;
  }
  const breathe = breather();
  try {
    for (let order: Int32Array = new Int32Array(), ordered = -1; done < of && !signal?.aborted;) {
      const epoch = Math.floor(done / perEpoch);
      if (epoch !== ordered) [order, ordered] = [random.split('order', epoch).permutation(size), epoch];
      const at = (done % perEpoch) * batchSize;
      const batch = gatherBatch(model, data, order.subarray(at, Math.min(at + batchSize, size)));
      const value = await trainingStep(model, optimizer, loss, batch);
      const step = ++done;
      const snapshot = async () => ({
        json: { step },
        arrays: {
          ...prefixed('weights', await readWeights(network)),
          ...prefixed('optimizer', await readOptimizer(optimizer)),
        },
      });
      yield { step, of, epoch: epoch + 1, endsEpoch: step % perEpoch === 0, loss: value, snapshot };
      await breathe();
    }
  } finally {
    disposeOptimizer(optimizer);
  }
}

/**
 * The share of examples whose largest logit is the label's.
 *
 * @example
 * const blank = { images: new Uint8Array(2 * 784), labels: Int32Array.of(0, 1) };
 * console.log(await accuracy(mlp(), blank)); // 0.5
 */
export async function accuracy(model: LayersModel, data: LabelledInputs, batchSize = 500): Promise<number> {
  const size = checkData(model, data);
  const breathe = breather();
  let right = 0;
  for (let at = 0; at < size; at += batchSize) {
    const indices = Int32Array.from({ length: Math.min(batchSize, size - at) }, (_, i) => at + i);
    const { images, labels } = gatherBatch(model, data, indices);
    const predicted = tidy(() => argMax(model.apply(toTensor(images)) as Tensor, 1));
    const classes = await predicted.data();
    predicted.dispose();
    right += labels.reduce((count, label, i) => count + (classes[i] === label ? 1 : 0), 0);
    await breathe();
  }
  return right / size;
}

async function trainingStep(
  model: LayersModel,
  optimizer: Optimizer,
  loss: TrainingLoss,
  batch: Batch,
): Promise<number> {
  const images = toTensor(batch.images);
  const cost = optimizer.minimize(
    () => loss(model.apply(images, { training: true }) as Tensor, batch.labels, { reduction: 'mean' }) as Scalar,
    true,
  )!;
  const [value] = await cost.data();
  dispose([images, cost]);
  return value!;
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

function makeOptimizer({ optimizer = 'sgd', learningRate }: TrainClassifierOptions): Optimizer {
  const rate = learningRate ?? (optimizer === 'adam' ? 0.001 : 0.05);
  if (!(rate > 0)) throw new DomainError(`trainClassifier: learningRate must be greater than 0, got ${rate}`);
  return optimizer === 'adam' ? train.adam(rate) : train.momentum(rate, 0.9, true);
}

const prefixed = (prefix: string, arrays: Record<string, NdArray>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

const section = ({ arrays }: StudyState, prefix: string): Record<string, NdArray> =>
  Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, array]) => [name.slice(prefix.length + 1), array]),
  );

/** Lets timers, signals and messages through every 30 ms: kernels on the host would otherwise keep the thread. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 30) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
