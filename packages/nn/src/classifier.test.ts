import { DataError, DomainError, type Memory, Random, type StudyState, ndarray } from '@surprisal/core';
import {
  type TensorLike,
  type Tensor,
  add,
  fromLayersModel,
  logSoftmax,
  mean,
  memory,
  mul,
  neg,
  oneHot,
  readWeights,
  sum,
  toTensor,
} from '@surprisal/core/tensor';
import { onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import {
  type TrainClassifierOptions,
  type TrainingLoss,
  type TrainingLossOptions,
  type TrainingStep,
  accuracy,
  trainClassifier,
} from './classifier.js';
import { mlp } from './mlp.js';

/** Four classes: in which quarter of an 8-pixel row the light is. */
function quarters(size: number, seed: number) {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: size }, () => random.integer(4));
  const images = new Uint8Array(size * 8).map(
    (_, k) => (Math.floor((k % 8) / 2) === labels[Math.floor(k / 8)] ? 200 : 0) + random.integer(56),
  );
  return { images, labels };
}

const loss = (logits: Tensor, labels: TensorLike) =>
  mean(neg(sum(mul(oneHot(toTensor(labels, 'int32'), 4), logSoftmax(logits)), 1)));
/** A loss that grows with how often its examples have been seen. */
function counting(): TrainingLoss {
  let seen = new Float32Array(200);
  const counted = (logits: Tensor, labels: TensorLike, { sampleIds }: TrainingLossOptions) => {
    const times = sampleIds.reduce((total, id) => total + seen[id]!++, 0);
    return add(loss(logits, labels), times / sampleIds.length);
  };
  const memory: Memory = {
    read: () => Promise.resolve({ seen: ndarray(seen.slice(), [200]) }),
    write: (arrays) => void (seen = Float32Array.from(arrays['seen']!.data)),
    reset: () => void seen.fill(0),
  };
  return Object.assign(counted, { memory });
}

const counts = async ({ memory }: TrainingLoss) => (await memory!.read())['seen']!.data;

const model = (seed = 0) => mlp({ inputShape: [8], hidden: [16], classes: 4, seed });
const data = quarters(200, 1);
const options = (more: Partial<TrainClassifierOptions> = {}): TrainClassifierOptions => ({
  model: model(),
  loss,
  data,
  epochs: 3,
  batchSize: 32,
  random: new Random(5),
  ...more,
});

async function run(given: TrainClassifierOptions, until = Infinity) {
  const steps: TrainingStep[] = [];
  let state: StudyState | undefined;
  for await (const step of trainClassifier(given)) {
    steps.push(step);
    if (step.step < until) continue;
    state = await step.snapshot();
    break;
  }
  return { steps, state, weights: await readWeights(fromLayersModel(given.model)) };
}

onEngines(['cpu', 'wasm'], () => {
  describe('trainClassifier', () => {
    it('learns, counts its steps, and ends each epoch once', async () => {
      const given = options({ epochs: 10 });
      expect(await accuracy(given.model, quarters(100, 2))).toBeLessThan(0.6);
      const { steps } = await run(given);
      expect(steps).toHaveLength(70);
      expect(steps.filter((step) => step.endsEpoch).map((step) => step.step)).toEqual([
        7, 14, 21, 28, 35, 42, 49, 56, 63, 70,
      ]);
      expect(await accuracy(given.model, quarters(100, 2))).toBeGreaterThan(0.95);
    });

    it.each(['sgd', 'adam'] as const)('goes on from a snapshot bit for bit, with %s', async (optimizer) => {
      const whole = await run(options({ optimizer }));
      const { state } = await run(options({ optimizer }), 10);
      const rest = await run(options({ optimizer, model: model(99), resume: state }));
      expect(rest.steps.map((step) => step.loss)).toEqual(whole.steps.slice(10).map((step) => step.loss));
      expect(rest.weights).toEqual(whole.weights);
    });

    it('tells the loss which examples it sees, and keeps its memory in snapshots', async () => {
      const whole = { loss: counting() };
      const { steps } = await run(options(whole));
      expect(await counts(whole.loss)).toEqual(new Float32Array(200).fill(3));
      const { state } = await run(options({ loss: counting() }), 10);
      const late = { loss: counting(), model: model(99), resume: state };
      const rest = await run(options(late));
      expect(rest.steps.map((step) => step.loss)).toEqual(steps.slice(10).map((step) => step.loss));
      expect(await counts(late.loss)).toEqual(await counts(whole.loss));
      await run(options(whole)); // a new training begins without what the last one left
      expect(await counts(whole.loss)).toEqual(new Float32Array(200).fill(3));
    });

    it.each(['sgd', 'adam'] as const)(
      'follows a schedule of rates with %s, also after a snapshot',
      async (optimizer) => {
        const halves = (done: number) => (done < 0.5 ? 1 : 0);
        const whole = await run(options({ optimizer, schedule: halves }));
        const { weights, state } = await run(options({ optimizer, schedule: halves }), 11);
        expect(whole.weights).toEqual(weights); // of 21 steps those after 10.5 do nothing
        const rest = await run(options({ optimizer, schedule: halves, model: model(99), resume: state }));
        expect(rest.weights).toEqual(weights);
      },
    );

    it('adds half the weighted squares of all weights to the loss', async () => {
      const { steps } = await run(options(), 1);
      const decayed = await run(options({ weightDecay: 0.5 }), 1);
      const squares = Object.values(await readWeights(fromLayersModel(model())))
        .flatMap(({ data }) => Array.from(data, (w) => w * w))
        .reduce((total, square) => total + square, 0);
      expect(decayed.steps[0]!.loss - steps[0]!.loss).toBeCloseTo(0.25 * squares, 4);
    });

    it('ends after the current step when asked', async () => {
      const controller = new AbortController();
      let steps = 0;
      for await (const { step } of trainClassifier(options({ signal: controller.signal }))) {
        steps = step;
        if (step === 4) controller.abort();
      }
      expect(steps).toBe(4);
    });

    it.each(['sgd', 'adam'] as const)('leaves no tensors behind, with snapshots and with %s', async (optimizer) => {
      const given = options({ optimizer });
      const train = async () => {
        const { state } = await run(given, 5);
        await run({ ...given, resume: state });
        await accuracy(given.model, data);
      };
      await train();
      const before = memory().numTensors;
      await train();
      expect(memory().numTensors).toBe(before);
    });

    it('gives equal snapshots for equal trainings, whatever was trained before', async () => {
      const { state } = await run(options(), 3);
      expect((await run(options(), 3)).state).toEqual(state);
    });

    it('refuses data that do not belong together, and options out of range', async () => {
      await expect(run(options({ data: { ...data, labels: new Int32Array(3) } }))).rejects.toThrow(DataError);
      await expect(run(options({ batchSize: 0 }))).rejects.toThrow(
        new DomainError('trainClassifier: batchSize must be at least 1, got 0'),
      );
      await expect(run(options({ learningRate: -1 }))).rejects.toThrow(DomainError);
    });
  });
});
