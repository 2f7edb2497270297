import { DomainError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  clipByValue,
  exp,
  logSumExp,
  mean,
  mul,
  neg,
  softplus,
  sub,
  tidy,
} from '@surprisal/core/tensor';
import { type CriticScores, diagonalOf, logMeanExp, ofScores, readMatrix } from './scores.js';

/**
 * Donsker-Varadhan bound on KL(p; q): mean of p - log mean exp of q. Tight for the critic log p/q, and for it plus any constant. Of a finite
 * sample it is biased upwards, by about the relative variance of exp of q over 2 m; what MINE reports.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @returns a scalar, in nats, differentiable in the scores; to be maximised by the critic
 * @throws ShapeError, DomainError
 *
 * Donsker, Varadhan: Asymptotic Evaluation of Certain Markov Process Expectations for Large Time, 1983; Belghazi et al.: Mutual Information
 * Neural Estimation, 2018, arXiv:1801.04062.
 *
 * @example
 * console.log(donskerVaradhan({ p: [1, 2], q: [0, 1] }).dataSync()[0]!.toFixed(4)); // 0.8799
 */
export const donskerVaradhan = ofScores('donskerVaradhan', ({ p, q }) => sub(mean(p), logMeanExp(q)));

/** The baseline of {@link tuba}. */
export interface TubaOptions {
  /** a > 0, a guess of the mean of exp of q: where it is right the bound is Donsker-Varadhan's. Default e, which makes it NWJ's. */
  readonly baseline?: number;
}

/**
 * TUBA, Barber and Agakov's bound without a normaliser: mean of p - mean exp of q / a - log a + 1 <= KL(p; q). Unbiased, and never above
 * {@link donskerVaradhan} of the same scores.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @returns a scalar, in nats, differentiable in the scores; -Infinity where exp of a score of q overflows
 * @throws ShapeError, DomainError
 *
 * Poole, Ozair, van den Oord, Alemi, Tucker: On Variational Bounds of Mutual Information, 2019, arXiv:1905.06922.
 *
 * @example
 * console.log(tuba({ p: [1, 2], q: [0, 1] }, { baseline: 2 }).dataSync()[0]!.toFixed(4)); // 0.8773
 */
export function tuba(scores: CriticScores, { baseline = Math.E }: TubaOptions = {}): Tensor {
  if (!(baseline > 0 && baseline < Infinity))
    throw new DomainError(`tuba: baseline must be greater than 0 and finite, got ${baseline}`);
  return normalized('tuba', Math.log(baseline))(scores);
}

const normalized = (owner: string, logBaseline: number) =>
  ofScores(owner, ({ p, q }) => sub(mean(p), add(mean(exp(sub(q, logBaseline))), logBaseline - 1)));

/**
 * NWJ bound on KL(p; q), mean of p - mean exp(q - 1): the f-divergence bound of KL, and {@link tuba} with the baseline e. Unbiased, of a high
 * variance. Tight for the critic 1 + log p/q alone.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @returns a scalar, in nats, differentiable in the scores; -Infinity where exp of a score of q overflows
 * @throws ShapeError, DomainError
 *
 * Nguyen, Wainwright, Jordan: Estimating Divergence Functionals and the Likelihood Ratio by Convex Risk Minimization, 2010, arXiv:0809.0853.
 *
 * @example
 * console.log(nguyenWainwrightJordan({ p: [1, 2], q: [0, 1] }).dataSync()[0]!.toFixed(4)); // 0.8161
 */
export const nguyenWainwrightJordan = normalized('nguyenWainwrightJordan', 1);

/** How {@link smile} clips. */
export interface SmileOptions {
  /** tau > 0: scores of q count as no further from 0. Default 5; large: {@link donskerVaradhan}. */
  readonly tau?: number;
}

/**
 * SMILE, mean of p - log mean exp of q clipped to [-tau, tau]: Donsker-Varadhan with less variance and some bias. An estimate of KL(p; q), not a
 * bound; train the critic with {@link jensenShannonBound}.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @returns a scalar, in nats, differentiable in the scores
 * @throws ShapeError, DomainError
 *
 * Song, Ermon: Understanding the Limitations of Variational Mutual Information Estimators, 2020, arXiv:1910.06222.
 *
 * @example
 * console.log(smile({ p: [1, 2], q: [0, 9] }, { tau: 1 }).dataSync()[0]!.toFixed(4)); // 0.8799
 */
export function smile(scores: CriticScores, { tau = 5 }: SmileOptions = {}): Tensor {
  if (!(tau > 0)) throw new DomainError(`smile: tau must be greater than 0, got ${tau}`);
  return ofScores('smile', ({ p, q }) => sub(mean(p), logMeanExp(clipByValue(q, -tau, tau))))(scores);
}

/**
 * Bound on the Jensen-Shannon divergence, log 2 - (mean softplus(-p) + mean softplus(q)) / 2: minus the loss of a classifier that tells p from
 * q by these logits, moved so that it is tight for log p/q. At most log 2. It trains a critic more steadily than bounds on KL do.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @returns a scalar, in nats, differentiable in the scores
 * @throws ShapeError, DomainError
 *
 * Nowozin, Cseke, Tomioka: f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization, 2016, arXiv:1606.00709.
 *
 * @example
 * console.log(jensenShannonBound({ p: [1, 2], q: [0, -1] }).dataSync()[0]!.toFixed(4)); // 0.3315
 */
export const jensenShannonBound = ofScores('jensenShannonBound', ({ p, q }) =>
  sub(Math.LN2, mul(add(mean(softplus(neg(p))), mean(softplus(q))), 0.5)),
);

/** What is told apart in {@link infoNce}. */
export interface InfoNceOptions {
  /** Default `'rows'`: which y belongs to an x. `'columns'`: which x to a y; `'both'`: the mean of the two. */
  readonly over?: 'rows' | 'columns' | 'both';
}

/**
 * InfoNCE bound on mutual information, mean over i of s_ii - log sum exp over j of s_ij, + log n: the cross-entropy of finding the y of each
 * x among n. At most log n, whatever the information is.
 *
 * @param scores `[n, n]`, n >= 2, finite: `scores[i][j]` is what the critic gives x_i and y_j
 * @returns a scalar, in nats, differentiable in the scores
 * @throws ShapeError, DomainError
 *
 * van den Oord, Li, Vinyals: Representation Learning with Contrastive Predictive Coding, 2018, arXiv:1807.03748.
 *
 * @example
 * console.log(infoNce([[3, 0], [0, 3]]).dataSync()[0]!.toFixed(4)); // 0.6446
 */
export function infoNce(scores: TensorLike, { over = 'rows' }: InfoNceOptions = {}): Tensor {
  if (!['rows', 'columns', 'both'].includes(over))
    throw new DomainError(`infoNce: over must be one of rows, columns, both, got ${String(over)}`);
  return tidy(() => {
    const given = readMatrix('infoNce', scores);
    const paired = mean(diagonalOf(given));
    const along = (axis: 0 | 1) => mean(logSumExp(given, axis));
    const total = over === 'both' ? mul(add(along(0), along(1)), 0.5) : along(over === 'rows' ? 1 : 0);
    return add(sub(paired, total), Math.log(given.shape[0]!));
  });
}
