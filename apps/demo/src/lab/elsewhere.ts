import type { Chosen, LabState } from './state.js';

/** The calls of the library that train as the lab does. */
export function codeOf({ a, b, model, rate, epochs, seed }: LabState): string {
  return [
    `import { Random } from '@surprisal/core';`,
    `import { ${[...new Set([camel(a.loss), camel(b.loss)])].join(', ')} } from '@surprisal/losses';`,
    `import { ${model}, trainClassifier } from '@surprisal/nn';`,
    '',
    `for (const loss of [${call(a)}, ${call(b)}]) {`,
    `  const options = { model: ${model}({ seed: ${seed} }), loss, data, epochs: ${epochs}, learningRate: ${rate}, random: new Random(${seed}) };`,
    `  for await (const { step, loss: nats } of trainClassifier(options)) console.log(step, nats);`,
    `}`,
  ].join('\n');
}

/** The command that compares the same losses in a terminal. */
export function commandOf({ a, b, noise, model, rate, epochs, train, seed }: LabState): string {
  const task = `--on mnist --noise ${noise} --model ${model} --learning-rate ${rate} --epochs ${epochs} --train-size ${train}`;
  return `surprisal compare loss ${contestant(a)} ${contestant(b)} ${task} --seed ${seed}`;
}

/** `focal({ gamma: 1 })` */
function call({ loss, params }: Chosen): string {
  const given = Object.entries(params).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${camel(loss)}(${given.length > 0 ? `{ ${given.join(', ')} }` : ''})`;
}

/** `focal:gamma=1` */
function contestant({ loss, params }: Chosen): string {
  const given = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return given.length > 0 ? `${loss}:${given.join(',')}` : loss;
}

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
