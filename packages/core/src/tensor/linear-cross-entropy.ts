import { ShapeError } from '../errors.js';
import { logitGradient, rowLosses } from './cross-entropy-rows.js';
import { defineFused } from './fused.js';
import {
  type Tensor,
  add,
  concat,
  dispose,
  expandDims,
  matMul,
  mul,
  slice,
  sum,
  tidy,
  zeros,
  zerosLike,
} from './ops.js';
import { checkShape } from './shape.js';

/** Options of {@link linearCrossEntropy}. */
export interface LinearCrossEntropyOptions {
  /** `[C]`, default none. */
  readonly bias?: Tensor;
  /** Default 0. The part of the label, in [0, 1], that is spread evenly over all classes. */
  readonly labelSmoothing?: number;
  /** Default 0. The weight of the square of the log-sum-exp. */
  readonly zLoss?: number;
}

interface Attributes {
  readonly labelSmoothing: number;
  readonly zLoss: number;
}

/**
 * The softmax cross-entropy of a linear layer, `softmaxCrossEntropy(inputs weights + bias, labels)`, `[N]` in nats, whose logits
 * `[N, C]` are never stored: they are computed a block at a time, and again for the gradient. With many classes they would take most of
 * the memory.
 *
 * @param inputs `[N, D]`
 * @param weights `[D, C]`
 * @param labels int32 `[N]`, class indices; one that is no class counts as no label
 * @throws ShapeError for other shapes
 *
 * Wijmans et al.: Cut Your Losses in Large-Vocabulary Language Models, 2024, arXiv:2411.09009.
 *
 * @example
 * const loss = linearCrossEntropy(tensor2d([[1, 2]]), tensor2d([[2, 0, -1], [0, 0, 0]]), tensor1d([0], 'int32'));
 * console.log(loss.dataSync()[0]!.toFixed(4)); // 0.1698
 */
export function linearCrossEntropy(
  inputs: Tensor,
  weights: Tensor,
  labels: Tensor,
  options: LinearCrossEntropyOptions = {},
): Tensor {
  const owner = 'linearCrossEntropy';
  const { rows, features } = checkShape(owner, 'inputs', inputs, ['rows', 'features']) as Record<string, number>;
  const { classes } = checkShape(owner, 'weights', weights, ['features', 'classes'], { features: features! });
  checkShape(owner, 'labels', labels, ['rows'], { rows: rows! });
  if (labels.dtype !== 'int32')
    throw new ShapeError(`${owner}: labels must be int32, got ${labels.dtype}; cast them first`);
  const { bias = zeros([classes!]), labelSmoothing = 0, zLoss = 0 } = options;
  checkShape(owner, 'bias', bias, ['classes'], { classes: classes! });
  return linearKernel([inputs, weights, bias], [labels], { labelSmoothing, zLoss });
}

const linearKernel = defineFused<Attributes>('LinearCrossEntropy', {
  names: ['inputs', 'weights', 'bias', 'labels'],
  gradientKernels: { Grad: ['inputs', 'weights', 'bias'] },
  forward([inputs, weights, bias], [labels], attributes) {
    const losses = blocks(inputs!, weights!).map((block) =>
      tidy(() => rowLosses(logitsOf(block(inputs!), weights!, bias!), block(labels!), { tau: 1, ...attributes })),
    );
    return concat(losses, 0);
  },
  gradient(dy, [inputs, weights, bias], [labels], attributes) {
    const ofInputs: Tensor[] = [];
    let rest = [zerosLike(weights!), zerosLike(bias!)];
    for (const block of blocks(inputs!, weights!)) {
      const before = rest;
      const [first, ...sums] = tidy(() => {
        const x = block(inputs!);
        const ofLogits = logitGradient(logitsOf(x, weights!, bias!), block(labels!), { tau: 1, ...attributes });
        const scaled = mul(expandDims(block(dy), 1), ofLogits);
        return [
          matMul(scaled, weights!, false, true),
          add(before[0]!, matMul(x, scaled, true)),
          add(before[1]!, sum(scaled, 0)),
        ];
      });
      dispose(before);
      ofInputs.push(first!);
      rest = sums;
    }
    return [concat(ofInputs, 0), ...rest];
  },
});

const logitsOf = (inputs: Tensor, weights: Tensor, bias: Tensor): Tensor => add(matMul(inputs, weights), bias);

/** Logits of a block, 4 MB of them. */
const BLOCK = 2 ** 20;

/** The rows of tensors `[N, ...]`, some at a time. */
function blocks(inputs: Tensor, weights: Tensor): ((x: Tensor) => Tensor)[] {
  const [rows, most] = [inputs.shape[0]!, Math.max(1, Math.floor(BLOCK / weights.shape[1]!))];
  return Array.from({ length: Math.max(1, Math.ceil(rows / most)) }, (_, i) => (x: Tensor) => {
    const size = Math.min(most, rows - i * most);
    return slice(x, [i * most, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);
  });
}
