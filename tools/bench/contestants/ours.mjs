// TensorFlow.js as `useEngine('wasm')` makes it, with our losses and optimiser; the argument is the number of threads.
import * as tf from '@tensorflow/tfjs';
import { adam, linearCrossEntropy, useEngine } from '@surprisal/core/tensor';
import { crossEntropy } from '@surprisal/losses';
import { sizes } from '../sizes.mjs';
import { tfjsCases } from './tfjs-cases.mjs';

export async function makeCases(threads) {
  await useEngine('wasm', { threads: Number(threads) });
  const loss = crossEntropy();
  const mean = (logits, targets) => loss(logits, targets, { reduction: 'mean' });
  return {
    ...tfjsCases({ crossEntropy: mean, adam: (learningRate) => adam({ learningRate }) }),
    'linear cross-entropy': () => linear((x, weights, targets) => tf.mean(linearCrossEntropy(x, weights, targets))),
    'linear cross-entropy, storing the logits': () =>
      linear((x, weights, targets) => mean(tf.matMul(x, weights), targets)),
  };
}

function linear(loss) {
  const { rows, width, classes } = sizes.linear;
  const targets = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => (i * 7919) % classes),
    'int32',
  );
  const inputs = [
    tf.randomNormal([rows, width], 0, 1, 'float32', 1),
    tf.randomNormal([width, classes], 0, 0.05, 'float32', 2),
  ];
  const run = () => {
    const { value, grads } = tf.tidy(() => tf.valueAndGrads((x, weights) => loss(x, weights, targets))(inputs));
    tf.dispose([value, grads]);
  };
  const logits = rows * classes * 4;
  const results = 4 * (rows * width + width * classes);
  const peak = peakOf(run) - results;
  return {
    run,
    note: () =>
      `at most ${(peak / 2 ** 20).toFixed(1)} MiB at once beside its results, ${((100 * peak) / logits).toFixed(1)}% of the logits`,
  };
}

/** The most bytes that were allocated at once in the engine's memory while something ran, beyond what was there before. */
function peakOf(run) {
  const { wasm } = tf.backend();
  const { _malloc: allocate, _free: free } = wasm;
  const held = new Map();
  let now = 0;
  let most = 0;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    held.set(address, bytes);
    most = Math.max(most, (now += bytes));
    return address;
  };
  wasm._free = (address) => {
    now -= held.get(address) ?? 0;
    held.delete(address);
    free(address);
  };
  run();
  Object.assign(wasm, { _malloc: allocate, _free: free });
  return most;
}
