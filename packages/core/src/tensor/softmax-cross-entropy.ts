import { ShapeError } from '../errors.js';
import { type CrossEntropyAttributes, labelGradient, logitGradient, rowLosses } from './cross-entropy-rows.js';
import { defineFused } from './fused.js';
import { type Tensor, cast, expandDims, mul } from './ops.js';
import { checkShape } from './shape.js';

/** How the cross-entropy of logits is changed; without options it is `-log p_y`. */
export interface CrossEntropyOptions {
  /** Default 1. The member of the comp-sum family, >= 0: 0 is the sum-exponential loss, 1 + q generalized cross-entropy, 2 mean absolute error. */
  readonly tau?: number;
  /** Default 0. The part of the label, in [0, 1], that is spread evenly over all classes; a masked class gets none of it. */
  readonly labelSmoothing?: number;
  /** Default 0. The weight of the square of the log-sum-exp, which keeps logits from drifting. */
  readonly zLoss?: number;
}

/**
 * The softmax cross-entropy of each row in nats, `[N]`, with the options' changes:
 *
 * `sum_k q_k phi(log p_k) + zLoss log(sum_k exp h_k)^2` with p = softmax(h), q the smoothed label, and
 * `phi(l) = (1 - e^((tau - 1) l)) / (tau - 1)`, the limit `-l` at tau = 1.
 *
 * In one kernel on engines that have it, with the gradient of the logits; also the gradient of soft labels is right. Labels are not
 * checked: an index that is no class counts as no label.
 *
 * @param logits `[N, C]`; -Infinity masks a class
 * @param labels int32 `[N]`, class indices, or float32 `[N, C]`, probabilities
 * @throws ShapeError for other shapes
 *
 * Comp-sum family: Mao, Mohri, Zhong: Cross-Entropy Loss Functions, ICML 2023, arXiv:2304.07288. z-loss: Chowdhery et al.: PaLM, 2022,
 * arXiv:2204.02311.
 *
 * @example
 * const logits = tensor2d([[2, 0, -1]]);
 * console.log(softmaxCrossEntropy(logits, tensor1d([0], 'int32')).dataSync()[0]!.toFixed(4)); // 0.1698
 * console.log(softmaxCrossEntropy(logits, tensor2d([[0.5, 0.5, 0]]), { tau: 2 }).dataSync()[0]!.toFixed(4)); // 0.5210
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { tau = 1, labelSmoothing = 0, zLoss = 0 } = options;
  const { rows, classes } = checkShape('softmaxCrossEntropy', 'logits', logits, ['rows', 'classes']);
  const sparse = labels.rank === 1 && labels.dtype === 'int32';
  if (labels.shape.join() !== (sparse ? `${rows}` : `${rows},${classes}`)) {
    const expected = `int32 [rows] or float32 [rows, classes] with rows = ${rows}, classes = ${classes}`;
    throw new ShapeError(
      `softmaxCrossEntropy: labels must be ${expected}, got ${labels.dtype} [${labels.shape.join(', ')}]`,
    );
  }
  const attributes = { tau: isOne(tau) ? 1 : tau, labelSmoothing, zLoss };
  return sparse
    ? crossEntropyKernel([logits], [labels], attributes)
    : crossEntropyKernel([logits, cast(labels, 'float32')], [], attributes);
}

/** Around tau = 1 the limit is taken: float32 would lose digits in the division. */
const isOne = (tau: number) => Math.abs(tau - 1) < 1e-6;

/**
 * The gradient is put together in log space: automatic differentiation would multiply infinity by zero for tau < 1 and a confidently
 * wrong prediction.
 */
const crossEntropyKernel = defineFused<CrossEntropyAttributes>('SoftmaxCrossEntropy', {
  names: ['logits', 'labels'],
  forward: ([logits, dense], [sparse], attributes) => rowLosses(logits!, sparse ?? dense!, attributes),
  gradient(dy, [logits, dense], [sparse], attributes) {
    const ofLogits = () => mul(expandDims(dy, 1), logitGradient(logits!, sparse ?? dense!, attributes));
    const ofLabels = () => mul(expandDims(dy, 1), labelGradient(logits!, attributes));
    return dense ? [ofLogits, ofLabels] : [ofLogits];
  },
});
