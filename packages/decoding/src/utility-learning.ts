import { DomainError } from '@surprisal/core';
import { softmax } from './log-softmax.js';
import { drawFromLaw } from './speculative.js';

/**
 * One step towards preferring the target: `Q_target += eta`, then `Q_rival -= eta`; none when they are the same. Changes Q in place.
 *
 * @example
 * console.log(preferenceStep(new Float64Array(3), 0, 2, 0.5)); // Float64Array(3) [ 0.5, 0, -0.5 ]
 */
export function preferenceStep(utilities: Float64Array, target: number, rival: number, eta: number): Float64Array {
  utilities[target]! += eta;
  utilities[rival]! -= eta;
  return utilities;
}

/** How tabular utilities are learned. */
export interface UtilityLearningOptions {
  /** Learning rate, > 0; default 0.1. */
  readonly eta?: number;
  /** `'full'` (default): `Q += eta (onehot(y) - p)`; `'sampled-rival'`: a step against one rival drawn from softmax(Q), the same on average. */
  readonly update?: 'full' | 'sampled-rival';
  /** Numbers in [0, 1), one per target, for the draws of rivals. */
  readonly uniform?: () => number;
}

/**
 * Learns one utility per output from targets, one step each. Its fixed point is softmax(Q) = the targets' frequencies, so that the more frequent
 * output is the preferred one.
 *
 * @param utilities where to begin, `[V]`; changed in place
 * @throws DomainError for `'sampled-rival'` without `uniform`, and eta that is not above 0
 *
 * Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const utilities = learnUtilities(new Float64Array(3), [0, 0, 1, 0], { eta: 0.5 });
 * console.log(utilities[0]! > utilities[1]! && utilities[1]! > utilities[2]!); // true
 */
export function learnUtilities(
  utilities: Float64Array,
  targets: Iterable<number>,
  { eta = 0.1, update = 'full', uniform }: UtilityLearningOptions = {},
): Float64Array {
  if (!(eta > 0)) throw new DomainError(`learnUtilities: eta must be greater than 0, got ${eta}`);
  if (update === 'sampled-rival' && !uniform) {
    throw new DomainError('learnUtilities: uniform must be given to draw rivals with, got nothing');
  }
  for (const target of targets) {
    const p = softmax(utilities, 1, 'learnUtilities');
    if (update === 'full')
      p.forEach((probability, v) => (utilities[v]! += eta * ((v === target ? 1 : 0) - probability)));
    else preferenceStep(utilities, target, drawFromLaw(p, uniform!()), eta);
  }
  return utilities;
}
