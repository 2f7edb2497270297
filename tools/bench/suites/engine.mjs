import { availableParallelism } from 'node:os';
import { compare, nodeContestant, pythonContestant } from '../contestants.mjs';
import { spread } from '../measure.mjs';
import { sizes } from '../sizes.mjs';

const OURS = 'ours';

/** The embedded engine against TensorFlow.js alone, jax-js and PyTorch: products, losses, training steps, memory, growth. */
export async function* run({ quick }) {
  const threads = Math.min(availableParallelism(), 8);
  const contestants = {
    [OURS]: await nodeContestant('ours.mjs', threads),
    ...(threads > 1 && { 'ours, 1 thread': await nodeContestant('ours.mjs', 1) }),
    'tfjs wasm': await nodeContestant('tfjs.mjs', 'wasm'),
    'tfjs cpu': await nodeContestant('tfjs.mjs', 'cpu'),
    'jax-js': await nodeContestant('jax-js.mjs'),
    PyTorch: await pythonContestant('torch_cases.py', ['torch']),
  };
  const present = Object.fromEntries(Object.entries(contestants).filter(([, contestant]) => contestant));
  try {
    for (const [title, names] of Object.entries(groups)) {
      const cases = {};
      for (const name of names) cases[name] = await measured(present, name, quick);
      yield { title: `${title}, ${threads} threads`, base: OURS, contestants: Object.keys(present), cases };
    }
    yield growth(await losses(present, quick), `Growth of cross-entropy and its gradient, ${threads} threads`);
  } finally {
    for (const { stop } of Object.values(present)) stop();
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

async function measured(contestants, name, quick) {
  const { times, notes, failed } = await compare(contestants, name, { quick });
  return {
    times: Object.fromEntries(Object.entries(times).map(([who, list]) => [who, withRatio(list, times[OURS])])),
    notes: Object.fromEntries(Object.entries(notes).filter(([who, note]) => note && who.startsWith(OURS))),
    failed,
  };
}

/** Median and quartiles of the times, and of their ratios to those of the base in the same rounds. */
const withRatio = (list, base) => ({
  ...spread(list),
  ...(base && list !== base && { ratio: spread(list.map((ms, round) => ms / base[round])) }),
});

async function losses(contestants, quick) {
  const found = [];
  for (const name of [...growing, whole]) found.push([name, await measured(contestants, name, quick)]);
  return Object.fromEntries(found);
}

/** With the exponent of the growth in the number of logits, from a line through log time against log size, per contestant. */
function growth(cases, title) {
  const contestants = [...new Set(Object.values(cases).flatMap(({ times }) => Object.keys(times)))];
  const exponents = contestants.map((who) => {
    const points = Object.entries(cases)
      .filter(([, { times }]) => times[who])
      .map(([name, { times }]) => [Math.log(sizeOf(name)), Math.log(times[who].median)]);
    return `${who} ${slope(points).toFixed(2)}`;
  });
  return {
    title,
    base: OURS,
    contestants,
    cases,
    notes: [`Time grows as the number of logits to the power of: ${exponents.join(', ')}.`],
  };
}

const sizeOf = (name) => name.match(/\d+/g).reduce((product, size) => product * Number(size), 1);

function slope(points) {
  const mean = (k) => points.reduce((sum, point) => sum + point[k], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return (
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  );
}
