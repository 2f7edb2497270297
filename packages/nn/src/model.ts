import { DomainError, type Method, type MethodInfo, Random, defineMethod, ndarray, sizeOf } from '@surprisal/core';
import { type LayersModel, type Variable, sequential, tidy, toTensor } from '@surprisal/core/tensor';
import { z } from 'zod';

declare module '@surprisal/core' {
  interface Kinds {
    model: LayersModel;
  }
}

/** The layers of a sequential model. */
export type Layers = NonNullable<Parameters<typeof sequential>[0]>['layers'] & {};

/** What every reference model is told: the form of its input, the number of classes, and the seed of its weights. */
export const modelParams = {
  inputShape: z
    .array(z.number().int().positive())
    .default([28, 28, 1])
    .describe('height, width, channels of one input'),
  classes: z.number().int().min(1).default(10).describe('number of logits'),
  seed: z.number().int().default(0).meta({ role: 'seed' }).describe('seed of the initial weights'),
};

/** A model's metadata and its layers, the last of which gives logits. */
export interface ModelDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'model', S>, 'kind'> {
  readonly layers: (params: z.output<S>) => Layers;
}

/**
 * Makes a model method from its layers. The weights are drawn by our own seeded generator, so that a seed gives the same
 * model on every engine: kernels by He's rule, N(0, 2 / fan-in), everything else as the layer says.
 *
 * He et al.: Delving Deep into Rectifiers, 2015, arXiv:1502.01852.
 */
export function defineModel<S extends z.ZodObject>({
  layers,
  ...info
}: ModelDefinition<S>): Method<'model', S, LayersModel> {
  return defineMethod<'model', S, LayersModel>({ kind: 'model', ...info }, (params) => {
    const model = sequential({ name: info.name, layers: layers(params) });
    initialise(model, (params as { seed?: number }).seed ?? 0);
    return model;
  });
}

/** Draws the kernels of a model anew from a seed. */
export function initialise(model: LayersModel, seed: number): void {
  const random = new Random(seed).split('weights');
  tidy(() => {
    for (const weight of model.trainableWeights) {
      const shape = weight.shape as number[];
      if (shape.length < 2) continue; // biases and scales start as their layers say
      const fanIn = sizeOf(shape.slice(0, -1));
      const kernel = random.split(weight.originalName).normals(sizeOf(shape), 0, Math.sqrt(2 / fanIn));
      (weight.read() as Variable).assign(toTensor(ndarray(kernel, shape)));
    }
  });
}

/** Refuses an input form of another rank, by name. */
export function checkInputShape(owner: string, inputShape: readonly number[], rank: number): void {
  if (inputShape.length === rank) return;
  throw new DomainError(`${owner}: inputShape must have ${rank} lengths, got [${inputShape.join(', ')}]`);
}
