import { DomainError } from '@surprisal/core';
import { bisect } from '@surprisal/core/numerics';

/**
 * The unbiased estimate of pass@k from n samples of which c are correct, `1 - C(n - c, k) / C(n, k)`, as the product
 * `1 - prod_{i = n - c + 1}^{n} (1 - k / i)`, which neither overflows nor cancels.
 *
 * @param samples n >= 1
 * @param correct c, from 0 to n
 * @param k from 1 to n
 * @throws DomainError for numbers that are not whole or out of range
 *
 * Chen et al.: Evaluating Large Language Models Trained on Code, 2021, arXiv:2107.03374.
 *
 * @example
 * console.log(passAtK(10, 3, 1).toFixed(3), passAtK(10, 3, 5).toFixed(3)); // 0.300 0.917
 */
export function passAtK(samples: number, correct: number, k: number): number {
  checkWhole('samples', samples, 1, Infinity);
  checkWhole('correct', correct, 0, samples);
  checkWhole('k', k, 1, samples);
  if (samples - correct < k) return 1;
  let failure = 1;
  for (let i = samples - correct + 1; i <= samples; i++) failure *= 1 - k / i;
  return 1 - failure;
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new DomainError(`passAtK: ${name} must be a whole number ${range}, got ${value}`);
}

/**
 * The probability that one of N answers is correct, `1 - (1 - p)^N`, exact for small p and large N.
 *
 * @param probability of a correct answer, in [0, 1]
 * @param budget N > 0
 * @throws DomainError out of range
 *
 * @example
 * console.log(coverage(1e-20, 1e20).toFixed(4)); // 0.6321
 */
export function coverage(probability: number, budget: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new DomainError(`coverage: probability must be in [0, 1], got ${probability}`);
  }
  if (!(budget > 0)) throw new DomainError(`coverage: budget must be greater than 0, got ${budget}`);
  return -Math.expm1(budget * Math.log1p(-probability));
}

/** What to answer when N answers are given and one must be correct. */
export interface PassNPolicy {
  /** `[A]`, how often to give each answer. */
  readonly policy: Float64Array;
  /** `sum_i q_i (1 - (1 - r_i)^N)`, the probability that one of the N is correct. */
  readonly success: number;
}

/**
 * The best policy for N answers: given calibrated probabilities q of being correct, the r that maximises
 * `sum_i q_i (1 - (1 - r_i)^N)`, which is `r_i = max(0, 1 - (mu / (N q_i))^(1 / (N - 1)))` with mu such that r sums to 1. For N = 1 all
 * answers are the most probable one; the larger N, the flatter the policy.
 *
 * @param probabilities `[A]`, q >= 0 with sum 1
 * @param budget N >= 1
 * @throws DomainError out of range
 *
 * Chen, Raventos, Cheng, Ganguli, Druckmann: Rethinking Fine-Tuning when Scaling Test-Time Compute, NeurIPS 2025, arXiv:2502.07154.
 *
 * @example
 * const { policy, success } = optimalPassNPolicy([0.6, 0.3, 0.1], 2);
 * console.log(Array.from(policy, (r) => r.toFixed(3)), success.toFixed(2)); // [ '0.667', '0.333', '0.000' ] 0.70
 */
export function optimalPassNPolicy(probabilities: ArrayLike<number>, budget: number): PassNPolicy {
  const q = Float64Array.from(probabilities);
  checkLaw(q);
  if (!(budget >= 1)) throw new DomainError(`optimalPassNPolicy: budget must be at least 1, got ${budget}`);
  const policy = budget === 1 ? onlyLargest(q) : shares(q, budget);
  const success = q.reduce((sum, qi, i) => sum + (qi > 0 ? qi * coverage(Math.min(1, policy[i]!), budget) : 0), 0);
  return { policy, success };
}

/** r as a function of log mu, at the mu where it sums to 1. In logs, as mu is tiny for large N. */
function shares(q: Float64Array, budget: number): Float64Array {
  const logs = q.map((qi) => Math.log(budget * qi)); // -Infinity for an answer that is never correct
  const at = (logMu: number) => logs.map((log) => (log > logMu ? -Math.expm1((logMu - log) / (budget - 1)) : 0));
  const sum = (logMu: number) => at(logMu).reduce((total, r) => total + r, 0);
  const high = Math.max(...logs);
  let reach = budget; // below which mu gives a sum above 1: one answer with r near 1 is enough
  while (sum(high - reach) < 1) reach *= 2;
  return at(bisect((logMu) => -sum(logMu), -1, high - reach, high));
}

function onlyLargest(q: Float64Array): Float64Array {
  const policy = new Float64Array(q.length);
  policy[q.indexOf(Math.max(...q))] = 1;
  return policy;
}

function checkLaw(q: Float64Array): void {
  const total = q.reduce((sum, value) => sum + value, 0);
  if (q.every((value) => value >= 0) && Math.abs(total - 1) < 1e-6) return;
  throw new DomainError(`optimalPassNPolicy: probabilities must be >= 0 with sum 1, got a sum of ${total}`);
}
