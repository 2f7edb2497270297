import { type NdArray, ndarray } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  gradientsOf,
  slice,
  softmax,
  squeeze,
  stack,
  sub,
  toTensor,
  transpose,
} from '@surprisal/core/tensor';
import { everyEngine, goldens } from '@surprisal/testing';
import { bettiError, localBettiError } from './betti-error.js';
import { clDice } from './cl-dice.js';
import { dice } from './dice.js';
import { regionWise, rectifiedDepths } from './distance-maps.js';
import { hausdorff } from './hausdorff.js';
import { pixelCrossEntropy } from './pixel-cross-entropy.js';
import type { SegmentationLoss } from './segmentation-loss.js';
import { skeletonRecall } from './skeleton-recall.js';
import { skeletonOverlap, softClDice } from './soft-cl-dice.js';
import { softSkeleton } from './soft-skeleton.js';
import { persistenceLoss } from './topo-loss.js';
import { bettiNumbers } from './topology/components.js';
import { complement, imagesOf } from './topology/mask.js';
import { type PersistencePair, persistence } from './topology/persistence.js';
import { removalClasses, skeleton, tubedSkeleton } from './topology/thinning.js';
import { criticalPixels, simplePoints, warped } from './topology/warping.js';
import { softDice } from './tversky.js';
import { warpingLoss } from './warping-loss.js';

const engines: EngineName[] = ['cpu', 'wasm'];

/** The reference has the classes before the rows. */
const classesLast = (x: Tensor) => transpose(x, [0, 2, 3, 1]);

interface Batch {
  readonly logits: NdArray;
  readonly mask: NdArray;
}

/** A function of logits, and its gradient. */
const at = (f: (logits: Tensor) => Tensor, logits: NdArray) => {
  const { value, gradients } = gradientsOf((z) => f(classesLast(z!)), [toTensor(logits)]);
  return { value, gradient: gradients[0]! };
};
const lossAt = (loss: SegmentationLoss, { logits, mask }: Batch) => at((z) => loss(z, mask), logits);
const termOf = (loss: SegmentationLoss, without: SegmentationLoss, { logits, mask }: Batch) =>
  at((z) => sub(loss(z, mask), without(z, mask)), logits);

const perImage = (masks: NdArray, f: (mask: NdArray) => ArrayLike<number>) =>
  imagesOf(masks as NdArray<Int32Array>).flatMap((mask) => Array.from(f(mask)));

const columns = (pairs: readonly PersistencePair[], a: keyof PersistencePair, b: keyof PersistencePair) =>
  pairs.flatMap((pair) => [pair[a], pair[b]]);

goldens(
  import.meta.url,
  '40-topomortar',
  {
    ceDiceClDiceLosses({ inputs, params: { clDiceIterations: iterations, alpha, smooth, diceEps } }) {
      const crossEntropy = lossAt(pixelCrossEntropy(), inputs);
      const area = lossAt(softDice({ smooth: diceEps }), inputs);
      const centreline = lossAt(softClDice({ iterations, alpha, smooth }), inputs);
      const [batch, , height, width] = inputs.logits.shape;
      const probs = squeeze(
        slice(softmax(classesLast(toTensor(inputs.logits))), [0, 0, 0, 1], [batch, height, width, 1]),
        [3],
      );
      const overlap = skeletonOverlap(probs, toTensor(inputs.mask), { iterations, smooth });
      return {
        loss_ce: crossEntropy.value,
        grad_ce: crossEntropy.gradient,
        loss_dice: area.value,
        grad_dice: area.gradient,
        topology_precision: overlap.precision,
        topology_sensitivity: overlap.sensitivity,
        cl_dice_term: lossAt(softClDice({ iterations, alpha: 1, smooth }), inputs).value,
        soft_skeleton_foreground: softSkeleton(probs, iterations),
        loss_cldice: centreline.value,
        grad_cldice: centreline.gradient,
      };
    },
    async skeletonRecallLoss({ inputs, params: { smooth, weight } }) {
      const loss = skeletonRecall({ smooth, weight });
      const together = lossAt(loss, inputs);
      const term = termOf(loss, pixelCrossEntropy(), inputs);
      const images = imagesOf(inputs.mask as NdArray<Int32Array>);
      const size = inputs.logits.data.length / images.length;
      const recalls = images.map(async ({ data, shape }, i) => {
        const logits = ndarray(inputs.logits.data.subarray(i * size, (i + 1) * size), [1, 2, ...shape]);
        const { value } = termOf(loss, pixelCrossEntropy(), { logits, mask: ndarray(data, [1, ...shape]) });
        return -(await value.data())[0]! / weight;
      });
      return {
        recall_per_image: await Promise.all(recalls),
        skeleton_recall_loss: term.value,
        grad_skeleton_recall: term.gradient,
        ce_plus_skeleton_recall: together.value,
        grad_ce_plus_skeleton_recall: together.gradient,
      };
    },
    regionWiseLoss({ inputs }) {
      const { value, gradient } = lossAt(regionWise(), inputs);
      const maps = imagesOf(inputs.mask as NdArray<Int32Array>).flatMap((mask) =>
        [complement(mask), mask].flatMap((of) => Array.from(rectifiedDepths(of).data)),
      );
      return { map: maps, loss: value, grad_logits: gradient };
    },
  },
  { engines: everyEngine, partial: true },
);

/** These compute topology on the host, from values that are read at once. */
goldens(
  import.meta.url,
  '40-topomortar',
  {
    topoLoss({ inputs: { prob }, params: { target_betti, persistenceThreshold: threshold } }) {
      const { components, holes } = persistence(prob);
      const found = (target_betti as [number, number][]).map((target) =>
        gradientsOf((f) => persistenceLoss(f!, target, { threshold }), [toTensor(prob)]),
      );
      return {
        dim0_birth_death: columns(components, 'birth', 'death'),
        dim0_birth_death_index: columns(components, 'birthPixel', 'deathPixel'),
        dim1_birth_death: columns(holes, 'birth', 'death'),
        dim1_birth_death_index: columns(holes, 'birthPixel', 'deathPixel'),
        topo_loss: stack(found.map(({ value }) => value)),
        grad_prob: stack(found.map(({ gradients }) => gradients[0]!)),
        'betti_at_threshold_0.5': bettiNumbers(
          ndarray(
            Int32Array.from((prob as NdArray).data, (f) => (f > 0.5 ? 1 : 0)),
            prob.shape,
          ),
        ),
      };
    },
    warpingLoss({ inputs }) {
      const [prediction, mask] = [inputs.prediction, inputs.mask] as [NdArray, NdArray];
      const batch = { logits: inputs.logits, mask: ndarray(mask.data, [1, ...mask.shape]) };
      const { value, gradient } = termOf(warpingLoss({ weight: 1 }), softDice(), batch);
      return {
        simple_point_by_neighbourhood: Array.from(simplePoints),
        warped_mask: warped(mask, prediction),
        warped_prediction: warped(prediction, mask),
        critical_points: criticalPixels(prediction, mask),
        loss: value,
        grad_logits: gradient,
      };
    },
  },
  { engines, partial: true },
);

goldens(
  import.meta.url,
  '40-topomortar',
  {
    thinning: ({ inputs: { mask, random_mask } }) => ({
      removal_code_by_neighbourhood: Array.from(removalClasses),
      skeleton: perImage(mask, (image) => skeleton(image).data),
      tubed_skeleton: perImage(mask, (image) => tubedSkeleton(image).data),
      random_mask_skeleton: skeleton(random_mask),
    }),
    topologyMetrics({ inputs: { predictions, masks, examples }, params }) {
      const both = (metric: (dimension: number) => Float64Array) => {
        const [components, holes] = [metric(0), metric(1)];
        return Array.from(components).flatMap((error, i) => [error, holes[i]!]);
      };
      return {
        example_betti: perImage(examples, bettiNumbers),
        betti_pred: perImage(predictions, bettiNumbers),
        betti_mask: perImage(masks, bettiNumbers),
        betti_error: both((dimension) => bettiError({ dimension })(predictions, masks)),
        local_betti_error: both((dimension) =>
          localBettiError({ dimension, window: params.localWindow })(predictions, masks),
        ),
        dice: dice()(predictions, masks),
        cl_dice: clDice()(predictions, masks),
        hd95: hausdorff({ emptyDistance: params.hd95_empty_prediction })(predictions, masks),
      };
    },
  },
  { partial: true },
);
