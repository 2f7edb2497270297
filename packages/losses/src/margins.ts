import { type Tensor, add, greater, mul, sub, sum, where, zerosLike } from '@surprisal/core/tensor';

/**
 * By how much each class comes too near to the label or beats it, `d_k = f_k - f_y + margin [k != y]`: `[B, K]`, 0 at the label,
 * -Infinity at classes that are masked by -Infinity, Infinity everywhere else when the label is.
 *
 * @param scores `[B, K]`, f
 * @param oneHot `[B, K]`
 */
export function marginViolations(scores: Tensor, oneHot: Tensor, margin: number): Tensor {
  const isLabel = greater(oneHot, 0);
  const none = zerosLike(scores);
  const own = sum(where(isLabel, scores, none), 1, true); // [B, 1], f_y
  const possible = greater(scores, -Infinity);
  const differences = add(sub(where(possible, scores, none), own), margin);
  return where(isLabel, none, where(possible, differences, mul(add(none, 1), -Infinity)));
}
