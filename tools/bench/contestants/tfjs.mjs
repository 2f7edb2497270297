// TensorFlow.js by itself, on its backend 'wasm' or 'cpu'.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { tfjsCases } from './tfjs-cases.mjs';

export async function makeCases(backend) {
  await tf.setBackend(backend);
  await tf.ready();
  return tfjsCases({
    crossEntropy: (logits, targets) => tf.losses.softmaxCrossEntropy(tf.oneHot(targets, logits.shape[1]), logits),
    adam: (rate) => tf.train.adam(rate),
  });
}
