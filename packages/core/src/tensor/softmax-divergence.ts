import { checkShape } from './shape.js';
import { defineFused } from './fused.js';
import {
  type Tensor,
  abs,
  add,
  exp,
  expandDims,
  fill,
  logSoftmax,
  maximum,
  mul,
  neg,
  notEqual,
  softplus,
  sub,
  sum,
  where,
  zerosLike,
} from './ops.js';

/** The weights of the two Kullback-Leibler divergences: 1 and 0 unless said; 1 and 1 are Jeffreys divergence, the symmetric KL. */
export interface KullbackLeiblerWeights {
  readonly forward?: number;
  readonly reverse?: number;
}

/**
 * `forward KL(p; q) + reverse KL(q; p)` of softmax(p) and softmax(q) for each row, `[N]` in nats, where
 * `KL(p; q) = sum_k p_k (log p_k - log q_k)`. In one kernel on engines that have it. Infinity where the second has no probability and the
 * first has; such a part has no gradient.
 *
 * @param p logits `[N, C]`; -Infinity masks a class
 * @param q logits `[N, C]`
 * @throws ShapeError for other shapes
 *
 * @example
 * const [p, q] = [tensor2d([[1, 0]]), tensor2d([[0, 1]])];
 * console.log(softmaxKullbackLeibler(p, q, { forward: 1, reverse: 1 }).dataSync()[0]!.toFixed(4)); // 0.9242
 */
export function softmaxKullbackLeibler(p: Tensor, q: Tensor, weights: KullbackLeiblerWeights = {}): Tensor {
  const { forward = 1, reverse = 0 } = weights;
  checkPair('softmaxKullbackLeibler', p, q);
  return kullbackLeiblerKernel([p, q], [], { forward, reverse });
}

/**
 * The Jensen-Shannon divergence `(KL(p; m) + KL(q; m)) / 2`, `m = (p + q) / 2`, of softmax(p) and softmax(q) for each row, `[N]` in nats, at
 * most log 2. In one kernel on engines that have it.
 *
 * @param p logits `[N, C]`; -Infinity masks a class
 * @param q logits `[N, C]`
 * @throws ShapeError for other shapes
 *
 * @example
 * const [p, q] = [tensor2d([[0, -Infinity]]), tensor2d([[-Infinity, 0]])];
 * console.log(softmaxJensenShannon(p, q).dataSync()[0]!.toFixed(4)); // 0.6931
 */
export function softmaxJensenShannon(p: Tensor, q: Tensor): Tensor {
  checkPair('softmaxJensenShannon', p, q);
  return jensenShannonKernel([p, q], [], {});
}

const checkPair = (owner: string, p: Tensor, q: Tensor) =>
  checkShape(owner, 'q', q, ['rows', 'classes'], checkShape(owner, 'p', p, ['rows', 'classes']));

const names = ['p', 'q'];
const gradientKernels = { GradP: ['p'], GradQ: ['q'] };

const kullbackLeiblerKernel = defineFused<Required<KullbackLeiblerWeights>>('SoftmaxKullbackLeibler', {
  names,
  gradientKernels,
  forward([p, q], _constants, { forward, reverse }) {
    const [logP, logQ] = [logSoftmax(p!), logSoftmax(q!)];
    const there = forward === 0 ? undefined : mul(divergence(logP, logQ), forward);
    const back = reverse === 0 ? undefined : mul(divergence(logQ, logP), reverse);
    return there && back ? add(there, back) : (there ?? back ?? mul(divergence(logP, logQ), 0));
  },
  gradient: (dy, [p, q], _constants, { forward, reverse }) => [
    () => mul(expandDims(dy, 1), kullbackLeiblerGradient(p!, q!, forward, reverse)),
    () => mul(expandDims(dy, 1), kullbackLeiblerGradient(q!, p!, reverse, forward)),
  ],
});

const jensenShannonKernel = defineFused<object>('SoftmaxJensenShannon', {
  names,
  gradientKernels,
  forward([p, q]) {
    const [logP, logQ] = [logSoftmax(p!), logSoftmax(q!)];
    const middle = logMean(logP, logQ);
    return mul(add(divergence(logP, middle), divergence(logQ, middle)), 0.5);
  },
  gradient: (dy, [p, q]) => [
    () => mul(expandDims(dy, 1), jensenShannonGradient(p!, q!)),
    () => mul(expandDims(dy, 1), jensenShannonGradient(q!, p!)),
  ],
});

const isPossible = (logProbs: Tensor) => notEqual(logProbs, -Infinity); // and NaN, which is to be seen

/** log p - log q where both are possible, else 0. */
function logRatio(logP: Tensor, logQ: Tensor): Tensor {
  const none = zerosLike(logP);
  const [left, right] = [where(isPossible(logP), logP, none), where(isPossible(logQ), logQ, none)];
  return where(isPossible(add(logP, logQ)), sub(left, right), none);
}

/** KL(p; q) of each row, from log-probabilities. */
function divergence(logP: Tensor, logQ: Tensor): Tensor {
  const finite = mul(exp(logP), logRatio(logP, logQ));
  const none = zerosLike(logP);
  const onlyP = where(isPossible(logQ), none, where(isPossible(logP), fill(logP.shape, Infinity), none));
  return sum(add(finite, onlyP), 1);
}

/** forward p (log p/q - KL(p; q)) + reverse (p - q). */
function kullbackLeiblerGradient(p: Tensor, q: Tensor, forward: number, reverse: number): Tensor {
  const [logP, logQ] = [logSoftmax(p), logSoftmax(q)];
  const back = mul(sub(exp(logP), exp(logQ)), reverse);
  if (forward === 0) return back;
  const total = expandDims(divergence(logP, logQ), 1);
  const bounded = where(notEqual(total, Infinity), total, zerosLike(total));
  const there = mul(exp(logP), sub(logRatio(logP, logQ), bounded));
  return add(where(notEqual(total, Infinity), mul(there, forward), zerosLike(there)), back);
}

/** p (log p/m - KL(p; m)) / 2. */
function jensenShannonGradient(p: Tensor, q: Tensor): Tensor {
  const [logP, logQ] = [logSoftmax(p), logSoftmax(q)];
  const middle = logMean(logP, logQ);
  const surplus = sub(logRatio(logP, middle), expandDims(divergence(logP, middle), 1));
  return mul(mul(exp(logP), surplus), 0.5);
}

/** log((p + q) / 2); -Infinity where both are. */
function logMean(logP: Tensor, logQ: Tensor): Tensor {
  const none = zerosLike(logP);
  const far = neg(abs(where(isPossible(add(logP, logQ)), sub(logP, logQ), none)));
  const both = isPossible(add(logP, logQ));
  return add(maximum(logP, logQ), where(both, sub(softplus(far), Math.LN2), fill(logP.shape, -Math.LN2)));
}
