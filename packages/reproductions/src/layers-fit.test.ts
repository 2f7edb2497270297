import { useEngine } from '@surprisal/core/tensor';
import { imageSize, subset, toFloat } from '@surprisal/data';
import { loadMnist } from '@surprisal/data/node';
import * as tf from '@tensorflow/tfjs'; // eslint-disable-line no-restricted-imports -- as in a user's own script
import { beforeAll, expect, it } from 'vitest';

beforeAll(async () => void (await useEngine('wasm')));

/** The network of tfjs's own MNIST example; weights from seeds. */
function cnn(): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.varianceScaling({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [28, 28, 1],
        kernelSize: 5,
        filters: 8,
        activation: 'relu',
        kernelInitializer: seeded(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ kernelSize: 5, filters: 16, activation: 'relu', kernelInitializer: seeded(2) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.005), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

it('a convolutional network learns MNIST through model.fit, and the memory does not grow', async () => {
  const { train, test } = await loadMnist();
  const tensors = (set: typeof train) => {
    const { data } = toFloat(set);
    const images = tf.tensor4d(data, [data.length / imageSize(set), 28, 28, 1]);
    return [images, tf.oneHot(tf.tensor1d(set.labels, 'int32'), 10)] as const;
  };
  const some = (set: typeof train, count: number) =>
    subset(
      set,
      Array.from({ length: count }, (_, i) => i),
    );
  const [x, y] = tensors(some(train, 2000));
  const [testX, testY] = tensors(some(test, 1000));
  const model = cnn();
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: 64, shuffle: false });
  await fit();
  const [count, bytes, size] = [tf.memory().numTensors, tf.memory().numBytes, heap()];
  await fit();
  await fit();
  expect([tf.memory().numTensors, tf.memory().numBytes, heap()]).toEqual([count, bytes, size]);
  const [, accuracy] = model.evaluate(testX, testY) as tf.Scalar[];
  expect(accuracy!.dataSync()[0]).toBeGreaterThan(0.9);
});
