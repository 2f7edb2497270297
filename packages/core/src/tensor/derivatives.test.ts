import { beforeAll, describe, expect, it } from 'vitest';
import { type Case, type Host, constant, grid, put, table } from '../../test/operations.js';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import * as t from './index.js';
import { type Tensor, gradientsOf, memory, tidy, toTensor, useEngine } from './index.js';

/** Weights of the outputs: what is differentiated is sum w (y + 0.3 y^2), so that the gradient's gradient is never left out. */
const weights = (size: number) => Float64Array.from(new Random(7).normals(size));
const loss = (f: Case['f']) => (x: readonly Tensor[]) => {
  const y = f(...x);
  const w = toTensor(ndarray(Float32Array.from(weights(y.size)), y.shape));
  return t.sum(t.mul(w, t.add(y, t.mul(t.square(y), 0.3))));
};

/** Summed on the host, in float64. */
function lossOnHost(f: Case['f'], x: readonly Host[]): number {
  return tidy(() => {
    const y = Array.from(f(...x.map(put)).dataSync());
    const w = weights(y.length);
    return y.reduce((sum, value, i) => sum + w[i]! * (value + 0.3 * value * value), 0);
  });
}

const directions = (x: readonly Host[], seed: number) => {
  const random = new Random(seed);
  return x.map(({ shape, data }) => ({ shape, data: Float64Array.from(data, () => 2 * random.uniform() - 1) }));
};
const along = (x: readonly Host[], v: readonly Host[], by: number) =>
  x.map(({ shape, data }, k) => ({ shape, data: data.map((value, i) => value + by * v[k]!.data[i]!) }));

/** The derivative at 0, of order 8 in the step: off by some 1e-6 of the sizes when f is off by a rounding of float32. */
const slope = (f: (by: number) => number, step = 0.015) =>
  [4 / 5, -1 / 5, 4 / 105, -1 / 280].reduce(
    (sum, c, k) => sum + (c * (f((k + 1) * step) - f(-(k + 1) * step))) / step,
    0,
  );

const dotHost = (a: readonly (readonly number[])[], b: readonly Host[]) =>
  a.reduce((sum, values, k) => sum + values.reduce((s, value, i) => s + value * b[k]!.data[i]!, 0), 0);

const gradientAt = (f: Case['f'], x: readonly Host[]): number[][] =>
  tidy(() => gradientsOf((...given) => loss(f)(given), x.map(put)).gradients.map((g) => Array.from(g.dataSync())));

/** H v for the loss, with H v = the gradient of <gradient, v>. */
const secondAt = (f: Case['f'], x: readonly Host[], v: readonly Host[]): number[][] =>
  tidy(() => {
    const inner = (...given: Tensor[]) => {
      const { gradients } = gradientsOf((...z) => loss(f)(z), given);
      return t.addN(gradients.map((g, k) => t.sum(t.mul(g, put(v[k]!)))));
    };
    return gradientsOf(inner, x.map(put)).gradients.map((g) => Array.from(g.dataSync()));
  });

const closeTo = (got: number, expected: number, size: number) =>
  expect(Math.abs(got - expected), `${got}, by differences ${expected}`).toBeLessThanOrEqual(2e-4 * Math.max(1, size));

const largest = (values: readonly (readonly number[])[]) => Math.max(...values.flat().map(Math.abs));

describe.each(['cpu', 'wasm'] as const)('derivatives on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));

  it.each(table)('$name: the first', ({ f, x }) => {
    for (const seed of [1, 2]) {
      const v = directions(x, seed);
      const gradient = gradientAt(f, x);
      closeTo(
        dotHost(gradient, v),
        slope((by) => lossOnHost(f, along(x, v, by))),
        largest(gradient),
      );
    }
  });

  it.each(table)('$name: the second', ({ f, x }) => {
    const [u, v] = [directions(x, 3), directions(x, 4)];
    const product = secondAt(f, x, u);
    closeTo(
      dotHost(product, v),
      slope((by) => dotHost(gradientAt(f, along(x, v, by)), u)),
      largest(product),
    );
  });

  it('leave no tensors behind', () => {
    for (const { f, x } of table) {
      const before = memory().numTensors;
      secondAt(f, x, x);
      expect(memory().numTensors).toBe(before);
    }
  });

  it.each(Object.entries(constant))('%s is as a constant', (_, f) => {
    const gradient = gradientAt((x) => t.add(t.sum(f(x!)), t.sum(t.square(x!))), [grid([2, 3])]);
    const without = gradientAt((x) => t.add(t.sum(f(put(grid([2, 3])))), t.sum(t.square(x!))), [grid([2, 3])]);
    expect(gradient).toEqual(without);
  });

  it('of distances that vanish are 0, of sizes that vanish as well', () => {
    const zero = { shape: [2, 2], data: Float64Array.of(0, 0, 3, 4) };
    const slopes = (f: (x: Tensor) => Tensor) =>
      tidy(() => Array.from(gradientsOf((x) => t.sum(f(x)), [put(zero)]).gradients[0]!.dataSync()));
    expect(slopes((x) => t.norm(x, 'euclidean', 1))).toEqual([0, 0, Math.fround(0.6), Math.fround(0.8)]);
    expect(slopes(t.safeSqrt).slice(0, 2)).toEqual([0, 0]);
    expect(slopes(t.abs)).toEqual([0, 0, 1, 1]);
    expect(
      secondAt((x) => t.norm(x!, 'euclidean', 1), [zero], [zero])
        .flat()
        .every(Number.isFinite),
    ).toBe(true);
  });

  it('pass by what `where` does not choose, however steep what comes after it', () => {
    const root = (z: Tensor) => t.sum(t.sqrt(t.where(t.greater(z, 0), z, t.zerosLike(z))));
    const slopes = tidy(() => Array.from(gradientsOf(root, [t.tensor1d([0, 4])]).gradients[0]!.dataSync()));
    expect(slopes).toEqual([0, 0.25]);
  });

  it('of the largest and the least are shared by all that are', () => {
    const x = t.tensor2d([[1, 3, 3], [0, 0, 2]]); // prettier-ignore
    const slopes = (f: (z: Tensor) => Tensor) =>
      tidy(() => Array.from(gradientsOf((z) => t.sum(f(z)), [x]).gradients[0]!.dataSync()));
    expect(slopes((z) => t.max(z, 1))).toEqual([0, 0.5, 0.5, 0, 0, 1]);
    expect(slopes((z) => t.min(z, -1, true))).toEqual([1, 0, 0, 0.5, 0.5, 0]);
    expect(slopes((z) => t.max(z))).toEqual([0, 0.5, 0.5, 0, 0, 0]);
    x.dispose();
  });

  it('of norms hold where squares overflow or vanish', () => {
    for (const size of [1e30, 1e-30]) {
      const { value, gradients } = gradientsOf((x) => t.norm(x), [t.tensor1d([3 * size, 4 * size])]);
      expect(value.dataSync()[0]! / size).toBeCloseTo(5, 5);
      expect(gradients[0]!.dataSync()[0]).toBeCloseTo(0.6, 5);
    }
    expect(t.norm(t.tensor1d([Infinity, 1])).dataSync()[0]).toBe(Infinity);
    expect(t.norm(t.tensor1d([NaN, 1])).dataSync()[0]).toBeNaN();
  });
});
