import { Random, type Registry } from '@surprisal/core';
import { type LayersModel, type Tensor, softmax, tidy, toTensor } from '@surprisal/core/tensor';
import { type ImageClassificationData, type ImageSet, subset, symmetric } from '@surprisal/data';
import type { Loss } from '@surprisal/losses';
import { type LabelledInputs, type TrainingStep, accuracy, cnn, mlp, trainClassifier } from '@surprisal/nn';
import { Gate } from '../../lab/gate.js';
import type { Measurement, Reply } from './messages.js';
import type { LossState, Side } from './settings.js';

const MEASURED_TEST = 500;
const MEASURED_TRAIN = 250;
const MEASUREMENTS_PER_EPOCH = 4;

interface Runner {
  readonly side: Side;
  readonly model: LayersModel;
  readonly steps: AsyncGenerator<TrainingStep, void, void>;
  losses: number[];
}

/** Two trainings on the same digits, noise, first weights and order, a step of one after a step of the other. */
export class Duel {
  readonly #runners: readonly Runner[];
  readonly #train: LabelledInputs;
  readonly #trainPart: LabelledInputs;
  readonly #test: ImageSet;
  readonly #controller = new AbortController();
  readonly gate = new Gate();

  constructor(registry: Registry, data: ImageClassificationData, state: LossState) {
    const train = subset(data.train, indices(Math.min(state.train, data.train.length)));
    const random = new Random(state.seed).split('mnist');
    const labels = symmetric({ rate: state.noise })(train.labels, {
      classes: train.classes,
      random: random.split('noise'),
    });
    this.#train = { images: train.images, labels };
    this.#trainPart = {
      images: train.images.subarray(0, MEASURED_TRAIN * 784),
      labels: labels.subarray(0, MEASURED_TRAIN),
    };
    this.#test = subset(data.test, indices(MEASURED_TEST));
    this.#runners = (['a', 'b'] as const).map((side) => this.#runner(side, registry, random, state));
  }

  #runner(side: Side, registry: Registry, random: Random, state: LossState): Runner {
    const model = state.model === 'cnn' ? cnn({ seed: state.seed, filters: [8, 16] }) : mlp({ seed: state.seed });
    const loss = registry.method(state[side].name, 'loss')(state[side].params) as Loss;
    const options = {
      model,
      loss,
      data: this.#train,
      epochs: state.epochs,
      learningRate: state.rate,
      batchSize: 64,
      random,
    };
    return { side, model, losses: [], steps: trainClassifier({ ...options, signal: this.#controller.signal }) };
  }

  /** Trains to the end or until it is stopped; says how it goes. @returns whether it came to its end */
  async run(post: (reply: Reply) => void): Promise<boolean> {
    for (const runner of this.#runners) post({ type: 'measured', ...(await this.#measure(runner, 0)) });
    for (;;) {
      await this.gate.passed();
      const taken = await Promise.all(this.#runners.map((runner) => runner.steps.next()));
      if (taken.some(({ done }) => done)) return !this.#controller.signal.aborted;
      for (const [i, { value }] of taken.entries()) await this.#note(this.#runners[i]!, value as TrainingStep, post);
    }
  }

  async #note(runner: Runner, step: TrainingStep, post: (reply: Reply) => void): Promise<void> {
    runner.losses.push(step.loss);
    const perEpoch = Math.ceil(this.#train.labels.length / 64);
    if (step.step % Math.max(1, Math.round(perEpoch / MEASUREMENTS_PER_EPOCH)) === 0 || step.step === step.of) {
      post({ type: 'measured', ...(await this.#measure(runner, step.step / perEpoch)) });
      runner.losses = [];
    }
    if (runner.side === 'b') post({ type: 'progress', step: step.step, of: step.of });
  }

  async #measure({ side, model, losses }: Runner, epoch: number): Promise<Measurement> {
    const loss = losses.length === 0 ? NaN : losses.reduce((sum, value) => sum + value, 0) / losses.length;
    const [trainAccuracy, testAccuracy] = [await accuracy(model, this.#trainPart), await accuracy(model, this.#test)];
    return { side, epoch, loss, trainAccuracy: 100 * trainAccuracy, testAccuracy: 100 * testAccuracy };
  }

  stop(): void {
    this.#controller.abort();
    this.gate.resume();
  }

  /** The probabilities that both models give an image, `[10]` each. */
  classify(pixels: Float32Array): { a: number[]; b: number[] } {
    const [a, b] = this.#runners.map(({ model }) =>
      Array.from(
        tidy(() => softmax(model.apply(toTensor({ shape: [1, 28, 28, 1], data: pixels })) as Tensor).dataSync()),
      ),
    );
    return { a: a!, b: b! };
  }

  dispose(): void {
    for (const { model } of this.#runners) model.dispose();
  }
}

const indices = (length: number) => Int32Array.from({ length }, (_, i) => i);
