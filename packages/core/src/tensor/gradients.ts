import { DomainError } from '../errors.js';
import {
  type Tensor,
  type Variable,
  add,
  clone,
  customGrad,
  div,
  maximum,
  mul,
  scalar,
  sqrt,
  square,
  sum,
  tidy,
  valueAndGrads,
  variableGrads,
  zerosLike,
} from './ops.js';

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

/**
 * Gradients, made shorter together so that the root of the sum of all their squares is at most `maxNorm`; of a shorter one nothing changes. Clip some
 * of a model's gradients by handing on these alone. A norm that float32 cannot hold makes finite gradients 0; NaN stays NaN.
 *
 * @param gradients by any names
 * @param maxNorm > 0
 * @throws DomainError when maxNorm is not above 0
 *
 * Pascanu, Mikolov, Bengio: On the Difficulty of Training Recurrent Neural Networks, 2013, arXiv:1211.5063.
 *
 * @example
 * const { a, b } = clipByGlobalNorm({ a: tensor1d([3, 0]), b: tensor1d([8]) }, 1);
 * console.log(clipByGlobalNorm({ a: tensor1d([3]), b: tensor1d([4]) }, 10).b!.dataSync()[0]); // 4
 * console.log([...a!.dataSync(), ...b!.dataSync()].map((x) => x.toFixed(2)).join()); // 0.35,0.00,0.94
 */
export function clipByGlobalNorm(gradients: Readonly<Record<string, Tensor>>, maxNorm: number): Record<string, Tensor> {
  if (!(maxNorm > 0)) throw new DomainError(`clipByGlobalNorm: maxNorm must be above 0, got ${maxNorm}`);
  return tidy(() => {
    const squares = Object.values(gradients).map((gradient) => sum(square(gradient)));
    const norm = sqrt(squares.reduce((total, part) => add(total, part), scalar(0)));
    const factor = div(maxNorm, maximum(norm, maxNorm));
    return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]));
  });
}
