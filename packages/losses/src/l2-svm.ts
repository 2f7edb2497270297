import { defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  checkShape,
  greater,
  mul,
  neg,
  relu,
  square,
  sub,
  sum,
  tidy,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { withoutHiding } from './labels.js';
import { type Loss, type LossTerms, makeLoss } from './loss.js';

/** A margin loss with the objective of its support vector machine. */
export interface SvmLoss extends Loss {
  /**
   * The whole objective, a scalar: half the squared norm of the classifier's kernel, and the sum of the losses over the batch.
   *
   * @param scores `[batch, classes]`
   * @param kernel `[features, classes]`, the kernel of the linear classifier alone
   */
  objective(scores: TensorLike, labels: TensorLike, kernel: TensorLike): Tensor;
}

/**
 * The margin loss of a linear one-vs-rest support vector machine, `C sum_k max(0, 1 - Y_k s_k)^norm` with Y = 1 at the label and -1
 * elsewhere: the sum over classes; no unit. Its machine minimises `objective`, a sum over the batch: learning rate and C depend on the batch size.
 * A score of -Infinity costs nothing, or Infinity at the label. NaN and +Infinity are refused, as in every loss, also where the hinge alone would be 0 or
 * NaN: they are a model that has diverged. Of an empty batch the objective is that of the kernel alone.
 *
 * @param params `penaltyC` > 0, default 0.5; `norm` 1 or 2, default 2: 1 does not square the hinge
 * @throws DomainError when a parameter is out of range
 *
 * Agarap: A Neural Network Architecture Combining Gated Recurrent Unit (GRU) and Support Vector Machine (SVM), 2017, arXiv:1709.03082.
 *
 * @example
 * const svm = l2Svm({ penaltyC: 1 });
 * console.log(svm([[2, 0, -0.5]], [0]).dataSync()[0]); // 1.25
 * console.log(svm.objective([[2, 0, -0.5]], [0], [[1, 1, 0]]).dataSync()[0]); // 2.25
 */
export const l2Svm = defineMethod(
  {
    kind: 'loss',
    name: 'l2-svm',
    summary: 'Squared hinge of each class against the rest: a support vector machine on the last layer.',
    formula: 'C Σ_k max(0, 1 − Y_k s_k)²',
    paper: paper(17),
    params: z.object({
      penaltyC: z.number().gt(0).default(0.5).meta({ upTo: 5, step: 0.1 }).describe('weight of violated margins'),
      norm: z.int().min(1).max(2).default(2).describe('exponent of the hinge'),
    }),
  },
  ({ penaltyC, norm }): SvmLoss => {
    const hinge = (lead: Tensor) => (norm === 2 ? square(relu(sub(1, lead))) : relu(sub(1, lead)));
    const weighted = (share: Tensor, lead: Tensor) =>
      mul(share, hinge(where(greater(share, 0), lead, zerosLike(lead)))); // 0 times a hinge of Infinity is 0
    const loss = makeLoss('l2-svm', ({ logits, targets }: LossTerms) => {
      const each = add(weighted(targets, logits), weighted(sub(1, targets), neg(logits)));
      return withoutHiding(mul(sum(each, 1), penaltyC), logits);
    });
    const objective = (scores: TensorLike, labels: TensorLike, kernel: TensorLike) =>
      tidy(() => {
        const given = toTensor(scores);
        const weights = toTensor(kernel);
        checkShape('l2-svm', 'kernel', weights, ['features', 'classes'], { classes: given.shape[1]! });
        return add(mul(sum(square(weights)), 0.5), loss(given, labels, { reduction: 'sum' }));
      });
    return Object.assign(loss, { objective });
  },
);
