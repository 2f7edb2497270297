import './einsum.js';
import './missing-gradients.js';
import './second-derivatives.js';
import './wrong-gradients.js';
import {
  type Tensor,
  abs,
  add,
  cast,
  div,
  equal,
  expandDims,
  greater,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  max,
  mul,
  neg,
  norm as tfNorm,
  oneHot as tfOneHot,
  onesLike,
  reshape,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  where,
  zerosLike,
} from '@surprisal/kernels/tfjs';
import { stopGradient, withGradient } from './gradients.js';

/**
 * One-hot vectors of class indices: `[...]` to `[..., depth]` in int32. tfjs's own refuses a depth of 1.
 *
 * @example
 * console.log(oneHot(tensor1d([0, 2], 'int32'), 3).arraySync()); // [ [ 1, 0, 0 ], [ 0, 0, 1 ] ]
 */
export function oneHot(indices: Tensor, depth: number): Tensor {
  return depth === 1 ? expandDims(cast(equal(indices, 0), 'int32'), -1) : tfOneHot(indices, depth);
}

const accurateLog1p = withGradient({
  forward([x]) {
    const rounded = add(x!, 1);
    const step = sub(rounded, 1);
    const corrected = where(equal(step, 0), x!, mul(log(rounded), div(x!, step)));
    return where(less(x!, 1), corrected, log(rounded));
  },
  gradient: (dy, [x]) => [div(dy, add(x!, 1))],
});

/**
 * log(1 + x), exact to rounding for small x too: tfjs rounds 1 + x on some backends, so that 1e-8 gives 0. What the rounding
 * did to x is divided out (Goldberg 1991, theorem 4).
 *
 * @example
 * console.log(Array.from(log1p(tensor1d([1e-10, 1])).dataSync(), (y) => y.toPrecision(4)).join()); // 1.000e-10,0.6931
 */
export const log1p = (x: Tensor): Tensor => accurateLog1p([x]);

/**
 * log(sigmoid(x)). The gradient of tfjs's own needs a tensor that a `tidy` around it has disposed of.
 *
 * @example
 * console.log(logSigmoid(tensor1d([0, -100])).dataSync().join()); // -0.6931471824645996,-100
 */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)));

/**
 * sqrt(max(x, 0)) whose derivatives at 0 are 0, for distances and deviations that may vanish. (The derivative of `sqrt` at 0 is
 * Infinity, as it is in mathematics.)
 *
 * @example
 * const { gradients } = gradientsOf((x) => sum(safeSqrt(x!)), [tensor1d([0, 4])]);
 * console.log(gradients[0]!.dataSync().join()); // 0,0.25
 */
export function safeSqrt(x: Tensor): Tensor {
  const positive = logicalNot(lessEqual(x, 0)); // NaN stays
  return where(positive, sqrt(where(positive, x, onesLike(x))), zerosLike(x));
}

/**
 * The norm of a tensor, or of its parts along axes: `'euclidean'`, 1, Infinity or -Infinity. The Euclidean one neither overflows nor
 * vanishes for numbers whose squares would, and its gradient at 0 is 0, where tfjs's is NaN.
 *
 * @example
 * const { gradients } = gradientsOf((x) => sum(norm(x!, 'euclidean', 1)), [tensor2d([[0, 0], [3, 4]])]);
 * console.log(gradients[0]!.arraySync()); // [ [ 0, 0 ], [ 0.6000000238418579, 0.800000011920929 ] ]
 */
export function norm(
  x: Tensor,
  ord: number | 'euclidean' | 'fro' = 'euclidean',
  axis?: number | number[],
  keepDims = false,
): Tensor {
  if (ord !== 'euclidean' && ord !== 2 && ord !== 'fro') return tfNorm(x, ord, axis, keepDims);
  const largest = stopGradient((given) => max(abs(given), axis, true), [x]);
  const finite = logicalAnd(greater(largest, 0), less(largest, Infinity));
  const scale = where(finite, largest, onesLike(largest));
  const scaled = safeSqrt(sum(square(div(x, scale)), axis, keepDims));
  return mul(scaled, reshape(scale, scaled.shape));
}
