import { logSumExp } from '@surprisal/kernels/tfjs';
import { oneHot } from './mended.js';
import {
  type Tensor,
  add,
  cast,
  div,
  exp,
  expm1,
  fill,
  greater,
  log,
  logSoftmax,
  maximum,
  mul,
  neg,
  onesLike,
  square,
  sub,
  sum,
  where,
  zerosLike,
} from './ops.js';

/** The attributes of the kernels of cross-entropy. */
export interface CrossEntropyAttributes {
  readonly tau: number;
  readonly labelSmoothing: number;
  readonly zLoss: number;
}

/** Low enough for exp to give 0, high enough not to overflow when two are added. */
const LOWEST = -1e38;

/** The loss of each row of logits `[N, C]`, with labels `[N]` or `[N, C]`: `[N]`. */
export function rowLosses(logits: Tensor, labels: Tensor, attributes: CrossEntropyAttributes): Tensor {
  const { tau, labelSmoothing, zLoss } = attributes;
  const logProbs = logSoftmax(logits);
  const own = labels.rank === 1 ? phi(tau, labelledLogProb(logProbs, labels)) : expectation(labels, logProbs, tau);
  const even = () => mul(sumOfPossible(logProbs, tau), labelSmoothing / logits.shape[1]!);
  const loss = labelSmoothing === 0 ? own : add(mul(own, 1 - labelSmoothing), even());
  return zLoss === 0 ? loss : add(loss, mul(square(logSumExp(logits, 1)), zLoss));
}

/** `p_j E_q[p^(tau - 1)] - q_j p_j^(tau - 1) + 2 zLoss lse p_j`: `[N, C]`. */
export function logitGradient(logits: Tensor, labels: Tensor, attributes: CrossEntropyAttributes): Tensor {
  const { tau, labelSmoothing, zLoss } = attributes;
  const logProbs = logSoftmax(logits);
  const targets = smoothedLabels(labels, logProbs, labelSmoothing);
  const gradient =
    tau === 1
      ? sub(mul(exp(logProbs), sum(targets, 1, true)), targets)
      : poweredGradient(maximum(logProbs, LOWEST), targets, tau);
  return zLoss === 0 ? gradient : add(gradient, mul(exp(logProbs), mul(logSumExp(logits, 1, true), 2 * zLoss)));
}

/** `p_j E_q[p^(tau - 1)] - q_j p_j^(tau - 1)`, from log-probabilities without -Infinity. */
function poweredGradient(logProbs: Tensor, targets: Tensor, tau: number): Tensor {
  const powers = mul(logProbs, tau - 1);
  const possible = greater(targets, 0);
  const logTargets = log(where(possible, targets, onesLike(targets)));
  const joint = where(possible, maximum(add(powers, logTargets), LOWEST), fill(powers.shape, LOWEST));
  const expected = exp(add(logProbs, logSumExp(joint, 1, true)));
  return sub(expected, where(possible, mul(targets, exp(powers)), zerosLike(powers)));
}

/** The loss is linear in dense labels: `[N, C]`. */
export const labelGradient = (logits: Tensor, { tau, labelSmoothing }: CrossEntropyAttributes): Tensor =>
  mul(phi(tau, maximum(logSoftmax(logits), LOWEST)), 1 - labelSmoothing);

/** -l at tau = 1, else expm1((tau - 1) l) / (1 - tau). */
const phi = (tau: number, logProb: Tensor): Tensor =>
  tau === 1 ? neg(logProb) : div(expm1(mul(logProb, tau - 1)), 1 - tau);

/** The log-probability of each label, `[N]`; classes that are masked by -Infinity do not disturb it. */
const labelledLogProb = (logProbs: Tensor, sparse: Tensor): Tensor =>
  sum(where(greater(oneHot(sparse, logProbs.shape[1]!), 0), logProbs, zerosLike(logProbs)), 1);

/** `sum_k q_k phi(log p_k)` over the classes with q_k > 0: `[N]`. */
function expectation(dense: Tensor, logProbs: Tensor, tau: number): Tensor {
  const [possible, none] = [greater(dense, 0), zerosLike(logProbs)];
  return sum(where(possible, mul(dense, phi(tau, where(possible, logProbs, none))), none), 1);
}

/** `sum_k phi(log p_k)` over the classes that are not masked: `[N]`. */
function sumOfPossible(logProbs: Tensor, tau: number): Tensor {
  const [possible, none] = [greater(logProbs, -Infinity), zerosLike(logProbs)];
  return sum(where(possible, phi(tau, where(possible, logProbs, none)), none), 1);
}

function smoothedLabels(labels: Tensor, logProbs: Tensor, labelSmoothing: number): Tensor {
  const [, classes] = logProbs.shape as [number, number];
  const dense = labels.rank === 1 ? cast(oneHot(labels, classes), 'float32') : labels;
  if (labelSmoothing === 0) return dense;
  const even = fill(logProbs.shape, labelSmoothing / classes);
  return add(mul(dense, 1 - labelSmoothing), where(greater(logProbs, -Infinity), even, zerosLike(even)));
}
