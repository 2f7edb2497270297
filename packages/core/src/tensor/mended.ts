import {
  type Tensor,
  cast,
  expandDims,
  equal,
  oneHot as tfOneHot,
  registerGradient,
  zerosLike,
} from '@tensorflow/tfjs';

/**
 * One-hot vectors of class indices: `[...]` to `[..., depth]` in int32. tfjs's own refuses a depth of 1.
 *
 * @example
 * console.log(oneHot(tensor1d([0, 2], 'int32'), 3).arraySync()); // [ [ 1, 0, 0 ], [ 0, 0, 1 ] ]
 */
export function oneHot(indices: Tensor, depth: number): Tensor {
  return depth === 1 ? expandDims(cast(equal(indices, 0), 'int32'), -1) : tfOneHot(indices, depth);
}

// A comparison is constant almost everywhere. tfjs has no gradient for it, so that a mask made from an input would make
// the whole function impossible to differentiate.
for (const kernelName of ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual']) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, [a, b]) => ({ a: () => zerosLike(a!), b: () => zerosLike(b!) }),
  });
}
