import { argumentOf, callOf, factoryOf } from '../../lab/chosen.js';
import type { EngineWish } from '../../lab/engine-choice.js';
import type { LossState } from './settings.js';

/** A script for Node that trains as the lab does. */
export function codeOf({ a, b, noise, model, rate, epochs, train, seed }: LossState, { engine }: EngineWish): string {
  return [
    `import { Random } from '@surprisal/core';`,
    `import { useEngine } from '@surprisal/core/tensor';`,
    `import { subset, symmetric } from '@surprisal/data';`,
    `import { nodeData } from '@surprisal/data/node';`,
    `import { ${[...new Set([factoryOf(a.name), factoryOf(b.name)])].join(', ')} } from '@surprisal/losses';`,
    `import { accuracy, ${model}, trainClassifier } from '@surprisal/nn';`,
    '',
    `await useEngine('${engine}');`,
    `const random = new Random(${seed}).split('mnist');`,
    `const { train, test } = await nodeData('mnist');`,
    `const { images, labels: right } = subset(train, Int32Array.from({ length: ${train} }, (_, i) => i));`,
    `const labels = symmetric({ rate: ${noise} })(right, { classes: 10, random: random.split('noise') });`,
    `for (const loss of [${callOf(a)}, ${callOf(b)}]) {`,
    `  const model = ${model}({ seed: ${seed}${model === 'cnn' ? ', filters: [8, 16]' : ''} });`,
    `  const options = { model, loss, data: { images, labels }, epochs: ${epochs}, learningRate: ${rate}, batchSize: 64, random };`,
    `  for await (const { step, of, loss: nats } of trainClassifier(options)) if (step === of) console.log(nats);`,
    `  console.log(loss.method, await accuracy(model, subset(test, Int32Array.from({ length: 500 }, (_, i) => i))));`,
    `}`,
  ].join('\n');
}

/** The command that compares the same losses in a terminal. */
export function commandOf(
  { a, b, noise, model, rate, epochs, train, seed }: LossState,
  { engine }: EngineWish,
): string {
  const task = `--on mnist --noise ${noise} --model ${model} --learning-rate ${rate} --epochs ${epochs} --train-size ${train}`;
  return `surprisal compare loss ${argumentOf(a)} ${argumentOf(b)} ${task} --seed ${seed} --engine ${engine}`;
}
