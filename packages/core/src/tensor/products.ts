import { engine } from '@surprisal/kernels/tfjs';
import { gradientsOf } from './gradients.js';
import { type Tensor, addN, concat, fill, mul, reshape, slice, stack, sum, tidy, zerosLike } from './ops.js';

/** The value of `f(...inputs)` and `dy` times its Jacobian; 0 for an input that it does not depend on. Variables are inputs like any other. */
function backward(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], dy?: Tensor) {
  const { value, grads } = engine().gradients(() => f(...inputs), [...inputs], dy as never, true);
  const gradients = (grads as (Tensor | undefined)[]).map((gradient, i) => gradient ?? zerosLike(inputs[i]!));
  return { value: value as Tensor, gradients };
}

const inner = (a: readonly Tensor[], b: readonly Tensor[]) => addN(a.map((x, i) => sum(mul(x, b[i]!))));

/**
 * The derivative of `f` along tangents: J v, of the shape of `f(...inputs)`. Exact: `w J` is linear in `w`, and is differentiated with
 * respect to it. It costs about as much as two gradients.
 *
 * @param inputs tensors or variables; `f` may use variables without taking them as arguments
 * @param tangents one of the shape of each input
 *
 * @example
 * const slope = jvp((x) => square(x!), [tensor1d([1, 3])], [tensor1d([1, 10])]);
 * console.log(slope.dataSync().join()); // 2,60
 */
export const jvp = (
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor =>
  tidy(() => {
    const weights = zerosLike(f(...inputs));
    const along = (w: Tensor) => inner(backward(f, inputs, w).gradients, tangents);
    return gradientsOf(along as () => Tensor, [weights]).gradients[0]!;
  });

/**
 * The second derivatives of a scalar function times vectors: sum_j H_ij v_j for each input i.
 *
 * @example
 * const products = hvp((x) => sum(mul(square(x!), x!)), [tensor1d([1, 2])], [tensor1d([1, 10])]);
 * console.log(products[0]!.dataSync().join()); // 6,120
 */
export const hvp = (
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[],
): Tensor[] => tidy(() => backward((...given) => inner(backward(f, given).gradients, vectors), inputs).gradients);

/**
 * The Jacobian of `f` at a tensor, row by row: the shape of `f(input)`, then that of the input.
 *
 * @example
 * console.log(jacobian((x) => square(x), tensor1d([1, 3])).arraySync()); // [ [ 2, 0 ], [ 0, 6 ] ]
 */
export const jacobian = (f: (input: Tensor) => Tensor, input: Tensor): Tensor =>
  tidy(() => {
    const y = f(input);
    const rows = Array.from({ length: y.size }, (_, i) => {
      const dy = tidy(() =>
        reshape(concat([0, 1, 0].map((v, k) => fill([k === 0 ? i : k === 1 ? 1 : y.size - i - 1], v))), y.shape),
      );
      return tidy(() => backward(f as () => Tensor, [input], dy).gradients[0]!);
    });
    return reshape(stack(rows), [...y.shape, ...input.shape]);
  });

/**
 * The gradient of the loss of every example alone: for each variable, [batch, ...shape of the variable].
 *
 * @param loss of a batch of one: of slices [1, ...] of the tensors of `batch`
 *
 * @example
 * const w = tensor1d([2]).variable();
 * const { gradients } = perExampleGradients((x) => sum(square(mul(x!, w))), { w }, [tensor2d([[1], [3]])]);
 * console.log(gradients['w']!.dataSync().join()); // 4,36
 */
export const perExampleGradients = (
  loss: (...example: Tensor[]) => Tensor,
  variables: Readonly<Record<string, Tensor>>,
  batch: readonly Tensor[],
): { values: Tensor; gradients: Record<string, Tensor> } =>
  tidy(() => {
    const inputs = Object.values(variables);
    const examples = Array.from({ length: batch[0]!.shape[0]! }, (_, i) =>
      tidy(() => {
        const example = batch.map((x) => slice(x, [i, ...x.shape.slice(1).map(() => 0)], [1, ...x.shape.slice(1)]));
        const { value, gradients } = backward(() => sum(loss(...example)), inputs);
        return [value, ...gradients];
      }),
    );
    const stacked = (k: number) => stack(examples.map((tensors) => tensors[k]!));
    const named = Object.keys(variables).map((name, k) => [name, stacked(k + 1)] as const);
    return { values: stacked(0), gradients: Object.fromEntries(named) };
  });
