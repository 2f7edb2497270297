import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, normals, numbersOf, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const logistic = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const selu = (x: number) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x));

/** In float64: the series around 0, the continued fraction of its complement from 2.5 on. */
function erf(x: number): number {
  const t = Math.abs(x);
  const scale = Math.exp(-t * t) / Math.sqrt(Math.PI);
  if (t >= 2.5) {
    let fraction = 0;
    for (let k = 200; k > 0; k--) fraction = k / 2 / (t + fraction);
    return Math.sign(x) * (1 - scale / (t + fraction));
  }
  let [sum, term] = [t, t];
  for (let k = 1; term > 1e-18 * sum; k++) sum += term *= (2 * t * t) / (2 * k + 1);
  return Math.sign(x) * 2 * scale * sum;
}

/** Each function, what it is in float64, and the error that assembly/math.ts states, in ulp. */
const functions = [
  ['exp', (x: tf.Tensor) => tf.exp(x), Math.exp, 1],
  ['expm1', (x: tf.Tensor) => tf.expm1(x), Math.expm1, 2],
  ['log', (x: tf.Tensor) => tf.log(x), Math.log, 1],
  ['log1p', (x: tf.Tensor) => tf.log1p(x), Math.log1p, 1],
  ['tanh', (x: tf.Tensor) => tf.tanh(x), Math.tanh, 3],
  ['sigmoid', (x: tf.Tensor) => tf.sigmoid(x), logistic, 3],
  ['softplus', (x: tf.Tensor) => tf.softplus(x), softplus, 2],
  ['selu', (x: tf.Tensor) => tf.selu(x), selu, 4],
  ['erf', (x: tf.Tensor) => tf.erf(x), erf, 2],
  ['sqrt', (x: tf.Tensor) => tf.sqrt(x), Math.sqrt, 0.5],
  ['rsqrt', (x: tf.Tensor) => tf.rsqrt(x), (x: number) => 1 / Math.sqrt(x), 1.5],
  ['reciprocal', (x: tf.Tensor) => tf.reciprocal(x), (x: number) => 1 / x, 0.5],
] as const;

/** The distance between float32 numbers of this size: those below 2^-126 are all equally far apart. */
const ulp = (value: number) => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);

/** Numbers of all bit patterns, `stride` apart. */
function* patterns(stride: number, from: number): Generator<Float32Array> {
  const bits = new Uint32Array(1 << 20);
  for (let at = from; at < 2 ** 32; at += stride * bits.length) {
    for (let i = 0; i < bits.length; i++) bits[i] = at + i * stride;
    yield new Float32Array(bits.buffer);
  }
}

/** These give 0 where the least normal number is too large. */
const flushed = ['sigmoid', 'softplus'];

/** Where a function is not what it should be: the largest error in ulp, and where a NaN, a zero or an infinity is not that one. */
function errors(x: Float32Array, y: Float32Array, f: (x: number) => number, flushes: boolean) {
  let worst = 0;
  const wrong: number[] = [];
  x.forEach((at, i) => {
    const [got, exact] = [y[i]!, f(at)];
    const special = !Number.isFinite(got) || !Number.isFinite(Math.fround(exact)) || exact === 0;
    if (flushes && got === 0 && exact < 1.01 * 2 ** -126) return;
    if (!special) worst = Math.max(worst, Math.abs(got - exact) / ulp(exact));
    else if (!Object.is(got, Math.fround(exact))) wrong.push(at);
  });
  return { worst, wrong };
}

describe.each(functions)('%s', (name, compute, exact, bound) => {
  const apply = (x: Float32Array) => numbersOf(() => compute(tf.tensor1d(x)))[0]!.data as Float32Array;

  it(`is within ${bound} ulp over all of float32`, () => {
    for (const x of patterns(4093, 1)) {
      const { worst, wrong } = errors(x, apply(x), exact, flushed.includes(name));
      expect(wrong).toEqual([]);
      expect(worst).toBeLessThanOrEqual(bound);
    }
  });

  it('is right at zeros, infinities, NaN and the edges of the range', () => {
    const edges = [0, -0, 1, -1, 1e-45, -1e-45, 1e-40, 2 ** -126, 3.4e38, -3.4e38, Infinity, -Infinity, NaN];
    const ranges = [88.722, 88.7229, -87.3, -88, -103.9, -103.98, -110, 0.925, -0.925, 3.9, 4, 4.1, 30, -30, 1e10];
    const x = Float32Array.from([...edges, ...ranges]);
    const { worst, wrong } = errors(x, apply(x), exact, flushed.includes(name));
    expect(wrong).toEqual([]);
    expect(worst).toBeLessThanOrEqual(bound);
  });

  it('equals that of the cpu backend in any shape', () =>
    fc.assert(
      fc.asyncProperty(shape(), seed, async (shape, at) => {
        const x = normals(shape, at, true);
        const { here, there } = await onBoth(() => [compute(put(x))]);
        const rough = name === 'erf' ? 3e-7 : 0; // cpu's formula
        expectWithin(here[0]!, there[0]!, (value) => (bound + 1) * ulp(value) + rough);
      }),
      { numRuns: 40 },
    ));

  it('is differentiated as the definition', () => {
    const x = [-2.5, -0.5, 0.25, 0.75, 3].map((value) => (/log|sqrt/.test(name) ? Math.abs(value) : value));
    const gradient = tf.tidy(() => tf.grad(compute)(tf.tensor1d(x)).arraySync() as number[]);
    x.forEach((at, i) => {
      const h = 1e-5;
      expect(gradient[i]).toBeCloseTo((exact(at + h) - exact(at - h)) / (2 * h), 4);
    });
  });
});

describe('bounds', () => {
  const functions = [
    (x: tf.Tensor) => tf.clipByValue(x, -0.5, 1),
    (x: tf.Tensor) => tf.relu(x),
    (x: tf.Tensor) => tf.relu6(tf.mul(x, 5)),
    (x: tf.Tensor) => tf.sign(x),
    (x: tf.Tensor) => tf.leakyRelu(x, 0.25),
  ];

  it('equal those of the cpu backend in any shape, also at NaN and infinities', () =>
    fc.assert(
      fc.asyncProperty(shape(), seed, async (shape, at) => {
        const x = normals(shape, at, true);
        const { here, there } = await onBoth(() => functions.map((compute) => compute(put(x))));
        here.forEach((got, i) => expectWithin(got, there[i]!, () => 0));
      }),
      { numRuns: 60 },
    ));

  it('keep every NaN, also one with a sign', () => {
    const nan = tf.div(tf.zeros([21]), 0);
    for (const compute of functions.slice(0, 3)) expect(compute(nan).dataSync().every(Number.isNaN)).toBe(true);
  });
});

it('leaves whole numbers to tfjs', async () => {
  const x = { shape: [3], data: Int32Array.from([-7, 0, 2]) };
  const { here, there } = await onBoth(() => [tf.relu(put(x)), tf.exp(put(x)), tf.sign(put(x))]);
  here.forEach((got, i) => expectWithin(got, there[i]!, (value) => 1e-6 * Math.abs(value)));
});
