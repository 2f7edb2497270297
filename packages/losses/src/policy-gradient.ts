import { DomainError, type NdArray, type Random, ndarray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  checkShape,
  logSoftmax,
  mul,
  neg,
  notEqual,
  stopGradient,
  sub,
  sum,
  tidy,
  toHost,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';

/** How outputs are sampled. */
export interface SampleRewardsOptions {
  readonly random: Random;
  /** Outputs of each sequence, at least 2: each is measured against the mean of the others. Default 8. */
  readonly samples?: number;
}

/** What sampled outputs of a batch of sequences were worth. */
export interface SampledRewards {
  /** `[batch]`, the mean reward of a sequence's outputs. */
  readonly rewards: NdArray;
  /** `[batch, positions, vocabulary]`, over the outputs that have a token at a position, the sum of their leads over the other outputs, over their number. */
  readonly leads: NdArray;
}

/**
 * Samples outputs of sequences, every position on its own as in a non-autoregressive model, and asks what each is worth: the first half of a step of
 * {@link policyGradient}, which waits for the engine and has no part in a gradient.
 *
 * @param logits `[batch, positions, vocabulary]`; -Infinity masks a token
 * @param rewardOf the reward of an output, `[positions]` tokens, of a sequence of the batch: the larger, the better
 * @throws ShapeError for other shapes; DomainError for fewer than 2 samples, a reward that is not finite, or logits that have no softmax
 *
 * @example
 * const share = (tokens: Int32Array) => tokens.filter((token) => token === 1).length / tokens.length;
 * const { rewards } = await sampleRewards([[[0, 99], [0, 99]]], share, { random: new Random(1) });
 * console.log(rewards.data.join()); // 1
 */
export async function sampleRewards(
  logits: TensorLike,
  rewardOf: (tokens: Int32Array, sequence: number) => number,
  { random, samples = 8 }: SampleRewardsOptions,
): Promise<SampledRewards> {
  if (!(Number.isInteger(samples) && samples >= 2)) {
    throw new DomainError(`sampleRewards: samples must be a whole number from 2 on, got ${samples}`);
  }
  const logProbs = tidy(() => {
    const scores = toTensor(logits);
    checkShape('sampleRewards', 'logits', scores, ['batch', 'positions', 'vocabulary']);
    return logSoftmax(scores);
  });
  const { shape, data } = await toHost(logProbs);
  logProbs.dispose();
  const [batch, positions, vocabulary] = shape as [number, number, number];
  const [rewards, leads] = [new Float32Array(batch), new Float32Array(data.length)];
  for (let i = 0; i < batch; i++) {
    const rows = data.subarray(i * positions * vocabulary, (i + 1) * positions * vocabulary);
    if (rows.some(Number.isNaN)) throw new DomainError(`sampleRewards: logits must be numbers below Infinity with one finite at each position, got others in sequence ${i}`); // prettier-ignore
    const outputs = Array.from({ length: samples }, () => drawn(rows, random.uniforms(positions)));
    const worth = outputs.map((tokens) => checked(rewardOf(tokens, i), i));
    rewards[i] = worth.reduce((total, reward) => total + reward / samples, 0);
    outputs.forEach((tokens, j) => {
      const lead = (worth[j]! - rewards[i]!) / (samples - 1); // over the mean of the others, and a share of all samples
      tokens.forEach((token, t) => (leads[(i * positions + t) * vocabulary + token]! += lead));
    });
  }
  return { rewards: ndarray(rewards, [batch]), leads: ndarray(leads, shape) };
}

/** A token for each position, from log-probabilities `[positions * vocabulary]`. */
function drawn(logProbs: ArrayLike<number>, uniforms: Float32Array): Int32Array {
  const vocabulary = logProbs.length / uniforms.length;
  return Int32Array.from(uniforms, (u, t) => {
    let [left, last] = [u, 0];
    for (let token = 0; token < vocabulary; token++) {
      const probability = Math.exp(logProbs[t * vocabulary + token]!);
      if (probability === 0) continue;
      if (left < probability) return token;
      left -= probability;
      last = token; // rounding may leave a little
    }
    return last;
  });
}

function checked(reward: number, sequence: number): number {
  if (Number.isFinite(reward)) return reward;
  throw new DomainError(`sampleRewards: rewards must be finite, got ${reward} of sequence ${sequence}`);
}

/**
 * Minus the mean reward of m sampled outputs of each sequence, with the gradient `-1/m Σ_j (R_j - b_j) ∇ log p(x_j)` (REINFORCE): an unbiased estimate of that
 * of minus the expected reward, whatever the reward. The baseline b_j is the mean reward of the other samples.
 *
 * Rewards such as BLEU do not tell apart outputs of which none shares an n-gram with the reference: train by token cross-entropy first. Where the reward
 * is an overlap of n-grams, {@link bagOfNgrams} needs no samples.
 *
 * @param logits `[batch, positions, vocabulary]`, those that the outputs were sampled from
 * @param sampled by {@link sampleRewards}, before the step of training
 * @returns `[batch]`
 * @throws ShapeError for other shapes
 *
 * Williams: Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning, 1992; of text: Ranzato, Chopra, Auli, Zaremba: Sequence Level
 * Training with Recurrent Neural Networks, 2016, arXiv:1511.06732; the baseline: Kool, van Hoof, Welling: Buy 4 REINFORCE Samples, Get a Baseline for Free!, 2019.
 *
 * @example
 * const logits = toTensor([[[0, 0]]]);
 * const sampled = await sampleRewards(logits, ([token]) => 2 * token!, { random: new Random(1), samples: 1000 });
 * const { gradients } = gradientsOf((h) => sum(policyGradient(h, sampled)), [logits]);
 * console.log(Array.from(gradients[0]!.dataSync(), (slope) => slope.toFixed(1)).join()); // 0.5,-0.5
 */
export const policyGradient = (logits: TensorLike, { rewards, leads }: SampledRewards): Tensor =>
  tidy(() => {
    const scores = toTensor(logits);
    checkShape('policyGradient', 'logits', scores, leads.shape);
    const logProbs = logSoftmax(scores);
    const pushes = toTensor(leads);
    const pushed = where(notEqual(pushes, 0), mul(pushes, logProbs), zerosLike(logProbs)); // 0 of a masked token is 0
    const surrogate = neg(sum(pushed, [1, 2]));
    return add(
      surrogate,
      stopGradient((own) => sub(neg(toTensor(rewards)), own), [surrogate]),
    );
  });
