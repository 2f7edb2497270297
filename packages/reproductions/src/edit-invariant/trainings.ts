import { Random, ndarray } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import { type Scalar, type Tensor, argMax, mean as tensorMean, reshape, tidy, toTensor } from '@surprisal/core/tensor';
import { type SampledRewards, type SequenceLoss, bagOfNgrams, editInvariant, lossTruncation, policyGradient, sampleRewards, tokenCrossEntropy } from '@surprisal/losses'; // prettier-ignore
import { batches } from '../shared/batches.js';
import { type OwnModel, denseModel } from '../shared/dense-model.js';
import { type Training, steadyRates } from '../shared/train-in-turn.js';
import type { EditInvariantParams, LossName } from './params.js';
import {
  type Noise,
  type Pair,
  TOKENS,
  VOCABULARY,
  bigramF1,
  noisy,
  pairsOf,
  titleOf,
  windowsOf,
} from './sequences.js';

/** A training by a loss on targets with noise. */
export interface Run {
  readonly loss: LossName;
  readonly noise: Noise;
  readonly seed: number;
}

/** Every kind and amount of noise, and none. */
export const noisesOf = ({ repeated, swapped, blanked }: EditInvariantParams): Noise[] => [
  { kind: 'none', count: 0 },
  ...repeated.map((count) => ({ kind: 'repeated', count }) as const),
  ...swapped.map((count) => ({ kind: 'swapped', count }) as const),
  ...blanked.map((count) => ({ kind: 'blanked', count }) as const),
];

export const runsOf = (params: EditInvariantParams, seed: number): Run[] =>
  noisesOf(params).flatMap((noise) =>
    params.losses.flatMap((loss) => Array.from({ length: params.seeds }, (_, i) => ({ loss, noise, seed: seed + i }))),
  );

/** The mean over a batch of sequences. */
interface BatchLoss {
  (logits: Tensor, targets: Tensor, random: Random): Tensor;
  /** What is asked of a batch's logits before the step, without a gradient. */
  prepare?(logits: Tensor, targets: readonly Int32Array[], random: Random): Promise<void>;
}

const MEAN = { reduction: 'mean' } as const;

const meanOf =
  (loss: SequenceLoss): BatchLoss =>
  (logits, targets) =>
    loss(logits, targets, MEAN);

const losses: Readonly<Record<LossName, () => BatchLoss>> = {
  CE: () => meanOf(tokenCrossEntropy()),
  'loss truncation': () => meanOf(lossTruncation()),
  'policy gradient'() {
    let sampled: SampledRewards;
    return Object.assign((logits: Tensor) => tensorMean(policyGradient(logits, sampled)), {
      async prepare(logits: Tensor, targets: readonly Int32Array[], random: Random) {
        sampled = await sampleRewards(logits, (output, i) => bigramF1(output, targets[i]!), { random });
      },
    });
  },
  'bag of 2-grams': () => meanOf(bagOfNgrams({ n: 2 })),
  EISL() {
    const loss = editInvariant({ ngrams: [1, 2], weights: [0.8, 0.2] });
    return (logits, targets, random) => loss(logits, targets, { ...MEAN, noise: random });
  },
};

/** The translation, the sequences, their noise and order, and the first weights depend on the seed and the noise alone. */
export function trainingOf({ loss: name, noise, seed }: Run, params: EditInvariantParams): Training<OwnModel> {
  const { length, trainSize, testSize, hidden, batchSize, learningRate, epochs, warmUp, every } = params;
  const random = new Random(seed).split('sequences');
  const translation = random.split('translation').permutation(TOKENS);
  const pairs = pairsOf(trainSize, length, translation, random.split('train'));
  const wrong = random.split(noise.kind, noise.count);
  const train = pairs.map(({ input, target }) => ({ input, target: noisy(target, noise, wrong) }));
  const test = pairsOf(testSize, length, translation, random.split('test'));
  const { perEpoch, at } = batches(trainSize, batchSize, random);
  const [first, later] = [losses.CE(), losses[name]()];
  const lossAt = (step: number) => (step <= warmUp * perEpoch ? first : later);
  const batchAt = (step: number) => Array.from(at(step), (index) => train[index]!);
  return {
    labels: { loss: name, noise: titleOf(noise), seed },
    model: () => denseModel({ inputs: 3 * TOKENS, hidden, outputs: VOCABULARY }, seed),
    rates: steadyRates(perEpoch * epochs, learningRate),
    async before(model, step) {
      const { prepare } = lossAt(step);
      if (!prepare) return;
      const batch = batchAt(step);
      const logits = tidy(() => logitsOf(model, batch));
      const targets = batch.map(({ target }) => target);
      await prepare(logits, targets, random.split('outputs', step));
      logits.dispose();
    },
    cost(model, step) {
      const batch = batchAt(step);
      return lossAt(step)(logitsOf(model, batch), targetsOf(batch), random.split('gumbel', step)) as Scalar;
    },
    every: perEpoch * every,
    measure: (model) => measure(model, test),
  };
}

/** `[pairs, length, vocabulary]`, every position on its own. */
const logitsOf = (model: OwnModel, pairs: readonly Pair[]): Tensor =>
  reshape(model.call(toTensor(windowsOf(pairs.map(({ input }) => input)))), [pairs.length, -1, VOCABULARY]);

/** `[pairs, length]` */
const targetsOf = (pairs: readonly Pair[]): Tensor => {
  const length = pairs[0]!.target.length;
  const tokens = Int32Array.from(pairs.flatMap(({ target }) => Array.from(target)));
  return toTensor(ndarray(tokens, [pairs.length, length]), 'int32');
};

/** On right targets, in percent: the F1 of the bigrams of the most probable tokens, and how many are at their own position. */
async function measure(model: OwnModel, pairs: readonly Pair[]) {
  const best = tidy(() => argMax(logitsOf(model, pairs), 2));
  const tokens = (await best.data()) as Int32Array;
  best.dispose();
  const scores = pairs.map(({ target }, i) => {
    const output = tokens.subarray(i * target.length, (i + 1) * target.length);
    return { f1: bigramF1(output, target), placed: mean(target.map((token, s) => (token === output[s] ? 1 : 0))) };
  });
  return {
    f1: 100 * mean(scores.map(({ f1 }) => f1)),
    placed: 100 * mean(scores.map(({ placed }) => placed)),
  };
}
