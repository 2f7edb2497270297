import { DomainError } from '../errors.js';
import { defineFused } from './fused.js';
import {
  type Tensor,
  add,
  div,
  equal,
  exp,
  expandDims,
  mul,
  square,
  sub,
  sum,
  transpose,
  where,
  zeros,
  zerosLike,
} from './ops.js';
import { checkShape } from './shape.js';
import { logSumExp } from './softmax-rows.js';

/**
 * `|x_i - y_j|^2` for all pairs of points, `[N, M]`, from differences: exact where points coincide, which an expansion into products is not.
 * In one kernel on engines that have it; elsewhere the `N M D` differences are stored.
 *
 * @param x `[N, D]`
 * @param y `[M, D]`
 * @throws ShapeError for other shapes
 *
 * @example
 * console.log(squaredDistances(tensor2d([[0, 0], [3, 4]]), tensor2d([[3, 4]])).arraySync()); // [ [ 25 ], [ 0 ] ]
 */
export function squaredDistances(x: Tensor, y: Tensor): Tensor {
  checkPoints('squaredDistances', x, y);
  return distancesKernel([x, y], [], {});
}

/** Options of {@link gaussianKernelSums}. */
export interface GaussianKernelOptions {
  /** Default 1. The width s of the kernel, in the unit of the points, greater than 0. */
  readonly bandwidth?: number;
  /** `[M]`, the logs of the weights of y; default 0. -Infinity leaves a point out. */
  readonly logWeights?: Tensor;
}

/**
 * `sum_j exp(logWeights_j - |x_i - y_j|^2 / (2 s^2))` of each point of x, `[N]`: with weights that sum to 1, the density of y at x times
 * `(2 pi s^2)^(D/2)`. Differentiable in the points and the weights. On engines that have a kernel for it the `N M` pairs are never stored.
 *
 * @param x `[N, D]`
 * @param y `[M, D]`
 * @throws ShapeError for other shapes, DomainError for a bandwidth that is not greater than 0
 *
 * @example
 * const [x, y] = [tensor2d([[0]]), tensor2d([[0], [2]])];
 * console.log(gaussianKernelSums(x, y).dataSync()[0]!.toFixed(4)); // 1.1353
 */
export const gaussianKernelSums = (x: Tensor, y: Tensor, options: GaussianKernelOptions = {}): Tensor =>
  exp(logGaussianKernelSums(x, y, options));

/**
 * The logs of {@link gaussianKernelSums}, which stay finite, with their gradients, far from all points.
 *
 * @throws as that
 *
 * @example
 * console.log(logGaussianKernelSums(tensor2d([[0]]), tensor2d([[100]])).dataSync()[0]); // -5000
 */
export function logGaussianKernelSums(x: Tensor, y: Tensor, options: GaussianKernelOptions = {}): Tensor {
  const owner = 'logGaussianKernelSums';
  const { others } = checkPoints(owner, x, y);
  const { bandwidth = 1, logWeights = zeros([others!]) } = options;
  checkShape(owner, 'logWeights', logWeights, ['others'], { others: others! });
  if (bandwidth > 0 && bandwidth < Infinity) return kernelSums([x, y, logWeights], [], { bandwidth });
  throw new DomainError(`${owner}: bandwidth must be greater than 0, got ${bandwidth}`);
}

const checkPoints = (owner: string, x: Tensor, y: Tensor) =>
  checkShape(owner, 'y', y, ['others', 'dimensions'], checkShape(owner, 'x', x, ['points', 'dimensions']));

const offsets = (x: Tensor, y: Tensor): Tensor => sub(expandDims(x, 1), expandDims(y, 0));

/** sum_j weights_ij (x_i - y_j), [N, D]. The points' weighted sums alone would lose the digits of what is between them. */
const sumOffsets = (weights: Tensor, x: Tensor, y: Tensor): Tensor =>
  sum(mul(expandDims(weights, 2), offsets(x, y)), 1);

const distancesKernel = defineFused<object>('SquaredDistances', {
  names: ['x', 'y'],
  gradientKernels: { GradX: ['x'], GradY: ['y'] },
  forward: ([x, y]) => sum(square(offsets(x!, y!)), 2),
  gradient: (dy, [x, y]) => [() => mul(sumOffsets(dy, x!, y!), 2), () => mul(sumOffsets(transpose(dy), y!, x!), 2)],
});

const kernelSums = defineFused<{ bandwidth: number }>('LogGaussianKernelSums', {
  names: ['x', 'y', 'logWeights'],
  gradientKernels: { GradX: ['x'], GradY: ['y', 'logWeights'] },
  forward: ([x, y, logWeights], _constants, { bandwidth }) => logSumExp(exponents(x!, y!, logWeights!, bandwidth), 1),
  gradient(dy, [x, y, logWeights], _constants, { bandwidth }) {
    const shares = () => mul(expandDims(dy, 1), softmaxOrNone(exponents(x!, y!, logWeights!, bandwidth)));
    const scaled = (pull: Tensor) => div(div(pull, bandwidth), -bandwidth);
    return [
      () => scaled(sumOffsets(shares(), x!, y!)),
      () => scaled(sumOffsets(transpose(shares()), y!, x!)),
      () => sum(shares(), 0),
    ];
  },
});

/** logWeights_j - |x_i - y_j|^2 / (2 s^2), [N, M]. The square of s alone may be out of range. */
const exponents = (x: Tensor, y: Tensor, logWeights: Tensor, s: number): Tensor =>
  add(expandDims(logWeights, 0), div(div(squaredDistances(x, y), s), -2 * s));

/** Each term's share of the sum; none of an empty sum. */
function softmaxOrNone(logits: Tensor): Tensor {
  const logs = logSumExp(logits, 1, true);
  return exp(sub(logits, where(equal(logs, -Infinity), zerosLike(logs), logs)));
}
