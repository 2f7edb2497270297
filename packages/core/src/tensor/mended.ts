import {
  type Tensor,
  add,
  cast,
  div,
  expandDims,
  equal,
  less,
  log,
  mul,
  neg,
  oneHot as tfOneHot,
  registerGradient,
  softplus,
  sub,
  where,
  zerosLike,
} from '@tensorflow/tfjs';
import { withGradient } from './gradients.js';

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

// A comparison is constant almost everywhere. tfjs has no gradient for it, so that a mask made from an input would make
// the whole function impossible to differentiate.
for (const kernelName of ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual']) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, [a, b]) => ({ a: () => zerosLike(a!), b: () => zerosLike(b!) }),
  });
}
