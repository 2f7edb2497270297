import { DomainError, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  defineFused,
  exp,
  expm1,
  greater,
  greaterEqual,
  less,
  log,
  log1p,
  mul,
  neg,
  onesLike,
  stopGradient,
  sub,
  tidy,
  toTensor,
  where,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineLoss } from './loss.js';

/** log(1 - exp(a)) of a <= 0, exact at both ends (Machler 2012). */
const log1mexp = (a: Tensor): Tensor => where(greater(a, -Math.LN2), log(neg(expm1(a))), log1p(neg(exp(a))));

/** Below this log(N p), 1 - (1 - p)^N is N p to rounding. */
const RARE = -12;

const isRare = (logProb: Tensor, budget: number) => less(add(logProb, Math.log(budget)), RARE);

/**
 * `-log(1 - (1 - p)^N)` of log p, elementwise, with its gradient `-F`. Everything is in logs: (1 - p)^N would lose all digits for small p and
 * large N.
 */
const coverageKernel = defineFused<{ readonly budget: number }>('DirectCoverage', {
  forward([logProb], _constants, { budget }) {
    if (budget === 1) return neg(logProb!);
    const found = neg(log1mexp(mul(log1mexp(logProb!), budget)));
    return where(isRare(logProb!, budget), sub(-Math.log(budget), logProb!), found);
  },
  gradient: (dy, [logProb], _constants, { budget }) => [neg(mul(dy, weightOf(logProb!, budget)))],
});

/** F(N, p) = N (1 - p)^(N - 1) p / (1 - (1 - p)^N). */
function weightOf(logProb: Tensor, budget: number): Tensor {
  if (budget === 1) return onesLike(logProb);
  const missed = log1mexp(logProb); // log(1 - p)
  const logWeight = sub(add(add(mul(missed, budget - 1), logProb), Math.log(budget)), log1mexp(mul(missed, budget)));
  return where(isRare(logProb, budget), onesLike(logProb), exp(logWeight));
}

/** The coverage loss as a part for other losses: shapes and budget are checked already. */
export const coverageLossOf = (logProb: Tensor, budget: number): Tensor => coverageKernel([logProb], [], { budget });

const readLogProb = (owner: string, logProb: TensorLike, budget: number): Tensor => {
  if (!(budget >= 1 && budget < Infinity)) {
    throw new DomainError(`${owner}: N must be a number from 1 on, got ${budget}`);
  }
  return toTensor(logProb);
};

/**
 * The direct coverage loss of log p, elementwise: `-log(1 - (1 - p)^N)`, minus the log of the probability that one of N samples is the
 * reference, in nats. Between `-log p - log N` and `-log p`; 0 with gradient 0 at p = 1 for N > 1.
 *
 * @param logProb any shape, at most 0; of a sequence, the sum over its tokens
 * @param N >= 1, the number of samples; 1 is cross-entropy
 * @throws DomainError when N is below 1
 *
 * @example
 * console.log(dcoFromLogProb([Math.log(0.5), 0], 2).dataSync().map((loss) => Math.round(loss * 1e4)).join()); // 2877,0
 */
export const dcoFromLogProb = (logProb: TensorLike, N: number): Tensor =>
  tidy(() => coverageLossOf(readLogProb('dcoFromLogProb', logProb, N), N));

/**
 * What the gradient of cross-entropy is multiplied by in the direct coverage loss, `F = N (1 - p)^(N - 1) p / (1 - (1 - p)^N)`, elementwise:
 * 1 at N = 1 and for small p, about 0 once p is a few times 1/N.
 *
 * @throws DomainError when N is below 1
 *
 * @example
 * console.log(coverageWeight([Math.log(0.5)], 2).dataSync()[0]!.toFixed(4)); // 0.6667
 */
export const coverageWeight = (logProb: TensorLike, N: number): Tensor =>
  tidy(() => weightOf(readLogProb('coverageWeight', logProb, N), N));

/**
 * Cross-entropy weighed by the coverage of an estimated probability, `F(N, pHat) (-log p)`, elementwise. For chains of thought p itself would be
 * a sum over all of them; pHat is the share of sampled answers that are right. The weight is held constant in the gradient.
 *
 * @param logProb log p of the reference, with its chain
 * @param pHat in [0, 1], of the same shape
 * @throws DomainError when N is below 1
 *
 * @example
 * console.log(dcoWeightedCrossEntropy([-2], [0.5], 2).dataSync()[0]!.toFixed(4)); // 1.3333
 */
export const dcoWeightedCrossEntropy = (logProb: TensorLike, pHat: TensorLike, N: number): Tensor =>
  tidy(() => {
    const known = readLogProb('dcoWeightedCrossEntropy', logProb, N);
    return mul(
      stopGradient((p) => weightOf(log(p), N), [toTensor(pHat)]),
      neg(known),
    );
  });

/**
 * Which examples still have a share of at least `eps` of their cross-entropy gradient, `F(N, p) >= eps`, elementwise (bool): the others can be
 * swapped out, so that no batch goes dead.
 *
 * @param p in [0, 1]
 * @param eps in [0, 1)
 * @throws DomainError when N is below 1 or eps out of range
 *
 * @example
 * console.log(effectiveBatchMask([0.01, 0.9], 16, 0.1).dataSync().join()); // 1,0
 */
export const effectiveBatchMask = (p: TensorLike, N: number, eps: number): Tensor => {
  if (!(eps >= 0 && eps < 1)) throw new DomainError(`effectiveBatchMask: eps must be in [0, 1), got ${eps}`);
  return tidy(() => greaterEqual(weightOf(log(readLogProb('effectiveBatchMask', p, N)), N), eps));
};

/** The number of samples that a coverage loss is trained for. */
export const budgetParam = z
  .number()
  .min(1)
  .max(1e12)
  .default(1)
  .meta({ upTo: 256, step: 1 })
  .describe('number of samples of which one must be right; 1: cross-entropy');

/**
 * Direct coverage optimisation, `-log(1 - (1 - p_y)^N)`: minus the log of the probability that one of N samples is the label. Its gradient is
 * that of cross-entropy times {@link coverageWeight}: confidence is pushed no further than N samples need.
 *
 * @param params `N` >= 1, default 1, which is cross-entropy; choose the number of samples at test time
 * @throws DomainError when N is below 1
 *
 * Chen, Raventos, Cheng, Ganguli, Druckmann: Rethinking Fine-Tuning when Scaling Test-Time Compute, NeurIPS 2025, arXiv:2502.07154.
 *
 * @example
 * console.log(directCoverage({ N: 4 })([[2, 0, -1]], [1]).dataSync()[0]!.toFixed(4)); // 0.9563
 */
export const directCoverage = defineLoss({
  name: 'dco',
  summary: 'The surprisal that one of N samples is right: limits confidence to what N samples need.',
  formula: '−log(1 − (1−p_y)^N)',
  paper: paper(5),
  params: z.object({ N: budgetParam }),
  perExample: (terms, { N }) => terms.expectation((logProb) => coverageLossOf(logProb, N)),
});
