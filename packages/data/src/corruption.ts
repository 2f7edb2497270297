import { type Method, type MethodInfo, type Random, defineMethod } from '@surprisal/core';
import { z } from 'zod';
import { type ImageSet, checkImageSet, imageSize } from './image-set.js';

/** Spoils images; labels stay. */
export interface Corruption {
  /**
   * @param random each image has a stream of its own, split off by its place and the same at all severities: what another image
   * draws changes nothing
   * @returns a new set; the given one stays as it is
   * @throws ShapeError when the arrays of the set are not as long as it says
   */
  (images: ImageSet, random: Random): ImageSet;
}

declare module '@surprisal/core' {
  interface Kinds {
    corruption: Corruption;
  }
}

/** One image as numbers from 0 to 1, `[height, width, channels]`. */
export interface Picture {
  readonly pixels: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The parameters of all corruptions. */
export const corruptionParams = z.object({
  severity: z.number().int().min(1).max(5).default(3).describe('1: slight, 5: severe'),
});

/** The strength of a corruption at severity 1 to 5, in the corruption's own unit. */
export type Strengths = readonly [number, number, number, number, number];

/** What a corruption method is made of. */
export interface CorruptionDefinition extends Pick<MethodInfo, 'name' | 'summary' | 'formula' | 'paper'> {
  readonly strengths: Strengths;
  /** Gives the spoiled pixels, which are cut to 0..1 afterwards; may write into the picture's own. */
  readonly corrupt: (picture: Picture, strength: number, random: Random) => Float32Array;
}

/**
 * Makes a corruption method from what it does to one image: the loop over images, the severities and the way from bytes to numbers and
 * back are the same for all.
 *
 * In the manner of Mu, Gilmer: MNIST-C, 2019, arXiv:1906.02337, and Hendrycks, Dietterich: Benchmarking Neural Network
 * Robustness to Common Corruptions and Perturbations, 2019, arXiv:1903.12261.
 *
 * @example
 * const negative = defineCorruption({
 *   name: 'negative',
 *   summary: 'Black becomes white.',
 *   strengths: [0.2, 0.4, 0.6, 0.8, 1],
 *   corrupt: ({ pixels }, share) => pixels.map((value) => value + share * (1 - 2 * value)),
 * });
 * const { test } = await loadMnist();
 * console.log(test.images[0], negative({ severity: 5 })(test, new Random(1)).images[0]); // 0 255
 */
export function defineCorruption({
  strengths,
  corrupt,
  ...info
}: CorruptionDefinition): Method<'corruption', typeof corruptionParams, Corruption> {
  return defineMethod<'corruption', typeof corruptionParams, Corruption>(
    { kind: 'corruption', params: corruptionParams, ...info },
    ({ severity }) =>
      (set, random) => {
        checkImageSet(info.name, set);
        const strength = strengths[severity - 1]!;
        return mapImages(set, (picture, i) => corrupt(picture, strength, random.split(info.name, i)));
      },
  );
}

/** Applies a function to every image; one buffer holds the numbers of each in turn. */
function mapImages(set: ImageSet, change: (picture: Picture, index: number) => Float32Array): ImageSet {
  const { length, height, width, channels } = set;
  const size = imageSize(set);
  const images = new Uint8Array(set.images.length);
  const pixels = new Float32Array(size);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < size; k++) pixels[k] = set.images[i * size + k]! / 255;
    const changed = change({ pixels, height, width, channels }, i);
    for (let k = 0; k < size; k++) images[i * size + k] = Math.round(255 * Math.min(1, Math.max(0, changed[k]!)));
  }
  return { ...set, images };
}
