import { DomainError } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';
import { logSoftmax } from './log-softmax.js';

/** How the utility of a sequence is made of its steps. */
export interface SequenceUtilityOptions {
  /**
   * `'logprob'` (default): the sum of advantages, log p; `'logit'`: the sum of logits, comparable for equal lengths alone, as each
   * step's constant is not identified; `'normalised'`: log p over `length^lengthPenalty`.
   */
  readonly utility?: 'logprob' | 'logit' | 'normalised';
  /** Of `'normalised'`; default 1. */
  readonly lengthPenalty?: number;
}

/**
 * The utility of a sequence from the logits of its steps. Of a step: the logit `Q(v)`, or the advantage `A(v) = Q(v) - logsumexp Q = log p(v)`.
 *
 * @param logits `[T][V]`
 * @param tokens `[T]`
 * @throws DomainError when there is not one row of logits for each token, or a token is out of range
 *
 * Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * console.log(sequenceUtility([[0, 0], [1, 1]], [0, 1]).toFixed(4)); // -1.3863
 */
export function sequenceUtility(
  logits: readonly ArrayLike<number>[],
  tokens: ArrayLike<number>,
  { utility = 'logprob', lengthPenalty = 1 }: SequenceUtilityOptions = {},
): number {
  if (logits.length !== tokens.length) {
    throw new DomainError(`sequenceUtility: logits must be ${tokens.length} rows, one per token, got ${logits.length}`);
  }
  let sum = 0;
  logits.forEach((row, t) => {
    const value = (utility === 'logit' ? row : logSoftmax(row, 'sequenceUtility'))[tokens[t]!];
    if (value === undefined) {
      throw new DomainError(
        `sequenceUtility: tokens must be from 0 to ${row.length - 1}, got ${tokens[t]} at index ${t}`,
      );
    }
    sum += value;
  });
  return utility === 'normalised' ? sum / Math.max(1, tokens.length) ** lengthPenalty : sum;
}

/** The gradient of a log-likelihood, read as a preference. */
export interface PreferenceGradient {
  readonly logLikelihood: number;
  /** `logsumexp Q` */
  readonly value: number;
  /** `[V]`, `Q - value` */
  readonly advantage: Float64Array;
  /** `[V]`, `onehot(target) - p` */
  readonly gradient: Float64Array;
  /** `[V]`, the same as the mean over rivals drawn from p: `sum_v p(v) (onehot(target) - onehot(v))`. */
  readonly expectedPreference: Float64Array;
}

/**
 * Maximum likelihood as learning of utilities: the gradient of `log p(y)` with respect to the logits is the mean, over rivals v from the model's
 * own softmax, of the step that raises Q(y) and lowers Q(v).
 *
 * Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const { gradient, expectedPreference } = preferenceGradient([0, 0], 1);
 * console.log(gradient, expectedPreference); // Float64Array(2) [ -0.5, 0.5 ] Float64Array(2) [ -0.5, 0.5 ]
 */
export function preferenceGradient(logits: ArrayLike<number>, target: number): PreferenceGradient {
  const advantage = logSoftmax(logits, 'preferenceGradient');
  const p = advantage.map(Math.exp);
  const expectedPreference = new Float64Array(p.length);
  p.forEach((probability, rival) => {
    expectedPreference[target]! += probability;
    expectedPreference[rival]! -= probability;
  });
  return {
    logLikelihood: advantage[target]!,
    value: logSumExp(logits),
    advantage,
    gradient: p.map((probability, v) => (v === target ? 1 : 0) - probability),
    expectedPreference,
  };
}
