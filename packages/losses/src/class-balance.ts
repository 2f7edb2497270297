import { DomainError } from '@surprisal/core';

/**
 * Class weights for {@link LossOptions.classWeights} from the number of examples of each class: 1 over the effective number
 * `(1 - beta^n) / (1 - beta)`, scaled to mean 1. beta 0 weighs all alike; towards 1 the weights tend to 1 / n.
 *
 * @param counts `[classes]`, at least 1 each
 * @param beta in [0, 1), default 0.999
 * @throws DomainError when a count is no whole number >= 1 or beta is out of range
 *
 * Cui et al.: Class-Balanced Loss Based on Effective Number of Samples, 2019, arXiv:1901.05555.
 *
 * @example
 * console.log(Array.from(classBalancedWeights([900, 100]), (weight) => weight.toFixed(3)).join()); // 0.276,1.724
 */
export function classBalancedWeights(counts: ArrayLike<number>, beta = 0.999): Float32Array {
  if (!(beta >= 0 && beta < 1)) throw new DomainError(`classBalancedWeights: beta must be in [0, 1), got ${beta}`);
  const weights = Array.from(counts, (count) => {
    if (Number.isSafeInteger(count) && count >= 1) return (1 - beta) / -Math.expm1(count * Math.log(beta));
    throw new DomainError(`classBalancedWeights: counts must be whole numbers from 1 on, got ${count}`);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight) => (weight * weights.length) / total);
}
