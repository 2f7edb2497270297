import { paper } from '@surprisal/core';
import { type Tensor, mean, mul, stack } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import { distancesInside, distancesTo } from './topology/distance-transform.js';
import { type Mask, complement } from './topology/mask.js';

/**
 * Region-wise loss: `mean(p R)` over pixels and classes, where R is 1 outside of a class, and inside minus the distance to the other classes over its
 * maximum. Inside an image that is one class throughout, R is -1, the limit; of a class that is not there, it is 1.
 *
 * Valverde, Tohka: Region-wise Loss for Biomedical Image Segmentation, 2023, arXiv:2108.01405.
 *
 * @example
 * console.log(regionWise()([[[0, 0, 0]]], [[[1, 1, 0]]]).dataSync()[0]!.toFixed(4)); // 0.0417
 */
export const regionWise = defineSegmentationLoss({
  name: 'region-wise',
  summary: 'Probability where it must not be, minus that where it must, more so the deeper inside.',
  formula: 'mean p R',
  paper: paper(40),
  params: z.object({}),
  ofBatch(terms) {
    const maps = Array.from({ length: terms.shape[3] }, (_, c) =>
      terms.perImage(terms.masksOf(c).map(rectifiedDepths)),
    );
    return mean(mul(terms.probs, stack(maps, 3)));
  },
});

/** The map R of a class: what the probability of each pixel costs. */
export function rectifiedDepths(mask: Mask): { data: Float64Array } {
  const { data } = distancesInside(mask);
  const deepest = data.reduce((a, b) => Math.max(a, b), 0);
  return {
    data: data.map((depth, i) => (mask.data[i] === 0 ? 1 : deepest === Infinity ? -1 : -depth / deepest)),
  };
}

/**
 * Boundary loss: the mean of the foreground's probability times the signed distance to its boundary in pixels, positive outside. It is an integral over how far
 * the predicted boundary is off, and does not mind how few pixels are foreground; an empty or full mask has no boundary and counts nothing. Meant to be added
 * to a loss of regions: `weightedSum([[ceDice(), 1], [boundary(), 0.01]])`.
 *
 * Kervadec et al.: Boundary loss for highly unbalanced segmentation, 2019, arXiv:1812.07032.
 *
 * @example
 * console.log(boundary()([[[-9, 9, 9, 9]]], [[[1, 1, 0, 0]]]).dataSync()[0]!.toFixed(3)); // 0.750
 */
export const boundary = defineSegmentationLoss({
  name: 'boundary',
  summary: 'How far the predicted boundary is off, as a mean over the image.',
  formula: 'mean p φ, φ the signed distance',
  params: z.object({}),
  ofBatch(terms) {
    const ofClass = (c: number): Tensor =>
      mean(mul(terms.probsOf(c), terms.perImage(terms.masksOf(c).map(signedDistances))));
    return mean(stack(terms.foreground.map(ofClass)));
  },
});

/** The distance of each pixel to the boundary of a mask: of those outside to its nearest pixel, of those inside minus the steps from its rim. */
export function signedDistances(mask: Mask): { data: Float64Array } {
  const [outside, inside] = [distancesTo(mask).data, distancesTo(complement(mask)).data];
  const none = outside[0] === Infinity || inside[0] === Infinity;
  return { data: outside.map((distance, i) => (none ? 0 : mask.data[i] === 1 ? 1 - inside[i]! : distance)) };
}
