import { type Method, type Random, defineMethod } from '@surprisal/core';
import { z } from 'zod';
import { type ImageSet, imageSize } from './image-set.js';

/** Spoils images; labels stay. Each image has a random stream of its own. */
export interface Corruption {
  (set: ImageSet, random: Random): ImageSet;
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

const params = z.object({
  severity: z.number().int().min(1).max(5).default(3).describe('1: slight, 5: severe'),
});

/** The strength of a corruption at severity 1 to 5, in the corruption's own unit. */
export type Strengths = readonly [number, number, number, number, number];

export interface CorruptionDefinition {
  readonly name: string;
  readonly summary: string;
  readonly strengths: Strengths;
  /** Gives the spoiled pixels, which are cut to 0..1 afterwards; may write into the picture's own. */
  readonly corrupt: (picture: Picture, strength: number, random: Random) => Float32Array;
}

/**
 * Makes a corruption method from what it does to one image: the loop over images, the severities and the way from bytes to numbers and
 * back are the same for all.
 *
 * In the manner of Mu, Gilmer: MNIST-C, 2019, arXiv:1906.02337, and Hendrycks, Dietterich: Benchmarking Neural Network
 * Robustness to Common Corruptions and Perturbations, 2019, arXiv:1903.12261. The strengths are our own.
 */
export function defineCorruption({
  name,
  summary,
  strengths,
  corrupt,
}: CorruptionDefinition): Method<'corruption', typeof params, Corruption> {
  return defineMethod<'corruption', typeof params, Corruption>(
    { kind: 'corruption', name, summary, params },
    ({ severity }) =>
      (set, random) => {
        const { height, width, channels } = set;
        const size = imageSize(set);
        const images = new Uint8Array(set.images.length);
        const pixels = new Float32Array(size);
        for (let i = 0; i < set.length; i++) {
          for (let k = 0; k < size; k++) pixels[k] = set.images[i * size + k]! / 255;
          const spoiled = corrupt({ pixels, height, width, channels }, strengths[severity - 1]!, random.split(name, i));
          for (let k = 0; k < size; k++) images[i * size + k] = Math.round(255 * Math.min(1, Math.max(0, spoiled[k]!)));
        }
        return { ...set, images };
      },
  );
}
