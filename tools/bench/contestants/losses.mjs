// Every loss of our package with its gradient: on the engine that `useEngine('wasm')` makes, or as the same formulas in TensorFlow.js alone.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { useEngine } from '@surprisal/core/tensor';
import plugin from '@surprisal/losses/plugin';
import { sizes } from '../sizes.mjs';

const engines = {
  ours: () => useEngine('wasm'),
  plain: () => tf.setBackend('wasm'),
};

export async function makeCases(engine) {
  await engines[engine]();
  const [rows, classes] = sizes.losses[0];
  const logits = tf.randomNormal([rows, classes], 0, 1, 'float32', 1);
  const targets = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => (i * 7919) % classes),
    'int32',
  );
  const stepOf = (method) => () => {
    const loss = method();
    const lossAndGradient = tf.valueAndGrad((x) => loss(x, targets, { reduction: 'mean' }));
    const run = () => {
      const { value, grad } = tf.tidy(() => lossAndGradient(logits));
      tf.dispose([value, grad]);
    };
    return { run };
  };
  const losses = plugin.methods.filter(({ info }) => info.kind === 'loss');
  return Object.fromEntries(losses.map((method) => [method.info.name, stepOf(method)]));
}
