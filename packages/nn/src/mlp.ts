import { sizeOf } from '@surprisal/core';
import { layers } from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineModel, modelParams } from './model.js';

/**
 * A multilayer perceptron: the input flattened, dense layers with ReLU, logits.
 *
 * @param params `inputShape` ([28, 28, 1]), `hidden` widths ([128]), `classes` (10), `seed` (0)
 * @returns a LayersModel from `[batch, ...inputShape]` to logits `[batch, classes]`
 * @throws DomainError for a parameter out of range
 *
 * @example
 * console.log(mlp({ hidden: [256, 128] }).countParams()); // 235146
 */
export const mlp = defineModel({
  name: 'mlp',
  summary: 'Multilayer perceptron: dense layers with ReLU.',
  params: z.object({
    ...modelParams,
    hidden: z.array(z.number().int().positive()).default([128]).describe('widths of the hidden layers'),
  }),
  layers: ({ inputShape, hidden, classes }) => [
    layers.reshape({ name: 'flatten', inputShape, targetShape: [sizeOf(inputShape)] }),
    ...hidden.map((units, i) => layers.dense({ name: `hidden${i + 1}`, units, activation: 'relu' })),
    layers.dense({ name: 'logits', units: classes }),
  ],
});
