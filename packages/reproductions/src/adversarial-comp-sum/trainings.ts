import { type NdArray, Random } from '@surprisal/core';
import {
  type Tensor,
  argMax,
  oneHot,
  dispose,
  max,
  mul,
  sgd,
  sub,
  sum,
  tidy,
  toHost,
  toTensor,
} from '@surprisal/core/tensor';
import { projectedGradient } from '@surprisal/nn';
import { batches } from '../shared/batches.js';
import { type OwnModel, denseModel } from '../shared/dense-model.js';
import { PIXELS, type SmallDigits, allPixels, pixelsOf } from '../shared/small-digits.js';
import { type Training, steadyRates } from '../shared/train-in-turn.js';
import { type Defence, type Logits, defencesOf, startIn } from './defences.js';
import type { AdversarialParams } from './params.js';

/** A training with a defence. */
export interface Run {
  readonly defence: string;
  readonly seed: number;
}

interface Cell extends Run {
  readonly by: Defence;
}

/** Every defence with each seed. */
export const cellsOf = (params: AdversarialParams, seed: number): Cell[] =>
  defencesOf(params).flatMap((by) =>
    Array.from({ length: params.seeds }, (_, i) => ({ defence: by.name, by, seed: seed + i })),
  );

/** The order of the digits and the first weights depend on the seed alone. */
export function trainingOf(
  { by, seed }: Cell,
  { train, test }: { readonly train: SmallDigits; readonly test: SmallDigits },
  params: AdversarialParams,
): Training<OwnModel> {
  const { hidden, batchSize, learningRate, epochs, every } = params;
  const random = new Random(seed).split('digits');
  const { perEpoch, at } = batches(train.labels.length, batchSize, random);
  const labelsAt = (step: number) => Int32Array.from(at(step), (index) => train.labels[index]!);
  let perturbed: NdArray | undefined; // of the step that is being made
  return {
    labels: { defence: by.name, seed },
    model: () => denseModel({ inputs: PIXELS, hidden, outputs: 10 }, seed),
    rates: steadyRates(perEpoch * epochs, learningRate),
    optimizer: () => sgd({ momentum: 0.9, nesterov: true }),
    async before(model, step) {
      const moved = tidy(() =>
        perturb(by, model.call, pixelsOf(train, at(step)), labelsAt(step), params, random.split('attack', step)),
      );
      perturbed = await toHost(moved);
      moved.dispose();
    },
    cost: (model, step) => by.cost(model.call, pixelsOf(train, at(step)), toTensor(perturbed!), labelsAt(step)),
    every: perEpoch * every,
    measure: (model, step) => measure(model, test, params, random.split('test', step)),
  };
}

function perturb(
  by: Defence,
  logits: Logits,
  clean: Tensor,
  labels: Int32Array,
  params: AdversarialParams,
  random: Random,
): Tensor {
  if (!by.attack) return clean;
  const { objective, start } = by.attack(logits, clean, labels, random);
  return projectedGradient(objective, clean, { radius: params.radius, steps: params.attackSteps, start });
}

/** Percent of the digits that are told, as they are and attacked: the margin of another class over the right one is made large. */
async function measure(model: OwnModel, digits: SmallDigits, { radius, testSteps }: AdversarialParams, random: Random) {
  const guesses = tidy(() => {
    const clean = allPixels(digits);
    const own = oneHot(toTensor(digits.labels, 'int32'), 10);
    const margin = (x: Tensor) => {
      const logits = model.call(x);
      return sum(sub(max(sub(logits, mul(own, 1e9)), 1), sum(mul(own, logits), 1)));
    };
    const attacked = projectedGradient(margin, clean, {
      radius,
      steps: testSteps,
      start: startIn(clean, radius, random),
    });
    return [clean, attacked].map((x) => argMax(model.call(x), 1));
  });
  const [clean, robust] = await Promise.all(guesses.map((guess) => guess.data()));
  dispose(guesses);
  const hits = (guess: ArrayLike<number>) => (100 * digits.labels.filter((label, i) => guess[i] === label).length) / digits.labels.length; // prettier-ignore
  return { clean: hits(clean!), robust: hits(robust!) };
}
