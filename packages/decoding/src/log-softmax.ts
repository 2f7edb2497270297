import { DomainError } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';

/**
 * Log-probabilities of logits, `x_v - log sum exp(x)`, in nats and float64. The mass of logits of +Infinity is shared among them.
 *
 * @param owner who asks, for the error's message
 * @throws DomainError for no logits, for NaN, and when every logit is -Infinity
 *
 * @example
 * console.log(logSoftmax([Math.log(3), 0, -Infinity])); // Float64Array(3) [ -0.287682072451781, -1.3862943611198906, -Infinity ]
 */
export function logSoftmax(logits: ArrayLike<number>, owner = 'logSoftmax'): Float64Array {
  checkLogits(owner, logits);
  const total = logSumExp(logits);
  if (total === Infinity) return shareOfInfinite(logits);
  const logProbs = new Float64Array(logits.length);
  for (let v = 0; v < logProbs.length; v++) logProbs[v] = logits[v]! - total;
  return logProbs;
}

/** Probabilities of utilities or logits, softmax(beta x): the exponential of {@link logSoftmax}. */
export function softmax(logits: ArrayLike<number>, beta = 1, owner = 'softmax'): Float64Array {
  const scaled = beta === 1 ? logits : Float64Array.from(logits).map((x) => (x === -Infinity ? x : beta * x));
  return logSoftmax(scaled, owner).map(Math.exp);
}

function checkLogits(owner: string, logits: ArrayLike<number>): void {
  if (logits.length === 0) throw new DomainError(`${owner}: logits must hold at least one number, got none`);
  let possible = false;
  for (let i = 0; i < logits.length; i++) {
    if (Number.isNaN(logits[i])) throw new DomainError(`${owner}: logits must be numbers, got NaN for token ${i}`);
    possible ||= logits[i]! > -Infinity;
  }
  if (!possible) throw new DomainError(`${owner}: logits must hold one above -Infinity, got none`);
}

function shareOfInfinite(logits: ArrayLike<number>): Float64Array {
  const infinite = Float64Array.from(logits, (logit) => (logit === Infinity ? 1 : 0));
  const count = infinite.reduce((sum, one) => sum + one, 0);
  return infinite.map((one) => (one === 1 ? -Math.log(count) : -Infinity));
}
