import { type Memory, type NdArray, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  cast,
  checkShape,
  fill,
  greater,
  less,
  tidy,
  toTensor,
  where,
} from '@surprisal/core/tensor';
import { Kept, memoryOf, numSamplesParam, readSampleIds } from './kept.js';
import { checkFinite, readLabels, withoutHiding } from './labels.js';
import { type Loss, type LossOptions, LossTerms, makeLoss } from './loss.js';
import { generalizedOf, truncatedGce, truncatedOf } from './noise-robust.js';

/** Options of a loss that keeps or drops each example of the training set. */
export interface PrunedGceOptions extends LossOptions {
  /** `[batch]`, the place of each example in the training set, 0 to numSamples - 1; without it the loss is {@link truncatedGce}. */
  readonly sampleIds?: TensorLike;
}

/** A loss of the examples of the training set that are kept. */
export interface PrunedGce extends Loss {
  (logits: TensorLike, labels: TensorLike, options?: PrunedGceOptions): Tensor;
  /**
   * Decides anew which of some examples are kept: those whose loss is below that of probability k. Call it on all of the training set every few
   * epochs, from the middle of the training on.
   *
   * @param sampleIds `[batch]`, the place of each example in the training set
   * @throws ShapeError for other shapes; DomainError for ids or labels out of range and logits that are NaN
   */
  prune(logits: TensorLike, labels: TensorLike, sampleIds: TensorLike): void;
  /** `[numSamples]`, 1 for the examples that are kept, which at first are all, and 0 for the others. */
  kept(): Promise<NdArray>;
  /** Which examples are kept; reset keeps all. */
  readonly memory: Memory;
}

const OWNER = 'pruned-gce';

/**
 * Truncated generalized cross-entropy by alternating minimisation: `w_i (1 - p_y^q) / q + (1 - w_i) (1 - k^q) / q`, with w_i from 0 to 1 for each
 * example of the training set. For fixed weights of the network it is least at w_i = 1 where p_y > k and 0 elsewhere, which is
 * {@link truncatedGce}, and which `prune` sets; for fixed w a training makes it smaller. Between two prunings, unlike truncated GCE, an example that is
 * kept has a gradient however improbable its label, and one that is dropped has none.
 *
 * All examples are kept until the first `prune`: the loss is then generalized cross-entropy. What is dropped counts as a constant, in means too. Loaders
 * that shuffle must hand on the ids, not the positions.
 *
 * @param params `q` in (0, 1], default 0.7; `k` in [0, 1), default 0.5; `numSamples` >= 1 (60000)
 * @throws DomainError when a parameter or an id is out of range; ShapeError when `sampleIds` is not [batch]
 *
 * Zhang, Sabuncu: Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018, arXiv:1805.07836, section 3.3.
 *
 * @example
 * const loss = prunedGce({ numSamples: 2 });
 * loss.prune([[2, 0], [2, 0]], [0, 1], [0, 1]);
 * console.log((await loss.kept()).data.join()); // 1,0
 */
export const prunedGce = defineMethod(
  {
    kind: 'loss',
    name: OWNER,
    summary: 'Generalized cross-entropy of the examples that are kept; now and then those with improbable labels are dropped.', // prettier-ignore
    formula: 'w_i (1 − p_y^q) / q + (1 − w_i) (1 − k^q) / q',
    params: truncatedGce.info.params.extend({ numSamples: numSamplesParam }),
  },
  ({ q, k, numSamples }): PrunedGce => {
    const kept = new Kept([numSamples], 1);
    const generalized = (terms: LossTerms) => terms.expectation((logProb) => generalizedOf(logProb, q));
    const most = -Math.expm1(q * Math.log(k)) / q;
    const perExample = (terms: LossTerms, { sampleIds }: PrunedGceOptions) => {
      if (sampleIds === undefined) return truncatedOf(terms, q, k);
      const [batch] = terms.logits.shape as [number];
      const isKept = greater(kept.at(readSampleIds(OWNER, sampleIds, batch, numSamples)), 0);
      return withoutHiding(where(isKept, generalized(terms), fill([batch], most)), terms.logits);
    };
    return Object.assign(makeLoss<PrunedGceOptions>(OWNER, perExample), {
      prune(logits: TensorLike, labels: TensorLike, sampleIds: TensorLike): void {
        tidy(() => {
          const scores = toTensor(logits);
          const dimensions = checkShape(OWNER, 'logits', scores, ['batch', 'classes']);
          const losses = generalized(new LossTerms(scores, readLabels(OWNER, labels, dimensions)));
          checkFinite(OWNER, losses, scores);
          const places = readSampleIds(OWNER, sampleIds, dimensions['batch']!, numSamples);
          kept.put(places, cast(less(losses, most), 'float32'));
        });
      },
      kept: () => kept.read(),
      memory: memoryOf(OWNER, { kept }),
    });
  },
);
