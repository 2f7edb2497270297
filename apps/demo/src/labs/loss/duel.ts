import { Random, type Registry } from '@surprisal/core';
import { type LayersModel, type Tensor, softmax, tidy, toTensor } from '@surprisal/core/tensor';
import { type ImageClassificationData, type ImageSet, subset, symmetric } from '@surprisal/data';
import type { Loss } from '@surprisal/losses';
import { type LabelledInputs, type TrainingStep, accuracy, cnn, mlp, trainClassifier } from '@surprisal/nn';
import { Gate } from '../../lab/gate.js';
import type { Measurement, TrainingReply } from './messages.js';
import type { LossState, Side } from './settings.js';

const SIDES = ['a', 'b'] as const;
const BATCH = 64;
const MEASURED_TEST = 500;
const MEASURED_TRAIN = 250;
const MEASUREMENTS_PER_EPOCH = 4;

interface Runner {
  readonly side: Side;
  readonly model: LayersModel;
  readonly steps: AsyncGenerator<TrainingStep, void, void>;
  losses: number[];
}

/** What both train on, and are measured on. */
interface Digits {
  readonly train: LabelledInputs;
  readonly trainPart: LabelledInputs;
  readonly test: ImageSet;
}

/** Two trainings on the same digits, noise, first weights and order, a step of one after a step of the other. */
export class Duel {
  readonly gate = new Gate();
  readonly #controller = new AbortController();
  #runners: readonly Runner[] = [];

  constructor(
    private readonly registry: Registry,
    private readonly state: LossState,
  ) {}

  /** Trains to the end or until it is stopped; says how it goes. @returns whether it came to its end */
  async run(data: ImageClassificationData, post: (reply: TrainingReply) => void): Promise<boolean> {
    const { signal } = this.#controller;
    if (signal.aborted) return false;
    const random = new Random(this.state.seed).split('mnist');
    const digits = digitsOf(data, this.state, random.split('noise'));
    this.#runners = SIDES.map((side) => this.#runner(side, digits.train, random));
    for (const runner of this.#runners) post({ type: 'measured', ...(await measure(runner, digits, 0)) });
    for (;;) {
      await this.gate.passed();
      const taken = await Promise.all(this.#runners.map((runner) => runner.steps.next()));
      if (taken.some(({ done }) => done)) return !signal.aborted;
      for (const [i, { value }] of taken.entries()) await note(this.#runners[i]!, digits, value as TrainingStep, post);
    }
  }

  #runner(side: Side, data: LabelledInputs, random: Random): Runner {
    const { seed, epochs, rate, [side]: chosen } = this.state;
    const model = this.state.model === 'cnn' ? cnn({ seed, filters: [8, 16] }) : mlp({ seed });
    const loss = this.registry.method(chosen.name, 'loss')(chosen.params) as Loss;
    const options = { model, loss, data, epochs, learningRate: rate, batchSize: BATCH, random };
    return { side, model, losses: [], steps: trainClassifier({ ...options, signal: this.#controller.signal }) };
  }

  stop(): void {
    this.#controller.abort();
    this.gate.resume();
  }

  /** The probabilities that both models give an image, `[10]` each; undefined where there are none yet. */
  async classify(pixels: Float32Array): Promise<{ a: number[]; b: number[] } | undefined> {
    const [a, b] = await Promise.all(this.#runners.map(({ model }) => probabilitiesOf(model, pixels)));
    return a && b && { a, b };
  }

  dispose(): void {
    for (const { model } of this.#runners) model.dispose();
  }
}

function digitsOf(data: ImageClassificationData, { train: size, noise }: LossState, random: Random): Digits {
  const train = subset(data.train, indices(Math.min(size, data.train.length)));
  const labels = symmetric({ rate: noise })(train.labels, { classes: train.classes, random });
  return {
    train: { images: train.images, labels },
    trainPart: { images: train.images.subarray(0, MEASURED_TRAIN * 784), labels: labels.subarray(0, MEASURED_TRAIN) },
    test: subset(data.test, indices(MEASURED_TEST)),
  };
}

async function note(
  runner: Runner,
  digits: Digits,
  { step, of, loss }: TrainingStep,
  post: (reply: TrainingReply) => void,
): Promise<void> {
  runner.losses.push(loss);
  const perEpoch = Math.ceil(digits.train.labels.length / BATCH);
  if (step % Math.max(1, Math.round(perEpoch / MEASUREMENTS_PER_EPOCH)) === 0 || step === of) {
    post({ type: 'measured', ...(await measure(runner, digits, step / perEpoch)) });
    runner.losses = [];
  }
  if (runner.side === 'b') post({ type: 'progress', step, of });
}

async function measure({ side, model, losses }: Runner, digits: Digits, epoch: number): Promise<Measurement> {
  const loss = losses.length === 0 ? NaN : losses.reduce((sum, value) => sum + value, 0) / losses.length;
  const [trainAccuracy, testAccuracy] = [await accuracy(model, digits.trainPart), await accuracy(model, digits.test)];
  return { side, epoch, loss, trainAccuracy: 100 * trainAccuracy, testAccuracy: 100 * testAccuracy };
}

async function probabilitiesOf(model: LayersModel, pixels: Float32Array): Promise<number[]> {
  const probabilities = tidy(() => softmax(model.apply(toTensor({ shape: [1, 28, 28, 1], data: pixels })) as Tensor));
  const values = Array.from(await probabilities.data());
  probabilities.dispose();
  return values;
}

const indices = (length: number) => Int32Array.from({ length }, (_, i) => i);
