import { type ArrayInput, type Method, type MethodInfo, ShapeError, defineMethod } from '@surprisal/core';
import type { z } from 'zod';
import { type Mask, imagesOf, readMasks } from './topology/mask.js';

/**
 * How near predicted masks are to true ones: a number for each image, on the host.
 *
 * @example
 * console.log(dice()([[1, 1, 0]], [[1, 0, 0]])); // Float64Array(1) [ 0.6666666666666666 ]
 */
export interface SegmentationMetric {
  /**
   * @param predictions `[batch, height, width]` or `[height, width]` of 0 and 1
   * @param masks as the predictions
   * @returns `[batch]`; one number for one image
   * @throws ShapeError for other or unequal shapes; DomainError for anything but 0 and 1
   */
  (predictions: ArrayInput, masks: ArrayInput): Float64Array;
  readonly method: string;
  /** Which direction is better. */
  readonly better: 'higher' | 'lower';
}

declare module '@surprisal/core' {
  interface Kinds {
    'segmentation-metric': SegmentationMetric;
  }
}

/** A segmentation metric's metadata and its maths. */
export interface SegmentationMetricDefinition<S extends z.ZodObject> extends Omit<
  MethodInfo<'segmentation-metric', S>,
  'kind'
> {
  readonly better: 'higher' | 'lower';
  /** The number of one image: both masks are `[height, width]`. */
  readonly ofImage: (prediction: Mask, mask: Mask, params: z.output<S>) => number;
}

/**
 * Makes a method of the kind from the maths of one image.
 *
 * @example
 * import { z } from 'zod';
 *
 * const errors = defineSegmentationMetric({
 *   name: 'errors',
 *   summary: 'How many pixels are wrong.',
 *   better: 'lower',
 *   params: z.object({}),
 *   ofImage: (prediction, mask) => prediction.data.filter((value, i) => value !== mask.data[i]).length,
 * });
 * console.log(errors()([[1, 1, 0]], [[1, 0, 1]])[0]); // 2
 */
export function defineSegmentationMetric<S extends z.ZodObject>({
  ofImage,
  better,
  ...info
}: SegmentationMetricDefinition<S>): Method<'segmentation-metric', S, SegmentationMetric> {
  return defineMethod<'segmentation-metric', S, SegmentationMetric>(
    { kind: 'segmentation-metric', ...info },
    (params) => {
      const metric = (predictions: ArrayInput, masks: ArrayInput): Float64Array => {
        const [predicted, actual] = readPair(info.name, predictions, masks);
        return Float64Array.from(predicted, (image, i) => ofImage(image, actual[i]!, params));
      };
      return Object.assign(metric, { method: info.name, better });
    },
  );
}

function readPair(owner: string, predictions: ArrayInput, masks: ArrayInput): [Mask[], Mask[]] {
  const [predicted, actual] = [readMasks(owner, 'predictions', predictions), readMasks(owner, 'masks', masks)];
  if (predicted.shape.join() === actual.shape.join()) return [imagesOf(predicted), imagesOf(actual)];
  throw new ShapeError(
    `${owner}: masks must be as large as the predictions, [${predicted.shape.join(', ')}], got [${actual.shape.join(', ')}]`,
  );
}
