import { type LayersModel, type Tensor, fromLayersModel, input, layers, model } from '@surprisal/core/tensor';
import { initialise } from '@surprisal/nn';
import type { OwnModel } from '../shared/dense-model.js';

/** A network that shows what it sees before pooling. */
export interface CompactCnn extends OwnModel {
  /** From pixels `[batch, 64]` to the last feature map `[batch, 4, 4, 12]` and logits `[batch, 10]`. */
  look(pixels: Tensor): { readonly features: Tensor; readonly logits: Tensor };
}

/** Two 3 x 3 convolutions of 6 and 12 filters, global average pooling, logits: 850 weights for digits of 8 x 8. */
export function compactCnn(seed: number): CompactCnn {
  const layersModel = build();
  initialise(layersModel, seed);
  const look = (pixels: Tensor) => {
    const [features, logits] = layersModel.apply(pixels) as [Tensor, Tensor];
    return { features, logits };
  };
  return {
    variables: fromLayersModel(layersModel).variables,
    look,
    call: (pixels) => look(pixels).logits,
    dispose: () => void layersModel.dispose(),
  };
}

function build(): LayersModel {
  const convolution = (name: string, filters: number) =>
    layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const pixels = input({ shape: [64] });
  const image = layers.reshape({ name: 'image', targetShape: [8, 8, 1] }).apply(pixels);
  const small = layers.maxPooling2d({ name: 'pool', poolSize: 2 }).apply(convolution('conv1', 6).apply(image));
  const features = convolution('conv2', 12).apply(small) as typeof pixels;
  const pooled = layers.globalAveragePooling2d({ name: 'average' }).apply(features);
  const logits = layers.dense({ name: 'logits', units: 10 }).apply(pooled) as typeof pixels;
  return model({ inputs: pixels, outputs: [features, logits] });
}
