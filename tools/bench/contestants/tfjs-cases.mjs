// What is measured, written once for TensorFlow.js: the same code runs on its own backends and on ours.
import * as tf from '@tensorflow/tfjs';
import { sizes } from '../sizes.mjs';

const normal = (shape, seed, deviation = 1) => tf.randomNormal(shape, 0, deviation, 'float32', seed);
const labels = (rows, classes) =>
  tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => (i * 7919) % classes),
    'int32',
  );

/** A case that computes tensors from tensors; what it gives is waited for. */
function operation(inputs, compute) {
  const run = () => {
    const out = tf.tidy(() => compute(...inputs));
    for (const tensor of [out].flat()) tensor.dispose();
  };
  return { run, dispose: () => inputs.forEach((input) => input.dispose()) };
}

/** A case that makes one step of training. */
function training(variables, optimizer, loss) {
  const run = () => tf.tidy(() => void optimizer.minimize(loss, false, variables));
  return { run, dispose: () => variables.forEach((one) => one.dispose()) };
}

/** The cases, given how the implementation computes cross-entropy of sparse labels (a mean) and makes Adam. */
export function tfjsCases({ crossEntropy, adam }) {
  const lossAndGradient = (rows, classes) =>
    operation([normal([rows, classes], 1), labels(rows, classes)], (logits, targets) => {
      const { value, grad } = tf.valueAndGrad((x) => crossEntropy(x, targets))(logits);
      return [value, grad];
    });

  const cases = {
    'multilayer perceptron': () => {
      const { inputs, hidden, classes, batch } = sizes.perceptron;
      const model = tf.sequential();
      hidden.forEach((units, i) =>
        model.add(tf.layers.dense({ units, activation: 'relu', ...(i === 0 && { inputShape: [inputs] }) })),
      );
      model.add(tf.layers.dense({ units: classes }));
      return step(model, [batch, inputs], classes);
    },
    'convolutional network': () => {
      const { side, filters, hidden, classes, batch } = sizes.convolutional;
      const model = tf.sequential();
      filters.forEach((count, i) => {
        const options = { filters: count, kernelSize: 3, padding: 'same', activation: 'relu' };
        model.add(tf.layers.conv2d({ ...options, ...(i === 0 && { inputShape: [side, side, 1] }) }));
        model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
      });
      model.add(tf.layers.flatten());
      model.add(tf.layers.dense({ units: hidden, activation: 'relu' }));
      model.add(tf.layers.dense({ units: classes }));
      return step(model, [batch, side, side, 1], classes);
    },
    'gated recurrent unit': () => {
      const { inputs, units, classes, time, batch } = sizes.recurrent;
      const model = tf.sequential();
      model.add(tf.layers.gru({ units, inputShape: [time, inputs], recurrentActivation: 'sigmoid' }));
      model.add(tf.layers.dense({ units: classes }));
      return step(model, [batch, time, inputs], classes);
    },
    'transformer block': () => transformerBlock(),
    'exp, 2^20': () => operation([normal([1 << 20], 1)], (x) => tf.exp(x)),
    'tanh, 2^20': () => operation([normal([1 << 20], 1)], (x) => tf.tanh(x)),
    'softmax, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => tf.softmax(x)),
    'row added, 4096 x 1000': () => operation([normal([4096, 1000], 1), normal([1000], 2)], (x, row) => tf.add(x, row)),
    'transposed, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => tf.transpose(x)),
    'sum of rows, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => tf.sum(x, 1)),
    'sum of columns, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => tf.sum(x, 0)),
    'sum of all, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => tf.sum(x)),
  };
  for (const [name, [m, k, n, transposeA, transposeB]] of Object.entries(sizes.products)) {
    const left = transposeA ? [k, m] : [m, k];
    const right = transposeB ? [n, k] : [k, n];
    cases[name] = () =>
      operation([normal(left, 1), normal(right, 2)], (a, b) => tf.matMul(a, b, transposeA, transposeB));
  }
  for (const [rows, classes] of sizes.losses)
    cases[`cross-entropy, ${rows} x ${classes}`] = () => lossAndGradient(rows, classes);
  return cases;

  function step(model, shape, classes) {
    const x = normal(shape, 1);
    const targets = labels(shape[0], classes);
    const variables = model.trainableWeights.map((weight) => weight.read());
    const one = training(variables, adam(1e-3), () => crossEntropy(model.apply(x, { training: true }), targets));
    return { run: one.run, dispose: () => (model.dispose(), x.dispose(), targets.dispose()) };
  }

  function transformerBlock() {
    const { batch, time, width, heads } = sizes.transformer;
    const weight = (shape, seed) => tf.variable(normal(shape, seed, 0.05));
    const [qkv, out, widen, narrow] = [
      [width, 3 * width],
      [width, width],
      [width, 4 * width],
      [4 * width, width],
    ].map(weight);
    const gains = [tf.variable(tf.ones([width])), tf.variable(tf.ones([width]))];
    const x = normal([batch * time, width], 1);
    const target = normal([batch * time, width], 2);
    const mask = tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([time, time]), -1, 0)), -1e9));
    const norm = (x, gain) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), gain);
    const loss = () => {
      const [q, k, v] = tf
        .split(tf.matMul(norm(x, gains[0]), qkv), 3, 1)
        .map((part) => tf.transpose(tf.reshape(part, [batch, time, heads, width / heads]), [0, 2, 1, 3]));
      const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)), mask);
      const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [batch * time, width]);
      const attended = tf.add(x, tf.matMul(mixed, out));
      const hidden = tf.relu(tf.matMul(norm(attended, gains[1]), widen));
      return tf.mean(tf.squaredDifference(tf.add(attended, tf.matMul(hidden, narrow)), target));
    };
    return training([qkv, out, widen, narrow, ...gains], adam(1e-3), loss);
  }
}
