import { paper } from '@surprisal/core';
import { quantile } from '@surprisal/core/numerics';
import { z } from 'zod';
import { defineSegmentationMetric } from './segmentation-metric.js';
import { distancesTo } from './topology/distance-transform.js';
import { type Mask, areaOf } from './topology/mask.js';
import { boundaryOf } from './topology/morphology.js';

/**
 * HD95: the 95th percentile of the distances in pixels from the boundary of either mask to that of the other, all in one pool. The boundary is what an erosion by
 * a plus takes away, with background beyond the image. 0 for two empty masks, `emptyDistance` when one is.
 *
 * @param params `percentile` in [0, 100], default 95; 100 is the Hausdorff distance; `emptyDistance` >= 0, default Infinity (the authors of the
 * benchmark have 9999999)
 *
 * @example
 * console.log(hausdorff()([[1, 0, 0, 0, 0]], [[0, 0, 0, 1, 0]])[0]); // 3
 */
export const hausdorff = defineSegmentationMetric({
  name: 'hd95',
  summary: 'How far boundaries are apart in pixels, but for the farthest 5%.',
  paper: paper(40),
  better: 'lower',
  params: z.object({
    percentile: z.number().min(0).max(100).default(95).describe('100: Hausdorff distance'),
    emptyDistance: z
      .union([z.number().min(0), z.literal(Infinity)])
      .default(Infinity)
      .describe('distance when one of the masks is empty'),
  }),
  ofImage(prediction, mask, { percentile, emptyDistance }) {
    const empty = [areaOf(prediction), areaOf(mask)].filter((area) => area === 0).length;
    if (empty > 0) return empty === 2 ? 0 : emptyDistance;
    const [a, b] = [boundaryOf(prediction), boundaryOf(mask)];
    return quantile([...distancesFrom(a, b), ...distancesFrom(b, a)], percentile / 100);
  },
});

/** The distances of the pixels of one mask to the nearest of another. */
function distancesFrom(mask: Mask, other: Mask): Float64Array {
  const { data } = distancesTo(other);
  return data.filter((_, pixel) => mask.data[pixel] === 1);
}
