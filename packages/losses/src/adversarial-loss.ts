import { type Tensor, type TensorLike, add, checkShape, tidy, toTensor } from '@surprisal/core/tensor';
import { checkFinite, readLabels } from './labels.js';
import { type LossOptions, LossTerms, reduceLosses } from './loss.js';

/**
 * A loss of the logits at a clean input and at a perturbed one, in nats. Gradients flow through both.
 *
 * @example
 * console.log(smoothAdversarialCompSum()([[2, 0]], [[1, 0.5]], [0]).dataSync()[0]!.toFixed(4)); // 1.6269
 */
export interface AdversarialLoss {
  /**
   * @param clean `[batch, classes]`, h(x)
   * @param perturbed `[batch, classes]`, h(x')
   * @param labels `[batch]` or `[batch, classes]`
   * @returns `[batch]`, or a scalar with a reduction
   * @throws ShapeError, DomainError
   */
  (clean: TensorLike, perturbed: TensorLike, labels: TensorLike, options?: LossOptions): Tensor;
  readonly method: string;
}

declare module '@surprisal/core' {
  interface Kinds {
    'adversarial-loss': AdversarialLoss;
  }
}

/** Makes an adversarial loss from the loss of each example, `[batch]`; checks, weights, reductions and memory are the same for all. */
export function makeAdversarialLoss(
  name: string,
  perExample: (clean: LossTerms, perturbed: LossTerms) => Tensor,
): AdversarialLoss {
  const loss = (clean: TensorLike, perturbed: TensorLike, labels: TensorLike, options: LossOptions = {}) =>
    tidy(() => {
      const [at, moved] = readPair(name, clean, perturbed, labels, options.ignoreIndex);
      const losses = perExample(at, moved);
      checkFinite(name, losses, add(at.logits, moved.logits));
      return reduceLosses(name, losses, at, options);
    });
  return Object.assign(loss, { method: name });
}

/** Checks the logits of clean and of perturbed inputs, and their labels. */
export function readPair(
  owner: string,
  clean: TensorLike,
  perturbed: TensorLike,
  labels: TensorLike,
  ignoreIndex?: number,
): [clean: LossTerms, perturbed: LossTerms] {
  const at = toTensor(clean);
  const moved = toTensor(perturbed);
  const dimensions = checkShape(owner, 'clean', at, ['batch', 'classes']);
  checkShape(owner, 'perturbed', moved, ['batch', 'classes'], dimensions);
  const known = readLabels(owner, labels, dimensions, ignoreIndex);
  return [new LossTerms(at, known), new LossTerms(moved, known)];
}
