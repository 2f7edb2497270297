import { availableParallelism } from 'node:os';
import { nodeContestant, pythonContestant } from '../contestants.mjs';
import { matrix, stopAll } from '../matrix.mjs';
import { sizes } from '../sizes.mjs';

const base = 'ours';

/** The embedded engine against TensorFlow.js alone, jax-js and PyTorch: products, losses, training steps, memory, growth. */
export async function* run({ quick }) {
  const threads = Math.min(availableParallelism(), 8);
  const contestants = {
    [base]: await nodeContestant('ours.mjs', threads),
    ...(threads > 1 && { 'ours, 1 thread': await nodeContestant('ours.mjs', 1) }),
    'tfjs wasm': await nodeContestant('tfjs.mjs', 'wasm'),
    'tfjs cpu': await nodeContestant('tfjs.mjs', 'cpu'),
    'jax-js': await nodeContestant('jax-js.mjs'),
    PyTorch: await pythonContestant('torch_cases.py', ['torch']),
  };
  const measure = (title, names) => matrix({ title: `${title}, ${threads} threads`, base, contestants, names, quick });
  try {
    for (const [title, names] of Object.entries(groups)) yield await measure(title, names);
    yield withGrowth(await measure('Growth of cross-entropy and its gradient', [...growing, whole]));
  } finally {
    stopAll(contestants);
  }
}

const [whole, large, ...growing] = sizes.losses.map(([rows, classes]) => `cross-entropy, ${rows} x ${classes}`);

const groups = {
  'Training steps with Adam': [
    'multilayer perceptron',
    'convolutional network',
    'gated recurrent unit',
    'transformer block',
  ],
  'Losses with their gradients': [whole, large, 'linear cross-entropy', 'linear cross-entropy, storing the logits'],
  'Matrix products': Object.keys(sizes.products),
  'Elementwise and reductions': [
    'exp, 2^20',
    'tanh, 2^20',
    'softmax, 4096 x 1000',
    'row added, 4096 x 1000',
    'transposed, 4096 x 1000',
    'sum of rows, 4096 x 1000',
    'sum of columns, 4096 x 1000',
    'sum of all, 4096 x 1000',
  ],
};

/** With the exponent of the growth in the number of logits, from a line through log time against log size, per contestant. */
function withGrowth(group) {
  const measured = Object.entries(group.cases);
  const exponents = group.contestants.map((who) => {
    const points = measured
      .filter(([, { times }]) => times[who])
      .map(([name, { times }]) => [Math.log(sizeOf(name)), Math.log(times[who].median)]);
    return `${who} ${slope(points).toFixed(2)}`;
  });
  return { ...group, notes: [`Time grows as the number of logits to the power of: ${exponents.join(', ')}.`] };
}

const sizeOf = (name) => name.match(/\d+/g).reduce((product, size) => product * Number(size), 1);

function slope(points) {
  const mean = (k) => points.reduce((sum, point) => sum + point[k], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return (
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  );
}
