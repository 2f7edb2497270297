import { Tensor, Variable, customGrad, tidy, valueAndGrads, variableGrads } from './ops.js';

/** A differentiable function of tensors, with the formula of its gradient. */
export interface Differentiable {
  forward(...inputs: Tensor[]): Tensor;
  /** From the gradient of the output, the gradient of each input. What is constant is closed over, not passed in. */
  gradient(dy: Tensor, ...inputs: Tensor[]): Tensor[];
}

/**
 * Gives a function a gradient of its own, where the one that automatic differentiation finds is slow or not finite.
 *
 * The gradient is computed from the inputs, not from saved outputs, so that it can be differentiated again.
 *
 * @example
 * const safeSqrt = withGradient({ forward: sqrt, gradient: (dy, x) => [where(x.greater(0), dy.div(sqrt(x).mul(2)), 0)] });
 */
export function withGradient({ forward, gradient }: Differentiable): (...inputs: Tensor[]) => Tensor {
  return (...inputs) =>
    customGrad((...args: unknown[]) => {
      args.pop(); // the last argument is tfjs's function for saving tensors
      return { value: forward(...(args as Tensor[])), gradFunc: (dy: Tensor) => gradient(dy, ...inputs) };
    })(...inputs);
}

/**
 * The value of a scalar function of tensors and its gradients, without the two tensors per call that `tf.grad` leaves behind.
 *
 * @example
 * const { value, gradients } = gradientsOf((logits) => mean(loss(logits, labels)), [logits]);
 */
export function gradientsOf(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): { value: Tensor; gradients: Tensor[] } {
  const kept = tidy(() => {
    const { value, grads } = valueAndGrads(f as (...args: Tensor[]) => Tensor)([...inputs]);
    return [value, ...grads];
  });
  return { value: kept[0]!, gradients: kept.slice(1) };
}

/** The value of a scalar function and its gradients with respect to variables, by name. */
export function variableGradientsOf(
  f: () => Tensor,
  variables: readonly Variable[],
): { value: Tensor; gradients: Record<string, Tensor> } {
  const { value, grads } = variableGrads(f as () => never, [...variables]);
  return { value, gradients: grads };
}
