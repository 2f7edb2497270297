import { paper } from '@surprisal/core';
import { z } from 'zod';
import { defineSegmentationMetric } from './segmentation-metric.js';
import { bettiOf } from './topology/components.js';
import type { Mask } from './topology/mask.js';
import { cut, patchesOf } from './topology/patches.js';

const dimension = z.number().int().min(0).max(1).default(0).describe('0: components, 1: holes');

/** By how much a Betti number of two masks differs. */
const difference = (prediction: Mask, mask: Mask, of: number): number =>
  Math.abs(bettiOf(prediction)[of]! - bettiOf(mask)[of]!);

/**
 * By how much the number of components (8-connected) of prediction and mask differ, or that of holes (4-connected background off the border).
 *
 * @param params `dimension` 0 for components, the default, or 1 for holes
 *
 * Hu, Li, Samaras, Chen: Topology-Preserving Deep Image Segmentation, 2019, arXiv:1906.05404.
 *
 * @example
 * console.log(bettiError()([[1, 0, 1]], [[1, 1, 1]])[0]); // 1
 */
export const bettiError = defineSegmentationMetric({
  name: 'betti-error',
  summary: 'By how much the number of components, or of holes, is wrong.',
  formula: '|β(P) − β(M)|',
  paper: paper(40),
  better: 'lower',
  params: z.object({ dimension }),
  ofImage: (prediction, mask, params) => difference(prediction, mask, params.dimension),
});

/**
 * The mean {@link bettiError} over windows that cover the image from its top left corner on without overlap; those at the far ends are smaller. It sees two errors
 * that would make up for each other in the whole image.
 *
 * @param params `dimension` as of the Betti error; `window` side in pixels, a whole number >= 1, default 128
 *
 * Valverde, Koga, Otsuka, Dahl: TopoMortar, 2025, arXiv:2503.03365.
 *
 * @example
 * console.log(localBettiError({ window: 2 })([[1, 0, 1, 1]], [[0, 1, 0, 0]])[0]); // 0.5
 */
export const localBettiError = defineSegmentationMetric({
  name: 'local-betti-error',
  summary: 'The Betti error of windows, on average: errors cannot make up for each other.',
  formula: 'mean over windows |β(P) − β(M)|',
  paper: paper(40),
  better: 'lower',
  params: z.object({
    dimension,
    window: z.number().int().min(1).default(128).meta({ upTo: 512 }).describe('side of the windows, in pixels'),
  }),
  ofImage(prediction, mask, params) {
    const errors = Array.from(patchesOf(mask.shape, params.window), (patch) =>
      difference(cut(prediction, patch), cut(mask, patch), params.dimension),
    );
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  },
});
