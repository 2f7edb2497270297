import { Random, ndarray } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import {
  type Scalar,
  type Tensor,
  logSoftmax,
  max,
  mul,
  oneHot,
  reshape,
  stack,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { coverage, passAtK } from '@surprisal/decoding';
import { type CoverageSequenceLoss, dcoSequence, dcoStepwise } from '@surprisal/losses';
import { batches } from '../shared/batches.js';
import { type OwnModel, denseModel } from '../shared/dense-model.js';
import { type Training, steadyRates } from '../shared/train-in-turn.js';
import type { DirectCoverageParams } from './params.js';
import { type Questions, type Task, questionsOf, splitPairs, tasksOf } from './questions.js';

/** A training of a task by a loss. */
export interface Run {
  readonly task: Task['name'];
  /** What the loss is called: {@link nameOf}. */
  readonly by: string;
  readonly seed: number;
}

interface Cell extends Run {
  readonly asked: Task;
  readonly loss: CoverageSequenceLoss;
}

/** The loss that assumes a budget of answers. */
export const nameOf = (budget: number): string => (budget === 1 ? 'cross-entropy' : `DCO, N ${budget}`);
/** The loss that assumes a budget for each digit. */
export const stepsOf = (budget: number): string => `DCO, steps of ${budget}`;

/** The numbers of answers for which pass@N is measured. */
export const TRIES = [1, 4, 16, 64, 256] as const;

/** Every task by every budget, and the one of digits by digits as well, with each seed. */
export function cellsOf({ largest, budgets, stepBudget, seeds }: DirectCoverageParams, seed: number): Cell[] {
  const whole = budgets.map((N) => ({ by: nameOf(N), loss: dcoSequence({ N }) }));
  const steps = { by: stepsOf(stepBudget), loss: dcoStepwise({ Neff: stepBudget }) };
  return tasksOf(largest).flatMap((asked) =>
    [...whole, ...(asked.length > 1 ? [steps] : [])].flatMap((loss) =>
      Array.from({ length: seeds }, (_, i) => ({ task: asked.name, asked, ...loss, seed: seed + i })),
    ),
  );
}

/** Batches per epoch. */
export const stepsPerEpoch = ({ largest, batchSize }: DirectCoverageParams): number =>
  Math.ceil((((largest + 1) ** 2) >> 1) / batchSize);

/** Which questions are learnt, their order and the first weights depend on the seed alone. */
export function trainingOf({ asked, task, by, loss, seed }: Cell, params: DirectCoverageParams): Training<OwnModel> {
  const { largest, hidden, batchSize, learningRate, epochs, every, samples } = params;
  const random = new Random(seed).split('questions');
  const { train, test } = splitPairs(largest, random.split('pairs'));
  const { perEpoch, at } = batches(train.length, batchSize, random);
  const unseen = questionsOf(asked, test, largest);
  const shape = { inputs: 2 * (largest + 1), hidden, outputs: asked.length * asked.vocabulary };
  return {
    labels: { task, by, seed },
    model: () => denseModel(shape, seed),
    rates: steadyRates(perEpoch * epochs, learningRate),
    cost(model, step) {
      const chosen = Int32Array.from(at(step), (index) => train[index]!);
      const { inputs, answers } = questionsOf(asked, chosen, largest);
      const options = { reduction: 'mean', stepIds: digitsAsSteps(chosen.length, asked.length) } as const;
      return loss(logitsOf(model, asked, toTensor(inputs)), toTensor(answers, 'int32'), options) as Scalar;
    },
    every: perEpoch * every,
    measure: (model, step) =>
      measure(model, asked, unseen, { samples, random: random.split('answers', task, by, step) }),
  };
}

const digitsAsSteps = (count: number, length: number) =>
  ndarray(Int32Array.from({ length: count * length }, (_, i) => i % length), [count, length]); // prettier-ignore

/** `[batch, length, vocabulary]` */
const logitsOf = (model: OwnModel, { length, vocabulary }: Task, inputs: Tensor): Tensor =>
  reshape(model.call(inputs), [-1, length, vocabulary]);

/** How answers are drawn. */
interface Drawing {
  readonly samples: number;
  readonly random: Random;
}

/**
 * On questions that were not learnt, in percent: pass@N, exactly, for all numbers of tries; the same for the samples' half, as it is estimated from
 * samples; and the mean probability of the most probable answer.
 */
async function measure(model: OwnModel, task: Task, { inputs, answers }: Questions, { samples, random }: Drawing) {
  const logProbs = tidy(() => {
    const all = logSoftmax(logitsOf(model, task, toTensor(inputs)));
    const own = sum(mul(all, oneHot(toTensor(answers, 'int32'), task.vocabulary)), [1, 2]);
    return stack([own, sum(max(all, 2), 1)]); // [2, questions]
  });
  const data = Float64Array.from(await logProbs.data(), Math.exp);
  logProbs.dispose();
  const right = data.subarray(0, data.length / 2);
  const percent = (of: (p: number) => number) => 100 * mean(right.map(of));
  const k = Math.ceil(samples / 2);
  const drawn = (p: number) => random.uniforms(samples).reduce((count, u) => count + (u < p ? 1 : 0), 0);
  return {
    ...Object.fromEntries(TRIES.map((N) => [`pass${N}`, percent((p) => coverage(Math.min(1, p), N))])),
    estimated: percent((p) => passAtK(samples, drawn(p), k)),
    exact: percent((p) => coverage(Math.min(1, p), k)),
    confidence: 100 * mean(data.subarray(data.length / 2)),
  };
}
