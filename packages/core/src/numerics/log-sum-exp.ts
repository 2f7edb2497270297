/**
 * log(sum(exp(x))), without overflow; -Infinity for an empty list or one of -Infinity alone.
 *
 * @example
 * import { logSumExp } from '@surprisal/core/numerics';
 *
 * console.log(logSumExp([1000, 1000]).toFixed(4)); // 1000.6931
 */
export function logSumExp(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  if (!Number.isFinite(max)) return max;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}
