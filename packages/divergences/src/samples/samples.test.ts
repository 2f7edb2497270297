import { Random, ndarray } from '@surprisal/core';
import { type Tensor, gradientsOf, tidy, toTensor, useEngine } from '@surprisal/core/tensor';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { gaussianWasserstein } from '../gaussian/wasserstein.js';
import { optimalTransport } from '../transport/index.js';
import { cauchySchwarzOfSamples } from './cauchy-schwarz.js';
import { energyDistance } from './energy-distance.js';
import { mmd } from './mmd.js';
import { sinkhorn } from './sinkhorn.js';
import { slicedWasserstein } from './sliced-wasserstein.js';
import { wasserstein } from './wasserstein.js';

beforeAll(async () => void (await useEngine('wasm')));

const line = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 7 });
const weightsOf = (n: number) =>
  fc.array(fc.integer({ min: 0, max: 5 }), { minLength: n, maxLength: n }).filter((w) => w.some((v) => v > 0));
const cloud = (n: number) =>
  fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), {
    minLength: n,
    maxLength: n,
  });
const normals = (seed: number, n: number, d: number, mean = 0, sd = 1) =>
  ndarray(
    Float64Array.from(new Random(seed).normals(n * d), (z) => mean + sd * z),
    [n, d],
  );

describe('wasserstein', () => {
  it('on a line is what the network simplex finds, for any power and weights', () => {
    const lines = fc
      .tuple(line, line, fc.constantFrom(1, 1.5, 2, 3))
      .chain(([x, y, power]) =>
        fc.tuple(fc.constant(x), fc.constant(y), fc.constant(power), weightsOf(x.length), weightsOf(y.length)),
      );
    fc.assert(
      fc.property(lines, ([x, y, power, wx, wy]) => {
        const total = (w: readonly number[]) => w.map((value) => value / w.reduce((a, b) => a + b));
        const cost = x.map((a) => y.map((b) => Math.abs(a - b) ** power));
        const exact = optimalTransport(total(wx), total(wy), cost).cost ** (1 / power);
        expect(wasserstein({ power })(x, y, { weights: { x: wx, y: wy } })).toBeCloseTo(exact, 6);
        const even = (list: readonly number[]) => list.map(() => 1 / list.length);
        expect(wasserstein({ power })(x, y)).toBeCloseTo(
          optimalTransport(even(x), even(y), cost).cost ** (1 / power),
          6,
        );
      }),
    );
  });

  it('is a metric: symmetric, and no way around is shorter', () => {
    fc.assert(
      fc.property(cloud(4), cloud(3), cloud(5), fc.constantFrom(1, 2), (x, y, z, power) => {
        const distance = wasserstein({ power });
        expect(distance(x, z)).toBeLessThanOrEqual(distance(x, y) + distance(y, z) + 1e-9);
        expect(distance(x, y)).toBeCloseTo(distance(y, x), 9);
      }),
      { numRuns: 50 },
    );
  });

  it('of a sample that is moved is how far it is moved; scales with the data; rises with the power', () => {
    const x = normals(1, 50, 2);
    const moved = ndarray(
      x.data.map((value, i) => value + (i % 2 === 0 ? 3 : 4)),
      x.shape,
    );
    expect(wasserstein()(x, moved)).toBeCloseTo(5, 9);
    expect(wasserstein({ power: 2 })(x, moved)).toBeCloseTo(5, 9);
    const [a, b] = [Array.from(normals(2, 40, 1).data), Array.from(normals(3, 30, 1, 1, 2).data)];
    const times = (list: number[], c: number) => list.map((value) => c * value);
    expect(wasserstein()(times(a, 3), times(b, 3))).toBeCloseTo(3 * wasserstein()(a, b), 9);
    const rising = [1, 2, 4].map((power) => wasserstein({ power })(a, b));
    expect(rising).toEqual([...rising].sort((p, q) => p - q));
  });

  it('is near that of the Gaussians that were drawn from: within 5 standard errors of the means and deviations', () => {
    const n = 20_000;
    const exact = gaussianWasserstein()({ mean: 0, covariance: 1 }, { mean: 1, covariance: 4 });
    const estimate = wasserstein({ power: 2 })(normals(4, n, 1), normals(5, n, 1, 1, 2));
    // The squared distance is (gap of means)^2 + (gap of deviations)^2, whose estimates have variances of (1 + 4) / n and (1 + 4) / 2n.
    expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(5 * Math.sqrt(7.5 / n));
  });

  it('refuses more pairs than it can solve, where it cannot sort', () => {
    const many = ndarray(new Float64Array(2 * 2001), [2001, 2]);
    expect(() => wasserstein()(many, many)).toThrow(
      /at most 4000000 pairs .* got 2001 x 2001; take sinkhorn or sliced/,
    );
    expect(() => wasserstein({ power: 0.5 })).toThrow('wasserstein: power must be at least 1, got 0.5');
  });
});

describe('sliced wasserstein', () => {
  it('on a line is the Wasserstein distance; elsewhere below it, and in d dimensions |shift| / sqrt d for a shift', () => {
    const [a, b] = [Array.from(normals(2, 40, 1).data), Array.from(normals(3, 30, 1, 1, 2).data)];
    expect(slicedWasserstein()(a, b)).toBeCloseTo(wasserstein({ power: 2 })(a, b), 9);
    const [x, y] = [normals(6, 30, 3), normals(7, 30, 3, 1)];
    expect(slicedWasserstein()(x, y)).toBeLessThanOrEqual(wasserstein({ power: 2 })(x, y));
    const moved = ndarray(
      x.data.map((value, i) => value + (i % 3 === 0 ? 3 : 0)),
      x.shape,
    );
    // The mean of 9 (first coordinate of a direction)^2 is 9/3, its variance 81 (1/5 - 1/9).
    const squared = slicedWasserstein({ projections: 2000 })(x, moved) ** 2;
    expect(Math.abs(squared - 3)).toBeLessThanOrEqual(5 * Math.sqrt((81 * (1 / 5 - 1 / 9)) / 2000));
  });

  it('is the same for the same seed, and another for another', () => {
    const [x, y] = [normals(6, 30, 3), normals(7, 30, 3, 1)];
    expect(slicedWasserstein({ seed: 3 })(x, y)).toBe(slicedWasserstein({ seed: 3 })(x, y));
    expect(slicedWasserstein({ seed: 3 })(x, y)).not.toBe(slicedWasserstein({ seed: 4 })(x, y));
  });
});

describe('sinkhorn', () => {
  it('converges for an epsilon of a ten-thousandth of the costs, to the exact distance', () => {
    const random = new Random(8);
    const [x, y] = [random.uniforms(60), random.uniforms(50)];
    const exact = wasserstein({ power: 2 })(x, y) ** 2;
    expect(Math.abs(sinkhorn({ epsilon: 1e-5 })(x, y) - exact)).toBeLessThan(1e-4);
  });

  it('of a sample that is moved is the square of how far, whatever epsilon', () => {
    const x = normals(1, 30, 2);
    const moved = ndarray(
      x.data.map((value, i) => value + (i % 2 === 0 ? 1 : 2)),
      x.shape,
    );
    for (const epsilon of [0.1, 1, 10])
      expect(sinkhorn({ epsilon, tolerance: 1e-6, iterations: 100_000 })(x, moved)).toBeCloseTo(5, 5);
  });

  it('tends to the Wasserstein distance as epsilon falls, and to the gap of the means as it grows', () => {
    const [x, y] = [normals(8, 25, 2), normals(9, 20, 2, 1)];
    const exact = wasserstein({ power: 2 })(x, y) ** 2;
    const gaps = [1, 0.1, 0.01].map((epsilon) => Math.abs(sinkhorn({ epsilon, iterations: 50_000 })(x, y) - exact));
    expect(gaps).toEqual([...gaps].sort((a, b) => b - a));
    expect(gaps[2]).toBeLessThanOrEqual(0.01 * exact);
    const centre = (points: Float64Array, k: number) =>
      points.filter((_, i) => i % 2 === k).reduce((a, b) => a + b) / (points.length / 2);
    const gap = (centre(x.data, 0) - centre(y.data, 0)) ** 2 + (centre(x.data, 1) - centre(y.data, 1)) ** 2;
    expect(sinkhorn({ epsilon: 1e5 })(x, y)).toBeCloseTo(gap, 3);
  });

  it('for distances and a large epsilon is half of the energy distance', () => {
    const [x, y] = [normals(8, 25, 2), normals(9, 20, 2, 1)];
    expect(sinkhorn({ power: 1, epsilon: 1e5 })(x, y)).toBeCloseTo(energyDistance()(x, y) / 2, 3);
  });

  it('says so when its sweeps do not suffice, instead of a value', () => {
    const [x, y] = [normals(8, 25, 2), normals(9, 20, 2, 1)];
    expect(() => sinkhorn({ epsilon: 0.01, iterations: 5 })(x, y)).toThrow(
      /^sinkhorn: the marginals must be right within 0.00001 in total, got \S+ after \d+ passes; take more iterations, a larger epsilon or a larger tolerance$/,
    );
    expect(() => sinkhorn({ epsilon: 1e-14 })(x, y)).toThrow(/^sinkhorn: epsilon must be at least 1e-12 of the spread/);
    expect(() => sinkhorn()([0, 1e200], [0])).toThrow(
      'sinkhorn: distances to the power must be finite, got Infinity; scale the points down',
    );
    expect(() => sinkhorn({ epsilon: 0.01, iterations: 5 }).tensor(x, y)).toThrow(/take more iterations/);
    const many = new Float64Array(5001);
    expect(() => sinkhorn()(many, [0])).toThrow(
      /at most 25000000 pairs.* got 5001 and 1 points; take sliced-wasserstein/,
    );
    expect(sinkhorn({ debiased: false })(many, [0])).toBeCloseTo(0, 9);
  });

  it('without debiasing lies above exact transport', () => {
    const [x, y] = [normals(8, 25, 2), normals(9, 20, 2, 1)];
    expect(sinkhorn({ debiased: false })(x, y)).toBeGreaterThan(wasserstein({ power: 2 })(x, y) ** 2);
  });
});

describe('energy distance', () => {
  it('on a line is what all pairs give', () => {
    const lines = fc
      .tuple(line, line)
      .chain(([x, y]) => fc.tuple(fc.constant(x), fc.constant(y), weightsOf(x.length), weightsOf(y.length)));
    fc.assert(
      fc.property(lines, ([x, y, wx, wy]) => {
        const plane = (list: readonly number[]) => list.map((value) => [value, 0]);
        expect(energyDistance()(x, y)).toBeCloseTo(energyDistance()(plane(x), plane(y)), 9);
        const weights = { x: wx, y: wy };
        expect(energyDistance()(x, y, { weights })).toBeCloseTo(energyDistance()(plane(x), plane(y), { weights }), 9);
      }),
    );
  });
});

describe('mmd', () => {
  it('is the definition, written out', () => {
    const [x, y] = [[0, 0.5, 2], [1, 3]]; // prettier-ignore
    const mean = (a: readonly number[], b: readonly number[], skip = false) => {
      const values = a.flatMap((p, i) => b.flatMap((q, j) => (skip && i === j ? [] : Math.exp(-((p - q) ** 2) / 8))));
      return values.reduce((s, v) => s + v) / values.length;
    };
    expect(mmd({ bandwidth: 2 })(x, y)).toBeCloseTo(mean(x, x) + mean(y, y) - 2 * mean(x, y), 12);
    const unbiased = mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y);
    expect(mmd({ bandwidth: 2, estimator: 'unbiased' })(x, y)).toBeCloseTo(unbiased, 12);
  });

  it('unbiased is 0 on average where the distributions agree, biased is not', () => {
    const values = (estimator: 'biased' | 'unbiased') =>
      Array.from({ length: 400 }, (_, k) =>
        mmd({ bandwidth: 1, estimator })(normals(2 * k, 10, 2), normals(2 * k + 1, 12, 2)),
      );
    const summary = (list: readonly number[]) => {
      const mean = list.reduce((a, b) => a + b) / list.length;
      const variance = list.reduce((total, value) => total + (value - mean) ** 2, 0) / (list.length - 1);
      return { mean, error: Math.sqrt(variance / list.length) };
    };
    const [fair, high] = [summary(values('unbiased')), summary(values('biased'))];
    expect(Math.abs(fair.mean)).toBeLessThanOrEqual(4 * fair.error);
    // E k(x, x') of a standard normal plane is 1/3 for a width of 1.
    const bias = (1 - 1 / 3) * (1 / 10 + 1 / 12);
    expect(Math.abs(high.mean - bias)).toBeLessThanOrEqual(4 * high.error);
  });

  it('has more than one kernel, each 1 at 0 and falling', () => {
    for (const kernel of ['gaussian', 'multi-scale', 'laplacian', 'rational-quadratic'] as const) {
      const values = [0, 1, 2, 4].map((y) => mmd({ kernel, bandwidth: 1 })([0], [y]));
      expect(values[0]).toBe(0);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values[3]).toBeLessThanOrEqual(2);
      for (const estimator of ['biased', 'unbiased'] as const) {
        const [x, y] = [normals(1, 5, 2), normals(2, 6, 2)];
        const divergence = mmd({ kernel, estimator });
        expect(tidy(() => (divergence.tensor(x, y) as Tensor).dataSync()[0]!)).toBeCloseTo(divergence(x, y), 5);
      }
    }
  });

  it('refuses one point for the unbiased estimate', () => {
    expect(() => mmd({ estimator: 'unbiased' })([1], [1, 2])).toThrow(
      'mmd: x must hold at least 2 points for the unbiased estimate, got 1; take estimator "biased"',
    );
    expect(() => mmd({ estimator: 'unbiased' }).tensor([1, 2], [1])).toThrow(/y must hold at least 2 points/);
  });
});

describe('cauchy-schwarz of samples', () => {
  const divergence = cauchySchwarzOfSamples({ bandwidth: 1 });

  it('is unchanged when every point is doubled, by rotation, and by scaling data and width alike', () => {
    fc.assert(
      fc.property(cloud(4), cloud(3), (x, y) => {
        const value = divergence(x, y);
        expect(divergence([...x, ...x], [...y, ...y])).toBeCloseTo(value, 9);
        const turned = (points: readonly (readonly [number, number])[]) =>
          points.map(([a, b]) => [0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b]);
        expect(divergence(turned(x), turned(y))).toBeCloseTo(value, 9);
        const scaled = (points: readonly (readonly number[])[]) => points.map((point) => point.map((v) => 3 * v));
        expect(cauchySchwarzOfSamples({ bandwidth: 3 })(scaled(x), scaled(y))).toBeCloseTo(value, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('falls to 0 for wide kernels, and is finite where a plain sum of kernels would be 0', () => {
    expect(cauchySchwarzOfSamples({ bandwidth: 1e4 })([0, 1], [3, 4])).toBeLessThan(1e-6);
    expect(divergence([0], [100])).toBeCloseTo(100 ** 2, 6);
    const { value, gradients } = gradientsOf((x) => divergence.tensor(x!, [[100]]), [toTensor([[0]])]);
    expect(value.dataSync()[0]).toBeCloseTo(1e4, 0);
    expect(gradients[0]!.dataSync()[0]).toBeCloseTo(-200, 2);
  });
});
