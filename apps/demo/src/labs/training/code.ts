import type { EngineWish } from '../../lab/engine-choice.js';
import type { TrainingState } from './settings.js';

/** A script for Node that trains as the lab does, by the `fit` of TensorFlow.js. */
export function codeOf({ train, epochs, batch, filters, rate, seed }: TrainingState, { engine }: EngineWish): string {
  return [
    `import { oneHot, sgd, tensor1d, toTensor, useEngine } from '@surprisal/core/tensor';`,
    `import { nodeData } from '@surprisal/data/node';`,
    `import { crossEntropy } from '@surprisal/losses';`,
    `import { cnn } from '@surprisal/nn';`,
    '',
    `await useEngine('${engine}');`,
    `const { train } = await nodeData('mnist');`,
    `const data = Float32Array.from(train.images.subarray(0, ${train} * 784), (byte) => byte / 255);`,
    `const images = toTensor({ shape: [${train}, 28, 28, 1], data });`,
    `const labels = oneHot(tensor1d(train.labels.subarray(0, ${train}), 'int32'), 10);`,
    `const model = cnn({ filters: [${filters}, ${2 * filters}], seed: ${seed} });`,
    `const optimizer = sgd({ learningRate: ${rate}, momentum: 0.9, nesterov: true });`,
    `model.compile({ optimizer, loss: crossEntropy().keras, metrics: ['accuracy'] });`,
    `const { history } = await model.fit(images, labels, { epochs: ${epochs}, batchSize: ${batch} });`,
    `console.log(history.acc.at(-1));`,
  ].join('\n');
}

/** The command that trains such a network, of the usual size, in a terminal. */
export function commandOf({ train, epochs, batch, rate, seed }: TrainingState, { engine }: EngineWish): string {
  const size = `--epochs ${epochs} --batch-size ${batch} --train-size ${train}`;
  return `surprisal compare loss cross-entropy --on mnist --model cnn --learning-rate ${rate} ${size} --seeds 1 --seed ${seed} --engine ${engine}`;
}
