import { DomainError, Random, ShapeError, ndarray } from '@surprisal/core';
import { logSumExp, mean, variance } from '@surprisal/core/numerics';
import { type Tensor, type TensorLike, gradientsOf, mul, sub, toTensor, useEngine } from '@surprisal/core/tensor';
import { everyEngine, expectGradient, expectNoLeak, goldens, onEngines, valuesOf } from '@surprisal/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { gaussianKullbackLeibler } from '../gaussian/index.js';
import { type Generator, generators } from '../generators.js';
import {
  type CriticScores,
  donskerVaradhan,
  infoNce,
  jensenShannonBound,
  nearestNeighbourKl,
  nguyenWainwrightJordan,
  scoresOfPairs,
  smile,
  tuba,
  variationalBound,
} from './index.js';

goldens(
  new URL('..', import.meta.url).href,
  '00-mi-baselines',
  {
    criticBounds({ inputs, params }) {
      const ofPairs = (bound: (scores: CriticScores) => Tensor) => (scores: Tensor) => bound(scoresOfPairs(scores));
      const bounds: Record<string, (scores: Tensor) => Tensor> = {
        donsker_varadhan: ofPairs(donskerVaradhan),
        nwj: ofPairs(nguyenWainwrightJordan),
        infonce: (scores) => infoNce(scores),
        infonce_columns: (scores) => infoNce(scores, { over: 'columns' }),
        tuba: ofPairs((scores) => tuba(scores, { baseline: params.tuba_baseline_a })),
        smile: ofPairs((scores) => smile(scores, { tau: params.smile_tau })),
        // The card's objective is twice the bound, without what makes it tight.
        jsd_objective: ofPairs((scores) => sub(mul(jensenShannonBound(scores), 2), Math.log(4))),
      };
      return Object.fromEntries(
        Object.entries(bounds).flatMap(([name, bound]) => {
          const { value, gradients } = gradientsOf((scores) => bound(scores!), [toTensor(inputs.scores)]);
          return [
            [name, value],
            [`grad_${name}`, gradients[0]!],
          ];
        }),
      );
    },
  },
  { engines: everyEngine, partial: true },
);

goldens(
  new URL('..', import.meta.url).href,
  '00-mi-baselines',
  {
    knnKlDivergence: ({ inputs, params }) => ({
      kl_p_q: nearestNeighbourKl(inputs.p_samples, inputs.q_samples, { k: params.k }),
    }),
  },
  { partial: true },
);

/** Of the scores of samples of p and q; each is nats. */
const bounds: Record<string, (scores: CriticScores) => Tensor> = {
  donskerVaradhan,
  nguyenWainwrightJordan,
  tuba: (scores) => tuba(scores, { baseline: 1.5 }),
  smile: (scores) => smile(scores, { tau: 1.2 }),
  jensenShannonBound,
};

const number = (value: Tensor) => value.dataSync()[0]!;
const list = (most: number) => fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: most });
const square = fc.integer({ min: 2, max: 5 }).chain((n) =>
  fc.array(fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: n, maxLength: n }), {
    minLength: n,
    maxLength: n,
  }),
);

describe.each(Object.entries(bounds))('%s', (name, bound) => {
  onEngines(everyEngine, (engine) => {
    const [p, q] = [ndarray(Float64Array.of(0.4, -1.1, 2), [3]), ndarray(Float64Array.of(0.7, -0.2, -2.5, 1.7), [4])];

    it('has the gradient that differences show, and leaves no tensors behind', async () => {
      await expectGradient((a, b) => bound({ p: a!, q: b! }), [p, q]);
      expectNoLeak(() => bound({ p, q }));
      expectNoLeak(() => Object.values(scoresOfPairs([[1, 2], [3, 4]]))); // prettier-ignore
    });

    it('gives a limit and no NaN for extreme scores, nor does its gradient', async () => {
      const extremes: [TensorLike, TensorLike][] = [
        [[1e30, 0], [-1e30, 0]],
        [[-1e30], [1e30, 1]],
        [[0], [-1e30]],
      ]; // prettier-ignore
      for (const [a, b] of extremes) {
        const { value, gradients } = gradientsOf((x, y) => bound({ p: x!, q: y! }), [toTensor(a), toTensor(b)]);
        for (const tensor of [value, ...gradients]) expect((await valuesOf(tensor)).some(Number.isNaN)).toBe(false);
      }
    });

    it.skipIf(engine === 'webgpu')('refuses what are no scores', () => {
      expect(() => bound({ p: [[1]], q: [1] })).toThrow(new ShapeError(`${name}: p must be [n], got [1, 1]`));
      expect(() => bound({ p: [1], q: [] })).toThrow(new ShapeError(`${name}: q must be [n] with n >= 1, got [0]`));
      expect(() => bound({ p: [1], q: [0, -Infinity] })).toThrow(
        new DomainError(`${name}: q must be finite, got -Infinity`),
      );
    });
  });
});

describe('bounds of the same scores', () => {
  beforeAll(async () => void (await useEngine('cpu')));

  it('are ordered: NWJ and TUBA are below Donsker-Varadhan, and TUBA touches it at the mean of exp', () => {
    fc.assert(
      fc.property(list(6), list(6), fc.double({ min: 0.05, max: 20, noNaN: true }), (p, q, baseline) => {
        const dv = number(donskerVaradhan({ p, q }));
        const rounding = 1e-5 * (1 + Math.exp(Math.max(...q)));
        expect(number(nguyenWainwrightJordan({ p, q }))).toBeLessThanOrEqual(dv + rounding);
        expect(number(tuba({ p, q }, { baseline }))).toBeLessThanOrEqual(dv + rounding / Math.min(1, baseline));
        const normalizer = Math.exp(logSumExp(q)) / q.length;
        expect(number(tuba({ p, q }, { baseline: normalizer }))).toBeCloseTo(dv, 4);
      }),
    );
  });

  it('TUBA of the baseline e is NWJ, which is the f-divergence bound of KL', () => {
    fc.assert(
      fc.property(list(6), list(6), (p, q) => {
        const nwj = number(nguyenWainwrightJordan({ p, q }));
        expect(number(tuba({ p, q }))).toBe(nwj);
        const host = variationalBound(generators.kl, { p, q });
        expect(Math.abs(host - nwj)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(host)));
      }),
    );
  });

  it('SMILE is Donsker-Varadhan for a large tau, and the mean of p for a small one', () => {
    fc.assert(
      fc.property(list(6), list(6), (p, q) => {
        expect(number(smile({ p, q }, { tau: 6 }))).toBeCloseTo(number(donskerVaradhan({ p, q })), 5);
        expect(number(smile({ p, q }, { tau: 1e-7 }))).toBeCloseTo(mean(p), 5);
      }),
    );
  });

  it('Donsker-Varadhan does not see a constant added to all scores, and no bound exceeds what it may', () => {
    fc.assert(
      fc.property(list(6), list(6), fc.double({ min: -3, max: 3, noNaN: true }), (p, q, c) => {
        const plus = (scores: readonly number[]) => scores.map((score) => score + c);
        expect(number(donskerVaradhan({ p: plus(p), q: plus(q) }))).toBeCloseTo(number(donskerVaradhan({ p, q })), 4);
        expect(number(jensenShannonBound({ p, q }))).toBeLessThanOrEqual(Math.fround(Math.LN2));
      }),
    );
  });

  it('gradients of Donsker-Varadhan and InfoNCE sum to 0', () => {
    fc.assert(
      fc.property(square, (scores) => {
        for (const bound of [(s: Tensor) => donskerVaradhan(scoresOfPairs(s)), (s: Tensor) => infoNce(s)]) {
          const slopes = gradientsOf((s) => bound(s!), [toTensor(scores)]).gradients[0]!;
          expect(Array.from(slopes.dataSync()).reduce((a, b) => a + b)).toBeCloseTo(0, 5);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('InfoNCE', () => {
  beforeAll(async () => void (await useEngine('cpu')));

  it('is at most log n, does not see what is added to a row, and both ways is the mean of each', () => {
    fc.assert(
      fc.property(square, fc.double({ min: -3, max: 3, noNaN: true }), (scores, c) => {
        const [rows, columns, both] = (['rows', 'columns', 'both'] as const).map((over) =>
          number(infoNce(scores, { over })),
        );
        expect(rows).toBeLessThanOrEqual(Math.log(scores.length) + 1e-6);
        expect(both).toBeCloseTo((rows! + columns!) / 2, 5);
        const transposed = scores.map((_, i) => scores.map((row) => row[i]!));
        expect(number(infoNce(transposed))).toBeCloseTo(columns!, 5);
        expect(number(infoNce(scores.map((row, i) => row.map((score) => score + c * i))))).toBeCloseTo(rows!, 4);
      }),
      { numRuns: 50 },
    );
  });

  it('reaches log n where pairs are certain, and refuses what is no square of scores', () => {
    expect(number(infoNce([[1e30, 0, 0], [0, 1e30, 0], [0, 0, 1e30]]))).toBeCloseTo(Math.log(3), 6); // prettier-ignore
    expect(() => infoNce([[1]])).toThrow(new ShapeError('infoNce: scores must be [n, n] with n >= 2, got [1, 1]'));
    expect(() => infoNce([[1, 2, 3], [4, 5, 6]])).toThrow(ShapeError); // prettier-ignore
    expect(() => infoNce([[1, NaN], [0, 0]])).toThrow('infoNce: scores must be finite, got NaN'); // prettier-ignore
    expect(() => infoNce([[1, 0], [0, 1]], { over: 'all' as never })).toThrow(/one of rows, columns, both, got all/); // prettier-ignore
    expect(() => tuba({ p: [1], q: [1] }, { baseline: 0 })).toThrow(/greater than 0 and finite, got 0/);
    expect(() => smile({ p: [1], q: [1] }, { tau: -1 })).toThrow(/greater than 0, got -1/);
  });
});

/** p = N(0, 1), q = N(1, 4): the log of their ratio of densities, and samples. */
const [P, Q] = [{ mean: 0, covariance: 1 }, { mean: 1, covariance: 4 }]; // prettier-ignore
const logRatio = (x: number) => Math.log(2) - x ** 2 / 2 + (x - 1) ** 2 / 8;
const N = 20_000;
const drawn = (seed: number) => ({
  p: new Random(seed).normals(N),
  q: Array.from(new Random(seed).split(1).normals(N), (z) => 1 + 2 * z),
});

describe('bounds of samples of two Gaussians, whose divergence is known', () => {
  beforeAll(async () => void (await useEngine('cpu')));

  const kl = gaussianKullbackLeibler()(P, Q);
  const { p, q } = drawn(1);
  const scores = (critic: (x: number) => number) => ({ p: Array.from(p, critic), q: q.map(critic) });
  /** The standard error of a bound on KL: of the mean of p, and of the mean of exp of q over its size. */
  const errorOf = ({ p: a, q: b }: { p: number[]; q: number[] }, normalizer: number) =>
    Math.sqrt((variance(a) + variance(b.map((score) => Math.exp(score) / normalizer))) / N);

  it('are tight for the best critic, within 5 standard errors', () => {
    const best = scores(logRatio);
    const shifted = scores((x) => 1 + logRatio(x));
    const error = errorOf(best, 1);
    for (const value of [donskerVaradhan(best), nguyenWainwrightJordan(shifted), tuba(best, { baseline: 1 })])
      expect(Math.abs(number(value) - kl)).toBeLessThanOrEqual(5 * error);
  });

  it('are below it for other critics, beyond 5 standard errors where the critic is poor', () => {
    const critics = [(x: number) => -x / 2, (x: number) => 0.5 * logRatio(x), (x: number) => -((x - 0.3) ** 2) / 6];
    for (const critic of critics) {
      const given = scores(critic);
      const normalizer = mean(given.q.map(Math.exp));
      const error = errorOf(given, normalizer);
      const values = [donskerVaradhan(given), nguyenWainwrightJordan(given), tuba(given, { baseline: 1 })].map(number);
      for (const value of values) expect(value).toBeLessThan(kl - 5 * error);
      expect(values[0]).toBeGreaterThan(0);
    }
  });

  it.each(['kl', 'rkl', 'js', 'sh', 'pearson', 'neyman', 'jf', 'sf', 'tv'] as const)(
    'of the f-divergence %s are tight for the best critic on a few classes, and below for others',
    (key) => {
      const generator: Generator = generators[key];
      // Ten samples of each distribution, in exact proportion: the bound's expectations are exact.
      const [counts, others] = [[5, 3, 2], [2, 3, 5]]; // prettier-ignore
      const divergence = others.reduce((sum, c, i) => sum + (c / 10) * generator.f(counts[i]! / c), 0);
      const repeat = (times: readonly number[], values: readonly number[]) =>
        times.flatMap((count, i) => Array.from({ length: count }, () => values[i]!));
      const boundOf = (values: readonly number[]) =>
        variationalBound(generator, { p: repeat(counts, values), q: repeat(others, values) });
      const best = counts.map((count, i) => generator.derivative(count / others[i]!));
      expect(boundOf(best)).toBeCloseTo(divergence, 8);
      for (const shift of [-0.1, 0.05]) expect(boundOf(best.map((score) => score + shift))).toBeLessThan(divergence);
    },
  );

  it('of Jensen-Shannon is tight for log p/q, by the same sum over many points', () => {
    const bound = number(jensenShannonBound(scores(logRatio)));
    // Jensen-Shannon by the midpoint rule on the line.
    const density = (x: number, centre: number, sd: number) =>
      Math.exp(-(((x - centre) / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));
    let exact = 0;
    for (let x = -15; x < 17; x += 0.002) {
      const [a, b] = [density(x, 0, 1), density(x, 1, 2)];
      const half = (u: number) => (u > 0 ? u * Math.log((2 * u) / (a + b)) : 0);
      exact += 0.001 * (half(a) + half(b));
    }
    const spread = (values: readonly number[]) => variance(values.map((score) => Math.log1p(Math.exp(score)) / 2));
    const { p: ofP, q: ofQ } = scores(logRatio);
    const error = Math.sqrt((spread(ofP.map((score) => -score)) + spread(ofQ)) / N);
    expect(Math.abs(bound - exact)).toBeLessThanOrEqual(5 * error);
  });
});

describe('nearest neighbours', () => {
  it('estimate the divergence of Gaussians: the mean of 20 estimates is within 4 of its standard errors', () => {
    const exact = gaussianKullbackLeibler()(P, Q);
    const estimates = Array.from({ length: 20 }, (_, seed) => {
      const { p, q } = drawn(seed + 10);
      return nearestNeighbourKl(Array.from(p).slice(0, 400), q.slice(0, 400), { k: 5 });
    });
    const error = Math.sqrt(variance(estimates) / estimates.length);
    expect(Math.abs(mean(estimates) - exact)).toBeLessThanOrEqual(4 * error);
  });

  it('do not see where the origin is, how the axes are turned, or in which unit points are', () => {
    const at = (seed: number, n: number) =>
      Array.from({ length: n }, (_, i) => Array.from(new Random(seed).split(i).normals(2)));
    const [x, y] = [at(1, 30), at(2, 25)];
    const value = nearestNeighbourKl(x, y);
    const map = (points: number[][], f: (u: number, v: number) => number[]) => points.map(([u, v]) => f(u!, v!));
    const moves = [
      (u: number, v: number) => [u + 3, v - 2],
      (u: number, v: number) => [0.6 * u - 0.8 * v, 0.8 * u + 0.6 * v],
      (u: number, v: number) => [7 * u, 7 * v],
    ];
    for (const move of moves) expect(nearestNeighbourKl(map(x, move), map(y, move))).toBeCloseTo(value, 9);
  });

  it('grow as samples move apart', () => {
    const { p, q } = drawn(3);
    const x = Array.from(p).slice(0, 200);
    const values = [0, 2, 5].map((shift) =>
      nearestNeighbourKl(
        x,
        q.slice(0, 200).map((v) => v + shift),
      ),
    );
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('refuse too few points, and points that coincide', () => {
    expect(() => nearestNeighbourKl([1, 2, 3], [1, 2, 3])).toThrow(
      'nearestNeighbourKl: x must hold more than k = 3 points, got 3',
    );
    expect(() => nearestNeighbourKl([1, 2, 3], [1], { k: 2 })).toThrow('y must hold at least k = 2 points, got 1');
    expect(() => nearestNeighbourKl([1, 1, 2], [3, 4], { k: 1 })).toThrow(
      /points of x may coincide .* at row 0; take a larger k/,
    );
    expect(() => nearestNeighbourKl([1, 2, 4], [2, 4], { k: 1 })).toThrow(/points of y may coincide .* at row 1/);
    expect(nearestNeighbourKl([1, 1, 2], [3, 4], { k: 2 })).toBeGreaterThan(0);
    expect(() => nearestNeighbourKl([1, 2], [[1, 2]], { k: 1 })).toThrow(ShapeError);
    expect(() => nearestNeighbourKl([1, 2], [1], { k: 0 })).toThrow(/whole number of at least 1, got 0/);
  });
});
