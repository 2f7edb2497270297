import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';
import { bisect, logSumExp } from '@surprisal/core/numerics';

/** A member of the comp-sum family on a number of classes. */
export interface CompSumSetting {
  /** Family member, >= 0; default 1. */
  readonly tau?: number;
  /** Number of classes, >= 1. */
  readonly classes: number;
}

/** How a surrogate's excess bounds the 0-1 excess, both with their minimizability gaps, for symmetric and complete hypothesis sets. */
export interface ConsistencyBound {
  /** T(b): the least surrogate excess (nats) when the 0-1 excess is b in [0, 1]. Convex, increasing, T(0) = 0. */
  transform(b: number): number;
  /** Gamma(t) = T^-1(t): the largest 0-1 excess when the surrogate excess is t >= 0; 1 from T(1) on. */
  gamma(t: number): number;
  /** A closed form that is at least Gamma(t), not cut at 1. */
  gammaUpperBound(t: number): number;
}

const isOne = (tau: number) => Math.abs(tau - 1) < 1e-6;

/**
 * The H-consistency bound of the comp-sum loss:
 * `R01(h) - R01*(H) + M01(H) <= Gamma( R_tau(h) - R_tau*(H) + M_tau(H) )`.
 *
 * It holds when every score vector can be reached at every x; for a network with bounded scores it is a guide.
 *
 * @throws DomainError for tau < 0, classes < 1, b outside [0, 1], t < 0
 *
 * Mao, Mohri, Zhong 2023, arXiv:2304.07288.
 *
 * @example
 * // 0.05 nats of excess cost at most 31% accuracy
 * console.log(consistencyBound({ tau: 1, classes: 10 }).gamma(0.05).toFixed(4)); // 0.3136
 */
export function consistencyBound({ tau = 1, classes }: CompSumSetting): ConsistencyBound {
  checkSetting('consistencyBound', tau, classes);
  const transform = (b: number) => {
    if (!(b >= 0 && b <= 1)) throw new DomainError(`consistencyBound: b must be in [0, 1], got ${b}`);
    return transformOf(b, tau, classes);
  };
  const checked = (t: number) => {
    if (!(t >= 0)) throw new DomainError(`consistencyBound: t must be at least 0, got ${t}`);
    return t;
  };
  return {
    transform,
    gamma: (t) => (checked(t) >= transform(1) ? 1 : bisect(transform, t, 0, 1)),
    gammaUpperBound: (t) => upperBoundOf(checked(t), tau, classes),
  };
}

function transformOf(b: number, tau: number, classes: number): number {
  if (isOne(tau)) return xlogx(1 + b) / 2 + xlogx(1 - b) / 2;
  const scale = (tau - 1) * classes ** (tau - 1);
  if (tau >= 2) return b / scale;
  const mean = powerMean([(1 + b) / 2, (1 - b) / 2], tau) * 2 ** (tau - 1);
  return tau < 1 ? (2 ** (1 - tau) / (1 - tau)) * (1 - mean) : (mean - 1) / scale;
}

function upperBoundOf(t: number, tau: number, classes: number): number {
  if (tau >= 2) return (tau - 1) * classes ** (tau - 1) * t;
  return Math.sqrt(tau < 1 ? 2 ** tau * (2 - tau) * t : 2 * classes ** (tau - 1) * t);
}

/** (Σ p^(1 / (2 - tau)))^(2 - tau) for tau < 2, in log space: the exponent grows without bound towards 2, where it is max p. */
const powerMean = (p: ArrayLike<number>, tau: number) =>
  Math.exp((2 - tau) * logSumExp(Array.from(p, (value) => Math.log(value) / (2 - tau))));

const xlogx = (x: number) => (x === 0 ? 0 : x * Math.log(x));

/**
 * C*_tau(p): the least conditional risk (nats) for class probabilities p when scores are unbounded. At tau = 1 the Shannon entropy.
 *
 * @param probs `[classes]`, sum 1, zeros allowed
 * @throws DomainError when p is no distribution (sum off by more than 1e-4) or tau < 0
 *
 * @example
 * // the entropy of a fair coin, log 2
 * console.log(bestConditionalRisk([0.5, 0.5]).toFixed(4)); // 0.6931
 */
export function bestConditionalRisk(probs: ArrayInput, tau = 1): number {
  const { data } = toFloat64(probs);
  checkSetting('bestConditionalRisk', tau, data.length);
  checkDistribution('bestConditionalRisk: probs', data);
  if (isOne(tau)) return -data.reduce((sum, p) => sum + xlogx(p), 0);
  if (tau >= 2) return (1 - Math.max(...data)) / (tau - 1);
  return (powerMean(data, tau) - 1) / (1 - tau);
}

/**
 * The minimizability gap of the set of constant predictors, C*(sum_x w_x p(x)) - sum_x w_x C*(p(x)): what no constant can
 * reach. At tau = 1 it is the mutual information I(X; Y) in nats. At least 0, and 0 when all rows are equal.
 *
 * @param weights `[points]`, the distribution of x
 * @param probs `[points, classes]`, the class probabilities of each x
 * @throws ShapeError, DomainError when they are no distributions
 *
 * @example
 * // one bit, log 2
 * console.log(constantHypothesisGap([0.5, 0.5], [[1, 0], [0, 1]]).toFixed(4)); // 0.6931
 */
export function constantHypothesisGap(weights: ArrayInput, probs: ArrayInput, tau = 1): number {
  const { data: w } = toFloat64(weights);
  const { shape, data: p } = toFloat64(probs);
  if (shape.length !== 2 || shape[0] !== w.length) {
    throw new ShapeError(
      `constantHypothesisGap: probs must be [points, classes] with points = ${w.length}, got [${shape.join(', ')}]`,
    );
  }
  checkDistribution('constantHypothesisGap: weights', w);
  const rows = Array.from(w, (_, x) => p.subarray(x * shape[1]!, (x + 1) * shape[1]!));
  const marginal = Float64Array.from({ length: shape[1]! }, (_, y) =>
    rows.reduce((sum, row, x) => sum + w[x]! * row[y]!, 0),
  );
  return (
    bestConditionalRisk(marginal, tau) - rows.reduce((sum, row, x) => sum + w[x]! * bestConditionalRisk(row, tau), 0)
  );
}

/**
 * The best loss at one point when labels are deterministic and scores are bounded, |h| <= bound:
 * Phi_tau((classes - 1) exp(-2 bound)). The minimizability gap is then the best risk found minus this.
 *
 * @throws DomainError when the bound is negative
 *
 * @example
 * console.log(boundedBestLoss(2, { tau: 1, classes: 5 }).toFixed(4)); // 0.0707
 */
export function boundedBestLoss(bound: number, { tau = 1, classes }: CompSumSetting): number {
  checkSetting('boundedBestLoss', tau, classes);
  if (!(bound >= 0)) throw new DomainError(`boundedBestLoss: bound must be at least 0, got ${bound}`);
  const logOnePlusU = Math.log1p((classes - 1) * Math.exp(-2 * bound));
  return isOne(tau) ? logOnePlusU : Math.expm1((1 - tau) * logOnePlusU) / (1 - tau);
}

function checkSetting(owner: string, tau: number, classes: number) {
  if (!(tau >= 0)) throw new DomainError(`${owner}: tau must be at least 0, got ${tau}`);
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new DomainError(`${owner}: classes must be a whole number from 1 on, got ${classes}`);
  }
}

/** Float32 inputs sum to 1 within about 1e-6; more than 1e-4 off is a mistake. */
function checkDistribution(what: string, probs: Float64Array) {
  const sum = probs.reduce((total, p) => total + p, 0);
  if (probs.every((p) => p >= 0) && Math.abs(sum - 1) <= 1e-4) return;
  throw new DomainError(`${what} must be at least 0 and sum to 1 within 1e-4, got a sum of ${sum}`);
}
