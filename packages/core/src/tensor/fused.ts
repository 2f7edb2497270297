/**
 * Fused operations: each is defined once, in plain tfjs operations with a closed-form gradient (its composed form), and runs in one
 * kernel on engines that have one. A kernel is registered with tfjs under its name for a backend (`registerKernel`). Then the composed
 * form is used only where a gradient is to be differentiated again.
 *
 * N rows, C classes, D features; float32 unless said. `p = softmax(logits)`, `log p_k = (logits_k - max) - logSum` with `max` the largest
 * logit of the row and `logSum = log(sum_k exp(logits_k - max))`: their sum would lose digits of large logits. `dy` [N] is the gradient of
 * the first output. -Infinity masks a class. NaN or Infinity in a row, and a row of -Infinity alone, make its outputs NaN (but
 * `SurprisalLogSumExp` gives Infinity and -Infinity for the latter two).
 *
 * | kernel | inputs | attributes | outputs |
 * | --- | --- | --- | --- |
 * | `SurprisalSoftmaxCrossEntropy` | `logits` [N, C]; `labels`, int32 [N] or [N, C] | `tau`, `labelSmoothing`, `zLoss` | loss [N]; `statistics` [N, 4]: max, logSum, logScale, loss |
 * | `SurprisalSoftmaxCrossEntropyGrad` | `dy`, `logits`, `labels`, `statistics` | the same | gradient of `logits` [N, C] |
 * | `SurprisalLogSumExp` | `logits` [N, C] | | log-sum-exp [N]; `statistics` [N, 4]: max, logSum, 0, log-sum-exp |
 * | `SurprisalLogSumExpGrad` | `dy`, `logits`, `statistics` | | `dy p` [N, C]; 0 in a row of -Infinity |
 * | `SurprisalSoftmaxEntropy` | `logits` [N, C] | | entropy [N]; `statistics` [N, 4]: max, logSum, 0, entropy |
 * | `SurprisalSoftmaxEntropyGrad` | `dy`, `logits`, `statistics` | | `-dy p (log p + entropy)` [N, C]; 0 where p = 0 |
 * | `SurprisalSoftmaxKullbackLeibler` | `p`, `q`: logits [N, C] | `forward`, `reverse` | `forward KL(p; q) + reverse KL(q; p)` [N]; `statistics` [N, 6]: max and logSum of p, of q, KL(p; q), KL(q; p) |
 * | `SurprisalSoftmaxKullbackLeiblerGradP` | `dy`, `p`, `q`, `statistics` | the same | gradient of `p` [N, C] |
 * | `SurprisalSoftmaxKullbackLeiblerGradQ` | the same | the same | gradient of `q` [N, C] |
 * | `SurprisalSoftmaxJensenShannon` | `p`, `q`: logits [N, C] | | divergence [N]; `statistics` [N, 6]: max and logSum of p, of q, KL(p; m), KL(q; m) with m = (p + q) / 2 |
 * | `SurprisalSoftmaxJensenShannonGradP` | `dy`, `p`, `q`, `statistics` | | gradient of `p` [N, C] |
 * | `SurprisalSoftmaxJensenShannonGradQ` | the same | | gradient of `q` [N, C] |
 * | `SurprisalSquaredDistances` | `x` [N, D], `y` [M, D] | | squared distances [N, M] |
 * | `SurprisalSquaredDistancesGradX` | `dy` [N, M], `x`, `y` | | gradient of `x` [N, D] |
 * | `SurprisalSquaredDistancesGradY` | the same | | gradient of `y` [M, D] |
 * | `SurprisalLogGaussianKernelSums` | `x` [N, D], `y` [M, D], `logWeights` [M] | `bandwidth` s | log-sum-exp over j of `logWeights_j - distance_ij^2 / (2 s^2)` [N]; `statistics` [N, 4] as of `SurprisalLogSumExp` |
 * | `SurprisalLogGaussianKernelSumsGradX` | `dy`, the three, `statistics` | the same | gradient of `x` [N, D] |
 * | `SurprisalLogGaussianKernelSumsGradY` | the same | the same | gradients of `y` [M, D], `logWeights` [M] |
 * | `SurprisalLinearCrossEntropy` | `inputs` [N, D], `weights` [D, C], `bias` [C], `labels` int32 [N] | `labelSmoothing`, `zLoss` | loss [N]; `statistics` [N, 4]: max, logSum, what the kernels like, loss |
 * | `SurprisalLinearCrossEntropyGrad` | `dy`, the four, `statistics` | the same | gradients of `inputs`, `weights`, `bias` |
 *
 * The formulas stand with the public functions: `softmaxCrossEntropy` and so on. For cross-entropy, with `e = labelSmoothing`,
 * `q_k = (1 - e) label_k + e / C` (only `(1 - e) label_k` at a masked class) and `lse = max + logSum`:
 *
 *     loss     = sum_k q_k phi(log p_k) + zLoss lse^2,   phi(l) = -l at tau = 1, else expm1((tau - 1) l) / (1 - tau)
 *     logScale = log sum_k q_k p_k^(tau - 1)
 *     gradient = dy (p_k exp(logScale) - q_k p_k^(tau - 1) + 2 zLoss lse p_k)
 *
 * over the classes with q_k > 0, log p_k bounded below by -1e38, and p_k exp(logScale) taken as exp(log p_k + logScale). A sparse label
 * outside of [0, C) is no label: all its label_k are 0.
 */
import { type NamedAttrMap, engine, getBackend, getKernel } from '@surprisal/kernels/tfjs';
import type { Tensor } from './ops.js';

/** A gradient, or what computes it where it is asked for. */
export type LazyGradient = Tensor | (() => Tensor);

/** One computation of differentiable inputs and constants, with its gradient. Attributes are plain values. */
export interface FusedDefinition<A extends object> {
  /** What the kernels call the inputs, and then the constants. Without names there are no kernels. */
  readonly names?: readonly string[];
  /** The endings of the gradient kernels' names, and the inputs whose gradients each gives: by default `Grad`, of the first input. */
  readonly gradientKernels?: Readonly<Record<string, readonly string[]>>;
  /** The composed form. */
  forward(inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor;
  /** From the gradient of the output, the gradient of each input, in operations that can be differentiated again. */
  gradient(dy: Tensor, inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): readonly LazyGradient[];
}

/** A fused operation. Calling it uses the kernel of the engine in use, or the composed form. */
export interface FusedOperation<A extends object> {
  (inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor;
  /** The kernel's name, under which an engine may have it. */
  readonly kernel: string;
}

/**
 * Defines an operation once, in plain tfjs operations with a closed-form gradient, that runs in the kernel `Surprisal...` of the engine
 * in use where it has one. The first output of that kernel is the value; what else it gives, its gradient kernels, where there are some, get as `statistics`.
 *
 * @example
 * const scaled = defineFused<{ by: number }>('Scaled', {
 *   forward: ([x], _constants, { by }) => mul(x!, by),
 *   gradient: (dy, _inputs, _constants, { by }) => [mul(dy, by)],
 * });
 * console.log(scaled([tensor1d([1, 2])], [], { by: 3 }).dataSync().join()); // 3,6
 */
export function defineFused<A extends object>(operation: string, definition: FusedDefinition<A>): FusedOperation<A> {
  const kernel = `Surprisal${operation}`;
  const { names, gradientKernels = { Grad: names?.slice(0, 1) ?? [] } } = definition;

  function forward(inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor[] {
    if (!names || !getKernel(kernel, getBackend())) return [definition.forward(inputs, constants, attributes)];
    return [runKernel(kernel, named(names, [...inputs, ...constants]), attributes)].flat();
  }

  function gradient(dy: Tensor, [inputs, constants, [statistics]]: Parts, attributes: A): readonly LazyGradient[] {
    const composed = () => definition.gradient(dy, inputs, constants, attributes);
    if (!names || engine().isTapeOn()) return composed();
    const given = { dy, ...(statistics && { statistics }), ...named(names, [...inputs, ...constants]) };
    const gradients: LazyGradient[] = inputs.map((_, i) => () => valueOf(composed()[i]!));
    for (const [ending, of] of Object.entries(gradientKernels)) {
      if (!getKernel(kernel + ending, getBackend())) continue;
      const run = () => [runKernel(kernel + ending, given, attributes)].flat();
      const together = of.length > 1 ? run() : undefined;
      of.forEach((name, i) => (gradients[names.indexOf(name)] = together?.[i] ?? (() => run()[0]!)));
    }
    return gradients;
  }

  const run = (inputs: readonly Tensor[], constants: readonly Tensor[], attributes: A): Tensor => {
    const parts = (saved: readonly Tensor[]): Parts => [
      inputs.map((input, i) => (input.isDisposed ? saved[i]! : input)),
      saved.slice(inputs.length, inputs.length + constants.length),
      saved.slice(inputs.length + constants.length),
    ];
    return runDifferentiable({
      inputs: Object.fromEntries(inputs.entries()),
      forwardFunc(_backend, save) {
        const [value, ...left] = forward(inputs, constants, attributes);
        save([...inputs, ...constants, ...left]);
        return value!;
      },
      backwardsFunc: (dy, saved) =>
        Object.fromEntries(gradient(dy, parts(saved), attributes).map((gradient, i) => [i, () => valueOf(gradient)])),
    });
  };
  return Object.assign(run, { kernel });
}

/** Inputs, constants, and what the forward pass left. */
type Parts = readonly [readonly Tensor[], readonly Tensor[], readonly Tensor[]];

/** tfjs's `customGrad` is made of this; it computes every gradient, asked for or not. */
const runDifferentiable = (operation: {
  readonly inputs: Readonly<Record<string, Tensor>>;
  forwardFunc(backend: unknown, save: (tensors: Tensor[]) => void): Tensor;
  backwardsFunc(dy: Tensor, saved: Tensor[]): Record<string, () => Tensor>;
}): Tensor => (engine() as unknown as { runKernelFunc(given: object): Tensor }).runKernelFunc(operation);

const runKernel = (name: string, inputs: Record<string, Tensor>, attributes: object): Tensor | Tensor[] =>
  engine().runKernel(name, inputs, attributes as NamedAttrMap);

const named = (names: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor]));

const valueOf = (gradient: LazyGradient): Tensor => (typeof gradient === 'function' ? gradient() : gradient);
