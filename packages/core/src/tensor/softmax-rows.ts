import { logSumExp as tfLogSumExp } from '@surprisal/kernels/tfjs';
import { sizeOf } from '../ndarray.js';
import { defineFused } from './fused.js';
import {
  type Tensor,
  abs,
  add,
  exp,
  expandDims,
  less,
  log,
  logSoftmax,
  max,
  mul,
  neg,
  notEqual,
  reshape,
  softmax,
  sub,
  sum,
  where,
  zerosLike,
} from './ops.js';

/**
 * `log(sum_k exp(x_k))` over some axes, by default over all. Over the last axis it is one kernel on engines that have it; -Infinity for a row of
 * -Infinity, with gradient 0, where tfjs's own gives NaN.
 *
 * @example
 * const x = tensor2d([[0, 0], [1000, -Infinity]]);
 * console.log(Array.from(logSumExp(x, 1).dataSync(), (y) => y.toFixed(4)).join()); // 0.6931,1000.0000
 */
export function logSumExp(x: Tensor, axis?: number | number[], keepDims = false): Tensor {
  const axes = [axis ?? x.shape.map((_, i) => i)].flat();
  if (x.rank === 0 || axes.length !== 1 || (axes[0]! + x.rank) % x.rank !== x.rank - 1) {
    return tfLogSumExp(x, axis, keepDims);
  }
  const result = overRows((rows) => logSumExpKernel([rows], [], {}), x);
  return keepDims ? expandDims(result, -1) : result;
}

/**
 * The Shannon entropy of softmax(logits) over the last axis, `-sum_k p_k log p_k`, in nats: `[..., C]` to `[...]`. -Infinity masks a class.
 *
 * @param logits `[..., C]`
 *
 * @example
 * const logits = tensor2d([[0, 0], [1, 0], [9, -Infinity]]);
 * console.log(Array.from(softmaxEntropy(logits).dataSync(), (h) => Math.abs(h).toFixed(4)).join()); // 0.6931,0.5822,0.0000
 */
export const softmaxEntropy = (logits: Tensor): Tensor => overRows((rows) => entropyKernel([rows], [], {}), logits);

/** Rows of any number of dimensions: the last one is the classes. */
function overRows(f: (rows: Tensor) => Tensor, x: Tensor): Tensor {
  const leading = x.shape.slice(0, -1);
  if (leading.length === 1) return f(x);
  return reshape(f(reshape(x, [sizeOf(leading), x.shape.at(-1)!])), leading);
}

const logSumExpKernel = defineFused<object>('LogSumExp', {
  names: ['logits'],
  forward([x]) {
    const largest = max(x!, 1, true);
    const shift = where(less(abs(largest), Infinity), largest, zerosLike(largest));
    return reshape(add(log(sum(exp(sub(x!, shift)), 1, true)), shift), [-1]);
  },
  gradient: (dy, [x]) => [
    () => mul(expandDims(dy, 1), where(notEqual(max(x!, 1, true), -Infinity), softmax(x!), zerosLike(x!))),
  ],
});

const entropyKernel = defineFused<object>('SoftmaxEntropy', {
  names: ['logits'],
  forward: ([logits]) => entropyOf(logSoftmax(logits!)),
  gradient: (dy, [logits]) => [
    () => {
      const logProbs = logSoftmax(logits!);
      const surplus = add(masked(logProbs), expandDims(entropyOf(logProbs), 1));
      return neg(mul(expandDims(dy, 1), mul(exp(logProbs), surplus)));
    },
  ],
});

const entropyOf = (logProbs: Tensor): Tensor => neg(sum(mul(exp(logProbs), masked(logProbs)), 1));

/** 0 for -Infinity, so that nothing times Infinity is nothing. */
const masked = (logProbs: Tensor): Tensor => where(notEqual(logProbs, -Infinity), logProbs, zerosLike(logProbs));
