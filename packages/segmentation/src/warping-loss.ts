import { paper } from '@surprisal/core';
import { add, mean, mul } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import { diceOf } from './tversky.js';
import { maskOf } from './topology/mask.js';
import { criticalOf } from './topology/warping.js';

/**
 * Homotopy warping loss: Dice loss plus cross-entropy where it decides on connectivity. A pixel weighs 1 when prediction and mask differ there and cannot be warped into
 * each other without a change of topology, else 0; weights are constants in the gradient. The term is waited with until the model knows where things are
 * (`options.progress`). With more than one foreground class, a pixel counts that is critical for any of them.
 *
 * @param params `weight` >= 0, default 0.1; `activateWhen` in [0, 1], default 0.7, the share of the training after which the term counts
 *
 * Hu: Structure-Aware Image Segmentation with Homotopy Warping, 2022, arXiv:2112.07812.
 *
 * @example
 * const line = [[[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]];
 * const broken = [[[-9, -9, -9, -9, -9], [-9, 9, -9, 9, -9], [-9, -9, -9, -9, -9]]];
 * console.log(warpingLoss()(broken, line).dataSync()[0]!.toFixed(3)); // -0.820
 * console.log(softDice()(broken, line).dataSync()[0]!.toFixed(3)); // -0.880
 */
export const warpingLoss = defineSegmentationLoss({
  name: 'warping',
  summary: 'Dice loss, and cross-entropy of the pixels that decide on connectivity.',
  formula: 'Dice + w mean (critical · CE)',
  paper: paper(40),
  params: z.object({
    weight: z.number().min(0).default(0.1).meta({ upTo: 2, step: 0.05 }).describe('weight of critical pixels'),
    activateWhen: z.number().min(0).max(1).default(0.7).describe('share of the training after which topology counts'),
  }),
  ofBatch(terms, { weight, activateWhen }) {
    const areas = diceOf(terms);
    if (terms.progress < activateWhen || weight === 0) return areas;
    const [first, ...others] = terms.foreground.map((c) => {
      const masks = terms.masksOf(c);
      return terms.predictionsOf(c).map((prediction, i) => criticalOf(prediction, masks[i]!));
    });
    const any = first!.map((own, i) =>
      maskOf(own, (at) => own.data[at] === 1 || others.some((c) => c[i]!.data[at] === 1)),
    );
    return add(areas, mul(mean(mul(terms.perImage(any), terms.crossEntropies)), weight));
  },
});
