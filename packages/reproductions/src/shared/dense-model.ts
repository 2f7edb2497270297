import { type Model, fromLayersModel } from '@surprisal/core/tensor';
import { mlp } from '@surprisal/nn';

/** A model that can be freed. */
export type OwnModel = Model & { dispose(): void };

/** What a multilayer perceptron is made of. */
export interface DenseShape {
  /** Numbers of one input. */
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** A multilayer perceptron with ReLU, its variables by name; the seed draws the first weights. */
export function denseModel({ inputs, hidden, outputs }: DenseShape, seed: number): OwnModel {
  const layersModel = mlp({ inputShape: [inputs], hidden: [...hidden], classes: outputs, seed });
  return { ...fromLayersModel(layersModel), dispose: () => void layersModel.dispose() };
}
