import { argumentOf, callOf, factoryOf } from '../../lab/chosen.js';
import type { LossState } from './settings.js';

/** The calls of the library that train as the lab does. */
export function codeOf({ a, b, model, rate, epochs, seed }: LossState): string {
  return [
    `import { Random } from '@surprisal/core';`,
    `import { ${[...new Set([factoryOf(a.name), factoryOf(b.name)])].join(', ')} } from '@surprisal/losses';`,
    `import { ${model}, trainClassifier } from '@surprisal/nn';`,
    '',
    `for (const loss of [${callOf(a)}, ${callOf(b)}]) {`,
    `  const options = { model: ${model}({ seed: ${seed} }), loss, data, epochs: ${epochs}, learningRate: ${rate}, random: new Random(${seed}) };`,
    `  for await (const { step, loss: nats } of trainClassifier(options)) console.log(step, nats);`,
    `}`,
  ].join('\n');
}

/** The command that compares the same losses in a terminal. */
export function commandOf({ a, b, noise, model, rate, epochs, train, seed }: LossState): string {
  const task = `--on mnist --noise ${noise} --model ${model} --learning-rate ${rate} --epochs ${epochs} --train-size ${train}`;
  return `surprisal compare loss ${argumentOf(a)} ${argumentOf(b)} ${task} --seed ${seed}`;
}
