import { paper } from '@surprisal/core';
import { mean } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';

/**
 * The mean over the pixels of the surprisal of their class, in nats. It is computed from logits, so that a pixel which is confidently wrong keeps
 * its gradient (the authors' code adds 1e-15 to the probabilities, which ends it at 34.5).
 *
 * Valverde, Koga, Otsuka, Dahl: TopoMortar, 2025, arXiv:2503.03365, where it is the baseline.
 *
 * @example
 * console.log(pixelCrossEntropy()([[[0, 2]]], [[[1, 1]]]).dataSync()[0]!.toFixed(4)); // 0.4100
 */
export const pixelCrossEntropy = defineSegmentationLoss({
  name: 'pixel-cross-entropy',
  summary: 'The mean surprisal of the pixels’ classes.',
  formula: '−mean log p_y',
  paper: paper(40),
  params: z.object({}),
  ofBatch: ({ crossEntropies }) => mean(crossEntropies),
});
