import { layers } from '@surprisal/core/tensor';
import { z } from 'zod';
import { checkInputShape, defineModel, modelParams } from './model.js';

/**
 * A small convolutional network: 3x3 convolutions with ReLU, each followed by 2x2 max pooling, a dense layer, logits.
 *
 * @param params `inputShape` ([28, 28, 1]), `filters` of the convolutions ([16, 32]), `hidden` width (64), `classes` (10), `seed` (0)
 * @returns a LayersModel from `[batch, height, width, channels]` to logits `[batch, classes]`
 * @throws DomainError for a parameter out of range
 *
 * @example
 * console.log(cnn().countParams()); // 105866
 */
export const cnn = defineModel({
  name: 'cnn',
  summary: 'Small convolutional network: 3x3 convolutions, max pooling, one dense layer.',
  params: z.object({
    ...modelParams,
    filters: z.array(z.number().int().positive()).min(1).default([16, 32]).describe('filters of the convolutions'),
    hidden: z.number().int().positive().default(64).describe('width of the dense layer'),
  }),
  layers({ inputShape, filters, hidden, classes }) {
    checkInputShape('cnn', inputShape, 3);
    const blocks = filters.flatMap((count, i) => [
      layers.conv2d({
        name: `conv${i + 1}`,
        filters: count,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        ...(i === 0 ? { inputShape } : {}),
      }),
      layers.maxPooling2d({ name: `pool${i + 1}`, poolSize: 2 }),
    ]);
    return [
      ...blocks,
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'hidden', units: hidden, activation: 'relu' }),
      layers.dense({ name: 'logits', units: classes }),
    ];
  },
});
