import { type Tensor, type Variable, clone, customGrad, tidy, valueAndGrads, variableGrads, zerosLike } from './ops.js';

/** A computation with the formula of its gradient. */
export interface Differentiable {
  /** From differentiable inputs and constants (labels, masks), the output. */
  forward(inputs: readonly Tensor[], constants: readonly Tensor[]): Tensor;
  /** From the gradient of the output, the gradient of each input. */
  gradient(dy: Tensor, inputs: readonly Tensor[], constants: readonly Tensor[]): Tensor[];
}

/**
 * Gives a computation a gradient of its own, where the one that automatic differentiation finds is slow or not finite.
 *
 * The gradient is computed from the inputs themselves as long as they live, so that it can be differentiated again, and from
 * saved copies where a `tidy` has disposed of them.
 *
 * @example
 * const root = withGradient({
 *   forward: ([x]) => sqrt(x!),
 *   gradient: (dy, [x]) => [where(greater(x!, 0), div(dy, mul(sqrt(x!), 2)), zerosLike(x!))],
 * });
 * const { gradients } = gradientsOf((x) => sum(root([x!])), [tensor1d([0, 4])]);
 * console.log(gradients[0]!.dataSync().join()); // 0,0.25
 */
export function withGradient({ forward, gradient }: Differentiable) {
  return (inputs: readonly Tensor[], constants: readonly Tensor[] = []): Tensor =>
    customGrad((...args: unknown[]) => {
      const save = args.pop() as (tensors: Tensor[]) => void;
      save([...inputs, ...constants]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) => {
        const living = inputs.map((input, i) => (input.isDisposed ? saved[i]! : input));
        return gradient(dy, living, saved.slice(inputs.length));
      };
      return { value: forward(args as Tensor[], constants), gradFunc };
    })(...inputs);
}

/**
 * The value of `f(...inputs)`, held constant in differentiation: its gradient is 0, and `f` may use operations that have none.
 *
 * @example
 * const { gradients } = gradientsOf((x) => sum(mul(x!, stopGradient(square, [x!]))), [tensor1d([3])]);
 * console.log(gradients[0]!.dataSync().join()); // 9
 */
export const stopGradient = (f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor =>
  withGradient({
    forward: (given) => clone(f(...given)), // f may hand an input on, which has a gradient of its own
    gradient: (_dy, given) => given.map((input) => zerosLike(input)),
  })(inputs);

/**
 * The value of a scalar function of tensors and its gradients, without the two tensors per call that `tf.grad` leaves behind.
 *
 * @example
 * const { value, gradients } = gradientsOf((x) => sum(square(x!)), [tensor1d([1, 2])]);
 * console.log(value.dataSync()[0], gradients[0]!.dataSync().join()); // 5 2,4
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
