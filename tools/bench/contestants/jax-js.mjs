// jax-js on its WebAssembly engine, with all that a step needs compiled by `jit`. An array is used up by a call unless it is given as `x.ref`.
import { blockUntilReady, init, jit, lax, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import { sizes } from '../sizes.mjs';

const normal = (shape, seed, deviation = 1) => random.normal(random.key(seed), shape).mul(deviation);
const labels = (rows, classes) => np.array(Int32Array.from({ length: rows }, (_, i) => (i * 7919) % classes));
const refs = (arrays) => tree.map((array) => array.ref, arrays);

function operation(inputs, compute) {
  const compiled = jit(compute);
  const run = async () => {
    const out = compiled(...refs(inputs));
    await blockUntilReady(out);
    tree.map((array) => array.dispose(), out);
  };
  return { run };
}

function crossEntropy(logits, targets, classes) {
  const own = logits.ref.mul(nn.oneHot(targets, classes)).sum(-1);
  return np.mean(nn.logsumexp(logits, -1).sub(own));
}

/** Adam with the bias correction of step 100. */
function adam(parameters, gradients, means, squares, rate = 1e-3) {
  const next = { parameters: [], means: [], squares: [] };
  parameters.forEach((parameter, i) => {
    const mean = means[i].mul(0.9).add(gradients[i].ref.mul(0.1));
    const square = squares[i].mul(0.999).add(gradients[i].ref.mul(gradients[i]).mul(0.001));
    const step = mean.ref.mul(rate / (1 - 0.9 ** 100)).div(np.sqrt(square.ref.mul(1 / (1 - 0.999 ** 100))).add(1e-7));
    next.parameters.push(parameter.sub(step));
    next.means.push(mean);
    next.squares.push(square);
  });
  return next;
}

function training(shapes, loss, data) {
  let state = {
    parameters: shapes.map((shape, i) => normal(shape, i + 1, 0.05)),
    means: shapes.map((shape) => np.zeros(shape)),
    squares: shapes.map((shape) => np.zeros(shape)),
  };
  const step = jit(({ parameters, means, squares }, data) => {
    const [value, gradients] = valueAndGrad((parameters) => loss(parameters, data))(refs(parameters));
    value.dispose();
    return adam(parameters, gradients, means, squares);
  });
  const run = async () => {
    state = step(state, refs(data));
    await blockUntilReady(state);
  };
  return { run };
}

const dense = (x, weights, bias) => np.matmul(x, weights).add(bias);

export async function makeCases() {
  await init('wasm');
  const cases = {
    'multilayer perceptron': () => {
      const { inputs, hidden, classes, batch } = sizes.perceptron;
      const widths = [inputs, ...hidden, classes];
      const shapes = widths.slice(1).flatMap((width, i) => [[widths[i], width], [width]]);
      const loss = (parameters, { x, targets }) => {
        const last = parameters.length - 2;
        for (let i = 0; i < last; i += 2) x = nn.relu(dense(x, parameters[i], parameters[i + 1]));
        return crossEntropy(dense(x, parameters[last], parameters[last + 1]), targets, classes);
      };
      return training(shapes, loss, { x: normal([batch, inputs], 9), targets: labels(batch, classes) });
    },
    'convolutional network': () => {
      const { side, filters, hidden, classes, batch } = sizes.convolutional;
      const [first, second] = filters;
      const flat = (side / 4) ** 2 * second;
      const shapes = [
        [first, 1, 3, 3],
        [first, 1, 1],
        [second, first, 3, 3],
        [second, 1, 1],
      ];
      shapes.push([flat, hidden], [hidden], [hidden, classes], [classes]);
      const block = (x, kernel, bias) => {
        const y = nn.relu(lax.conv(x, kernel, [1, 1], 'SAME').add(bias));
        const [rows, channels, height, width] = y.shape;
        return y.reshape([rows, channels, height / 2, 2, width / 2, 2]).max([3, 5]);
      };
      const loss = ([k1, b1, k2, b2, w3, b3, w4, b4], { x, targets }) => {
        const features = block(block(x, k1, b1), k2, b2).reshape([batch, flat]);
        return crossEntropy(dense(nn.relu(dense(features, w3, b3)), w4, b4), targets, classes);
      };
      return training(shapes, loss, { x: normal([batch, 1, side, side], 9), targets: labels(batch, classes) });
    },
    'exp, 2^20': () => operation([normal([1 << 20], 1)], (x) => np.exp(x)),
    'tanh, 2^20': () => operation([normal([1 << 20], 1)], (x) => np.tanh(x)),
    'softmax, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => nn.softmax(x, -1)),
    'row added, 4096 x 1000': () => operation([normal([4096, 1000], 1), normal([1000], 2)], (x, row) => x.add(row)),
    'transposed, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => np.transpose(x).add(0)),
    'sum of rows, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => x.sum(1)),
    'sum of columns, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => x.sum(0)),
    'sum of all, 4096 x 1000': () => operation([normal([4096, 1000], 1)], (x) => x.sum()),
  };
  for (const [name, [m, k, n, transposeA, transposeB]] of Object.entries(sizes.products)) {
    const left = normal(transposeA ? [k, m] : [m, k], 1);
    const right = normal(transposeB ? [n, k] : [k, n], 2);
    const turn = (x, transposed) => (transposed ? np.transpose(x) : x);
    cases[name] = () => operation([left, right], (a, b) => np.matmul(turn(a, transposeA), turn(b, transposeB)));
  }
  for (const [rows, classes] of sizes.losses) {
    const gradient = valueAndGrad((logits, targets) => crossEntropy(logits, targets, classes));
    cases[`cross-entropy, ${rows} x ${classes}`] = () =>
      operation([normal([rows, classes], 1), labels(rows, classes)], gradient);
  }
  return cases;
}
