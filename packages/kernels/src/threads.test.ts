import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, normals, numbersOf, put, seed, size, useKernels, useThreads } from '../test/both.js';
import { installKernels } from './index.js';

beforeAll(useKernels);
afterAll(() => useThreads(1));

/** What is computed of numbers on the host is the same on 1, 2 and 3 threads, bit by bit. */
async function expectSame(computations: readonly (readonly [inputs: Host[], compute: Compute])[]) {
  const results = [];
  for (const threads of [1, 2, 3]) {
    await useThreads(threads);
    results.push(computations.flatMap(([inputs, compute]) => bitsOf(() => compute(...inputs.map(put)))));
  }
  const [one, ...others] = results;
  for (const other of others) other.forEach((bits, i) => expect(bits.equals(one![i]!), `result ${i}`).toBe(true));
}

type Compute = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

const bitsOf = (compute: () => tf.Tensor | tf.Tensor[]): Buffer[] =>
  numbersOf(compute).map(({ data }) => Buffer.from(data.slice().buffer));

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes = {}): tf.Tensor[] =>
  [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs, attributes)].flat();

describe('results do not depend on the number of threads', () => {
  it('of products, in any transposition', () => {
    const cases = fc.tuple(size(300), size(300), size(400), fc.boolean(), fc.boolean(), seed);
    return expectSame(
      fc.sample(cases, { numRuns: 25, seed: 1 }).map(([m, n, k, transposeA, transposeB, at]) => {
        const a = normals(transposeA ? [k, m] : [m, k], at, true);
        const b = normals(transposeB ? [n, k] : [k, n], at + 1);
        return [[a, b], (a, b) => tf.matMul(a!, b!, transposeA, transposeB)];
      }),
    );
  });

  it('of stacks of products', () => {
    const cases = fc.tuple(size(50), size(50), size(50), fc.boolean(), seed);
    return expectSame(
      fc.sample(cases, { numRuns: 15, seed: 2 }).map(([m, n, k, transposeB, at]) => {
        const stacks = [normals([3, 8, m, k], at), normals(transposeB ? [8, n, k] : [8, k, n], at + 1)];
        return [stacks, (a, b) => tf.matMul(a!, b!, false, transposeB)];
      }),
    );
  });

  it('of layers, of reductions, and of what is done element by element', () => {
    const [x, w, bias] = [normals([700, 300], 1), normals([300, 20], 2), normals([20], 3)];
    const layer: Compute = (a, b, bias) => tf.fused.matMul({ a, b, bias, activation: 'relu' } as never);
    return expectSame([
      [[x, w, bias], layer],
      [[x], (x) => [tf.exp(x!), tf.tanh(x!), tf.sigmoid(x!), tf.relu(x!), tf.erf(x!)]],
      [[x], (x) => [tf.sum(x!), tf.sum(x!, 0), tf.mean(x!, 1), tf.max(x!), tf.min(x!, 0)]],
      [[x], (x) => [tf.transpose(x!), tf.softmax(x!), tf.logSoftmax(x!)]],
      [[x], (x) => [tf.cumsum(x!, 0), tf.cumprod(x!, 1), tf.selu(x!), tf.leakyRelu(x!)]],
      [[x], (x) => [tf.reverse(x!), tf.stridedSlice(x!, [0, 0], [700, 300], [2, 3]), tf.concat([x!, x!], 1)]],
      [[x], (x) => [tf.tile(x!, [2, 2]), tf.gather(x!, tf.range(0, 600, 1, 'int32') as tf.Tensor1D)]],
    ]);
  });

  it('of convolutions, and of the gradients of convolutions and pooling', () => {
    const [x, filter, dy] = [normals([37, 9, 9, 5], 1), normals([3, 3, 5, 8], 2), normals([37, 9, 9, 8], 3)];
    const depthwise = [normals([3, 3, 5, 2], 4), normals([37, 9, 9, 10], 5)];
    const attributes = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC' };
    const gradients = (kernel: string, x: tf.Tensor, filter: tf.Tensor, dy: tf.Tensor) => [
      ...run(`${kernel}BackpropFilter`, { x, dy }, { ...attributes, filterShape: filter.shape }),
      ...run(`${kernel}BackpropInput`, { dy, filter }, { ...attributes, inputShape: x.shape }),
    ];
    return expectSame([
      [[x, filter, dy], (x, filter, dy) => gradients('Conv2D', x!, filter!, dy!)],
      [
        [normals([37, 9, 9, 16], 6), normals([3, 3, 16, 24], 7), normals([24], 8)],
        (x, filter, bias) => [
          ...run('Conv2D', { x: x!, filter: filter! }, attributes),
          ...run('DepthwiseConv2dNative', { x: x!, filter: tf.ones([4, 4, 16, 1]) }, attributes),
          ...run('FusedConv2D', { x: x!, filter: filter!, bias: bias! }, { ...attributes, activation: 'relu' }),
        ],
      ],
      [[x, ...depthwise], (x, filter, dy) => gradients('DepthwiseConv2dNative', x!, filter!, dy!)],
      [
        [x],
        (input) => {
          const window = { filterSize: 2, strides: 2, pad: 'valid' };
          const [output] = run('MaxPool', { x: input! }, window);
          return run('MaxPoolGrad', { dy: output!, input: input!, output: output! }, window);
        },
      ],
    ]);
  });

  it('of all pairs of points', () => {
    const [x, y, w, dy, weights] = [[310, 7], [507, 7], [507], [310], [310, 507]].map((shape, i) => normals(shape, i + 1)); // prettier-ignore
    const [distances, sums] = ['SurprisalSquaredDistances', 'SurprisalLogGaussianKernelSums'] as const;
    return expectSame([
      [
        [x!, y!, weights!],
        (x, y, dy) => [
          ...run(distances, { x: x!, y: y! }),
          ...['X', 'Y'].flatMap((side) => run(`${distances}Grad${side}`, { x: x!, y: y!, dy: dy! })),
        ],
      ],
      [
        [x!, y!, w!, dy!],
        (x, y, logWeights, dy) => {
          const given = { x: x!, y: y!, logWeights: logWeights! };
          const [values, statistics] = run(sums, given, { bandwidth: 2 });
          const more = { ...given, dy: dy!, statistics: statistics! };
          return [values!, ...['X', 'Y'].flatMap((side) => run(`${sums}Grad${side}`, more, { bandwidth: 2 }))];
        },
      ],
    ]);
  });

  it('of fused losses', () => {
    const [p, q, dy] = [normals([300, 401], 1), normals([300, 401], 2), normals([300], 3)];
    const labels = { shape: [300], data: Int32Array.from({ length: 300 }, (_, i) => i) };
    const attributes = { tau: 1.5, labelSmoothing: 0.1, zLoss: 0.01, forward: 1, reverse: 0.5 };
    const withGradient = (kernel: string, given: Record<string, tf.Tensor>, dy: tf.Tensor, endings = ['Grad']) => {
      const [value, statistics] = run(kernel, given, attributes);
      const more = { ...given, dy, statistics: statistics! };
      return [value!, ...endings.flatMap((ending) => run(kernel + ending, more, attributes))];
    };
    return expectSame([
      [
        [p, labels, dy],
        (logits, labels, dy) => withGradient('SurprisalSoftmaxCrossEntropy', { logits: logits!, labels: labels! }, dy!),
      ],
      [
        [p, q, dy],
        (p, q, dy) =>
          ['KullbackLeibler', 'JensenShannon'].flatMap((name) =>
            withGradient(`SurprisalSoftmax${name}`, { p: p!, q: q! }, dy!, ['GradP', 'GradQ']),
          ),
      ],
      [
        [normals([300, 64], 4), normals([64, 1200], 5), normals([1200], 6), labels, dy],
        (inputs, weights, bias, labels, dy) => {
          const layer = { inputs: inputs!, weights: weights!, bias: bias!, labels: labels! };
          return withGradient('SurprisalLinearCrossEntropy', layer, dy!);
        },
      ],
    ]);
  });
});

describe('threads', () => {
  it('share the memory of the engine', async () => {
    await useThreads(3);
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    expect(wasm.HEAPU8.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(await installKernels(tf.backend())).toBe(3);
  });

  it('leave nothing behind over 10,000 divided products', async () => {
    await useThreads(2);
    const [a, b] = [tf.ones([64, 16]), tf.ones([16, 600])];
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    const step = () => tf.tidy(() => void tf.matMul(a, b));
    step();
    const [before, bytes] = [tf.memory().numTensors, wasm.HEAPU8.length];
    for (let i = 0; i < 10_000; i++) step();
    expect(tf.memory().numTensors).toBe(before);
    expect(wasm.HEAPU8.length).toBe(bytes);
  });

  it('end with the backend, and start with the next one', async () => {
    await useThreads(3);
    const backend = tf.backend();
    const { factory, priority } = tf.engine().registryFactory['wasm']!;
    tf.removeBackend('wasm');
    expect(await installKernels(backend)).toBe(1);
    tf.registerBackend('wasm', factory, priority);
    await useThreads(2);
    expect(await installKernels(tf.backend())).toBe(2);
    expect(tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0])).toBe(11);
  });
});
