import { Random } from '@surprisal/core';
import { median } from '@surprisal/core/numerics';
import { type LayersModel, type Tensor, dispose, oneHot, sgd, tensor1d, tidy, toTensor } from '@surprisal/core/tensor';
import { type ImageClassificationData, type ImageSet, subset, toFloat } from '@surprisal/data';
import { crossEntropy } from '@surprisal/losses';
import { cnn } from '@surprisal/nn';
import { Gate } from '../../lab/gate.js';
import type { Measurement, Trained } from './messages.js';
import type { TrainingState } from './settings.js';

const TEST = 500;
const MEASUREMENTS_PER_EPOCH = 8;

/** What is heard of a training while it goes on. */
export interface Listener {
  progress(step: number, of: number): void;
  measured(measurement: Measurement): void;
}

type Logs = Partial<Record<'loss' | 'acc' | 'val_acc', number>>;

/** A convolutional network that learns MNIST by the `fit` of TensorFlow.js, on whatever engine is in use. */
export class Training {
  readonly gate = new Gate();
  /** Of steps, in ms. The first ones make programs ready: they do not move the median. */
  readonly #times: number[] = [];
  #stopped = false;

  constructor(
    private readonly state: TrainingState,
    private readonly listener: Listener,
  ) {}

  stop(): void {
    this.#stopped = true;
    this.gate.resume();
  }

  /** @returns nothing when it was stopped before its end */
  async run({ train, test }: ImageClassificationData): Promise<Trained | undefined> {
    if (this.#stopped) return undefined;
    const { train: size, rate, seed, filters } = this.state;
    const order = new Random(seed).split('order').permutation(train.length).subarray(0, size);
    const [digits, unseen] = [tensorsOf(subset(train, order)), tensorsOf(subset(test, indices(Math.min(size, TEST))))];
    const model = cnn({ filters: [filters, 2 * filters], seed });
    const optimizer = sgd({ learningRate: rate, momentum: 0.9, nesterov: true });
    model.compile({ optimizer, loss: crossEntropy().keras, metrics: ['accuracy'] });
    try {
      const testAccuracy = await this.#fit(model, digits, unseen);
      return this.#stopped ? undefined : { testAccuracy: 100 * testAccuracy, stepTime: median(this.#times) };
    } finally {
      model.dispose();
      optimizer.dispose();
      dispose([...digits, ...unseen]);
    }
  }

  async #fit(model: LayersModel, [x, y]: Digits, validationData: Digits): Promise<number> {
    const { epochs, batch: batchSize } = this.state;
    const perEpoch = Math.ceil(x.shape[0]! / batchSize);
    const every = Math.max(1, Math.round(perEpoch / MEASUREMENTS_PER_EPOCH));
    let [step, began] = [0, 0];
    const since: Logs[] = [];
    const onBatchBegin = () => void (began = performance.now());
    const onBatchEnd = async (_: number, logs: Logs = {}) => {
      this.#times.push(performance.now() - began);
      since.push(logs);
      step++;
      if (step % every === 0) this.listener.measured({ epoch: step / perEpoch, ...means(since.splice(0)) });
      this.listener.progress(step, perEpoch * epochs);
      await messages();
      await this.gate.passed();
      model.stopTraining = this.#stopped;
    };
    const callbacks = { onBatchBegin, onBatchEnd };
    const options = { epochs, batchSize, validationData, shuffle: false, yieldEvery: 'never', callbacks } as const;
    const { history } = await model.fit(x, y, options);
    return Number(history['val_acc']?.at(-1));
  }
}

type Digits = [images: Tensor, labels: Tensor];

/** Images `[n, 28, 28, 1]` and one-hot labels `[n, 10]`. */
function tensorsOf(set: ImageSet): Digits {
  const { data } = toFloat(set);
  const images = toTensor({ shape: [set.length, 28, 28, 1], data });
  return [images, tidy(() => oneHot(tensor1d(set.labels, 'int32'), 10))];
}

function means(logs: readonly Logs[]): Omit<Measurement, 'epoch'> {
  const mean = (name: keyof Logs) => logs.reduce((sum, one) => sum + one[name]!, 0) / logs.length;
  return { loss: mean('loss'), accuracy: 100 * mean('acc') };
}

/** Lets what the page says through. */
const messages = () => new Promise<void>((resolve) => setTimeout(resolve));

const indices = (length: number) => Int32Array.from({ length }, (_, i) => i);
