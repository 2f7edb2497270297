import { type ArrayInput, DomainError, defineMethod, paper, toNdArray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  cast,
  checkShape,
  div,
  expandDims,
  greater,
  maximum,
  mul,
  neg,
  oneHot,
  sum,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { budgetParam, coverageLossOf } from './dco.js';
import { type SequenceLoss, type SequenceLossOptions, type SequenceTerms, makeSequenceLoss } from './sequence-loss.js';

/**
 * Token cross-entropy, the mean of -log p over the tokens of a sequence, each at its own position.
 *
 * @example
 * console.log(tokenCrossEntropy()([[[2, 0], [0, 2]]], [[0, 0]]).dataSync()[0]!.toFixed(4)); // 1.1269
 */
export const tokenCrossEntropy = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'token-cross-entropy',
    summary: 'The mean surprisal of the tokens, each at its own position.',
    formula: '−1/S Σ_s log p_s(y_s)',
    params: z.object({}),
  },
  (): SequenceLoss => makeSequenceLoss('token-cross-entropy', tokenCrossEntropyOf),
);

/** `[batch]`, 0 for an empty sequence. */
export const tokenCrossEntropyOf = ({ tokenLogProbs, lengths }: SequenceTerms): Tensor =>
  div(neg(sum(tokenLogProbs, 1)), maximum(toTensor([...lengths]), 1));

/** Options of losses that group the tokens of a sequence. */
export interface StepOptions extends SequenceLossOptions {
  /** `[batch, length]`, the step that each token belongs to, from 0 to length - 1; -1 where it does not count. */
  readonly stepIds?: ArrayInput;
}

/** A coverage loss of sequences. */
export interface CoverageSequenceLoss extends SequenceLoss {
  (logits: TensorLike, tokens: TensorLike, options?: StepOptions): Tensor;
}

/**
 * Direct coverage optimisation of sequences, `-log(1 - (1 - p)^N)` with log p the sum over the tokens that count: one term per sequence. `stepIds`
 * serve as a mask alone.
 *
 * @param params `N` >= 1, default 1: the sum of token cross-entropies
 * @throws DomainError when N is below 1
 *
 * Chen, Raventos, Cheng, Ganguli, Druckmann: Rethinking Fine-Tuning when Scaling Test-Time Compute, NeurIPS 2025, arXiv:2502.07154.
 *
 * @example
 * console.log(dcoSequence({ N: 4 })([[[0, 0], [0, 0]]], [[0, 1]]).dataSync()[0]!.toFixed(4)); // 0.3804
 */
export const dcoSequence = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'dco-sequence',
    summary: 'The surprisal that one of N sampled sequences is the reference.',
    formula: '−log(1 − (1 − Π_s p_s)^N)',
    paper: paper(5),
    params: z.object({ N: budgetParam }),
  },
  ({ N }): CoverageSequenceLoss =>
    makeSequenceLoss<StepOptions>(
      'dco-sequence',
      ({ tokenLogProbs }) => coverageLossOf(sum(tokenLogProbs, 1), N),
      (tokens, { stepIds }) => readSteps('dco-sequence', tokens, stepIds)?.counted,
    ),
);

/**
 * Step-wise direct coverage optimisation: the sum over the steps of a sequence of `-log(1 - (1 - p)^Neff)`, with log p the sum over the tokens of
 * the step. A proof of k steps needs about Neff^k samples: a small Neff searches narrow and deep, a large one wide and shallow. Without
 * `stepIds` the sequence is one step, as in {@link dcoSequence}.
 *
 * @param params `Neff` >= 1, default 1
 * @throws DomainError when Neff is below 1 or a step is out of range
 *
 * Chen, Raventos, Cheng, Ganguli, Druckmann: Rethinking Fine-Tuning when Scaling Test-Time Compute, NeurIPS 2025, arXiv:2502.07154.
 *
 * @example
 * const loss = dcoStepwise({ Neff: 2 });
 * console.log(loss([[[0, 0], [0, 0]]], [[0, 1]], { stepIds: [[0, 1]] }).dataSync()[0]!.toFixed(4)); // 0.5754
 */
export const dcoStepwise = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'dco-stepwise',
    summary: 'Direct coverage of each step of a sequence, summed: the budget sets how wide a search may branch.',
    formula: 'Σ_steps −log(1 − (1−p_step)^Neff)',
    paper: paper(5),
    params: z.object({ Neff: budgetParam.describe('samples per step; a sequence of k steps needs about Neff^k') }),
  },
  ({ Neff }): CoverageSequenceLoss =>
    makeSequenceLoss<StepOptions>(
      'dco-stepwise',
      (terms, { stepIds }) => {
        const steps = readSteps('dco-stepwise', terms.tokens, stepIds)?.ids;
        if (!steps) return coverageLossOf(sum(terms.tokenLogProbs, 1), Neff);
        return sumOverSteps(terms, toTensor(steps, 'int32'), (logProb) => coverageLossOf(logProb, Neff));
      },
      (tokens, { stepIds }) => readSteps('dco-stepwise', tokens, stepIds)?.counted,
    ),
);

/** The sum over the steps of a function of the step's log p, `[batch]`. */
function sumOverSteps(
  { tokenLogProbs, counted, length }: SequenceTerms,
  steps: Tensor,
  f: (logProb: Tensor) => Tensor,
): Tensor {
  const member = mul(cast(oneHot(steps, length), 'float32'), expandDims(cast(counted, 'float32'), 2)); // [B, S, steps]
  const shares = where(greater(member, 0), mul(expandDims(tokenLogProbs, 2), member), zerosLike(member));
  const logProb = sum(shares, 1); // [B, steps]
  return sum(where(greater(sum(member, 1), 0), f(logProb), zerosLike(logProb)), 1);
}

/** Steps from -1 to length - 1, and which tokens are of one. */
function readSteps(owner: string, tokens: Tensor, stepIds: ArrayInput | undefined) {
  if (stepIds === undefined) return undefined;
  const ids = toNdArray(stepIds);
  const [batch, length] = tokens.shape as [number, number];
  checkShape(owner, 'stepIds', ids, ['batch', 'length'], { batch, length });
  const wrong = Array.from(ids.data).find((id) => !(Number.isInteger(id) && id >= -1 && id < length));
  if (wrong !== undefined) {
    throw new DomainError(`${owner}: stepIds must be whole numbers from -1 to ${length - 1}, got ${wrong}`);
  }
  return { ids, counted: { shape: ids.shape, data: Int32Array.from(ids.data, (id) => (id >= 0 ? 1 : 0)) } };
}
