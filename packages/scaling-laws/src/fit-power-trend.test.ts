import { DataError, Random, ShapeError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFrontier } from './compute-frontier.js';
import { fitPowerTrend, touchFromBelow } from './fit-power-trend.js';
import { trendLoss } from './power-trend.js';

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    fitPowerLawPlusConstant: ({ inputs, params }) => {
      const loss = params.objective === 'squared-log' ? 'sq-log' : 'huber-log';
      const { trend, residuals, fit } = fitPowerTrend(inputs.x.data, inputs.L.data, { loss, delta: params.delta });
      const last = inputs.x.data.at(-1) as number;
      return {
        ...trend,
        // The card sums squares without a half, the Huber loss with one.
        objective: loss === 'sq-log' ? residuals.reduce((sum, r) => sum + r * r, 0) : fit!.objective,
        extrapolate_x: [10 * last, 100 * last],
        extrapolate_L: [10 * last, 100 * last].map((x) => trendLoss(trend, x)),
      };
    },
    computeFrontier: ({ inputs }) => {
      const found = computeFrontier({ C: inputs.C.data, L: inputs.L.data, N: inputs.N.data });
      const { Linf, x0, alpha } = found.loss!.trend;
      return {
        pareto_index: found.pareto,
        hull_index: found.hull,
        N_opt_beta: found.sizes!.beta,
        N_opt_log_prefactor: found.sizes!.logPrefactor,
        frontier_fit: { Linf, x0, alpha },
        touching_amplitude: found.touching!.x0 ** found.touching!.alpha,
      };
    },
  },
  { partial: true },
);

const between = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
const trends = fc.record({ Linf: between(0.3, 4), alpha: between(0.1, 0.6), share: between(0.3, 3) });
const grid = Array.from({ length: 10 }, (_, i) => 10 ** (i / 2));

/** Points of a trend whose reducible loss at the first x is `share` of Linf. */
function pointsOf({ Linf, alpha, share }: { Linf: number; alpha: number; share: number }, unit = 1) {
  const x0 = unit * (share * Linf) ** (1 / alpha);
  const x = grid.map((value) => unit * value);
  return { x, x0, losses: x.map((value) => Linf + (x0 / value) ** alpha) };
}

describe('fitting a trend', () => {
  it('returns the constants of noiseless data, at any scale of x', () => {
    fc.assert(
      fc.property(trends, fc.constantFrom(1e-4, 1, 1e9, 1e20), (given, unit) => {
        const { x, x0, losses } = pointsOf(given, unit);
        const { trend } = fitPowerTrend(x, losses);
        expect(Math.abs(trend.Linf / given.Linf - 1)).toBeLessThan(1e-6);
        expect(Math.abs(trend.alpha - given.alpha)).toBeLessThan(1e-6);
        expect(Math.abs(Math.log(trend.x0 / x0))).toBeLessThan(1e-5);
      }),
      { numRuns: 40 },
    );
  });

  it('scales with x and with the losses', () => {
    const random = new Random(3);
    const { x, losses } = pointsOf({ Linf: 2, alpha: 0.3, share: 1 });
    const noisy = losses.map((loss) => loss * Math.exp(random.normal(0, 0.003)));
    const { trend } = fitPowerTrend(x, noisy);
    const stretched = fitPowerTrend(x.map((value) => 1e6 * value), noisy).trend; // prettier-ignore
    expect(stretched.x0 / trend.x0 / 1e6).toBeCloseTo(1, 4);
    expect(stretched.Linf).toBeCloseTo(trend.Linf, 6);
    expect(stretched.alpha).toBeCloseTo(trend.alpha, 6);
    const tripled = fitPowerTrend(x, noisy.map((loss) => 3 * loss)).trend; // prettier-ignore
    expect(tripled.Linf).toBeCloseTo(3 * trend.Linf, 5);
    expect(tripled.alpha).toBeCloseTo(trend.alpha, 6);
  });

  it('does not depend on the order of the points', () => {
    const { x, losses } = pointsOf({ Linf: 2, alpha: 0.3, share: 1 });
    const noisy = losses.map((loss, i) => loss * (1 + 0.002 * Math.sin(7 * i)));
    const turned = fitPowerTrend(x.toReversed(), noisy.toReversed()).trend;
    expect(turned.alpha).toBeCloseTo(fitPowerTrend(x, noisy).trend.alpha, 6);
  });

  it('drops a constant that the data do not want, and says so', () => {
    const x = [1e3, 1e4, 1e5, 1e6, 1e7];
    const losses = x.map((value) => (1e14 / value) ** 0.07);
    const { trend, warnings } = fitPowerTrend(x, losses);
    expect(trend.Linf).toBe(0);
    expect(trend.alpha).toBeCloseTo(0.07, 6);
    expect(warnings[0]).toMatch(/^The best constant is 0/);
    expect(fitPowerTrend(x, losses, { irreducible: false }).trend.x0 / trend.x0).toBeCloseTo(1, 9);
  });

  it('has nothing to say of equal losses, and says that', () => {
    const { trend, warnings } = fitPowerTrend([1, 2, 3, 4], [2, 2, 2, 2]);
    expect(trend).toEqual({ Linf: 2, x0: NaN, alpha: NaN });
    expect(warnings[0]).toMatch(/All losses are equal/);
  });

  it('refuses fewer than four different x for three constants, and values that are not positive', () => {
    expect(() => fitPowerTrend([1, 2, 3, 3], [4, 3, 2, 2])).toThrow(DataError);
    expect(() => fitPowerTrend([1, 2, 3, 3], [4, 3, 2, 2])).toThrow(/at least 4 different x are needed, got 3/);
    expect(fitPowerTrend([1, 10], [4, 2], { irreducible: false }).trend.alpha).toBeCloseTo(Math.log10(2), 9);
    expect(() => fitPowerTrend([1, 2, 3, 0], [4, 3, 2, 1])).toThrow(/x must be greater than 0 and finite, got 0/);
    expect(() => fitPowerTrend([1, 2, 3, 4], [4, 3, 2, -1])).toThrow(/losses must be greater than 0/);
    expect(() => fitPowerTrend([1, 2, 3, 4], [4, 3, 2])).toThrow(ShapeError);
  });

  it('lies below all points and touches one when asked to', () => {
    fc.assert(
      fc.property(trends, fc.array(between(1, 1.1), { minLength: 10, maxLength: 10 }), (given, lift) => {
        const { x, x0, losses } = pointsOf(given);
        const lifted = losses.map((loss, i) => loss * lift[i]!);
        const lowered = touchFromBelow({ Linf: given.Linf, alpha: given.alpha, x0: 2 * x0 }, x, lifted)!;
        const distances = x.map((value, i) => lifted[i]! / trendLoss(lowered, value) - 1);
        expect(Math.min(...distances)).toBeCloseTo(0, 9);
      }),
    );
    expect(touchFromBelow({ Linf: 2, x0: 1, alpha: 0.5 }, [1, 2], [3, 2])).toBeNull();
  });
});

describe('a source of known entropy', () => {
  // Contexts of Zipf(1.5) frequencies, 0.8 nats when memorised and 1.5 more when not; a model of size N memorises the N most frequent.
  const weights = Float64Array.from({ length: 200_000 }, (_, rank) => (rank + 1) ** -1.5);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = Array.from({ length: 12 }, (_, i) => Math.round(10 * 300 ** (i / 11)));
  const lossOf = (size: number) =>
    0.8 + (1.5 * weights.subarray(size).reduce((sum, weight) => sum + weight, 0)) / total;

  it('shows its entropy within 1% and its exponent of 1/2 within 5%', () => {
    const { trend } = fitPowerTrend(sizes, sizes.map(lossOf));
    expect(Math.abs(trend.Linf / 0.8 - 1)).toBeLessThan(0.01);
    expect(Math.abs(trend.alpha / 0.5 - 1)).toBeLessThan(0.05);
  });

  it('shows it under noise of 0.2%, within 1.5%', () => {
    const random = new Random(0);
    const { trend } = fitPowerTrend(sizes, sizes.map((size) => lossOf(size) * (1 + random.normal(0, 0.002)))); // prettier-ignore
    expect(Math.abs(trend.Linf / 0.8 - 1)).toBeLessThan(0.015);
  });
});

describe('the compute frontier', () => {
  // Learning curves of five sizes, L = E + A N^-0.3 + B D^-0.36 with C = 6 N D: the best size grows with C^(0.36/0.66).
  const sizes = [1e6, 3e6, 1e7, 3e7, 1e8];
  const points = sizes.flatMap((N) =>
    Array.from({ length: 16 }, (_, i) => {
      const D = 1e7 * 3000 ** (i / 15);
      return { N, C: 6 * N * D, L: 1.7 + 80 * N ** -0.3 + 500 * D ** -0.36 };
    }),
  );
  const column = (name: 'N' | 'C' | 'L', rows = points) => rows.map((point) => point[name]);
  const pooled = { C: column('C'), L: column('L'), N: column('N') };

  it('does not depend on the order of the points', () => {
    const order = new Random(5).permutation(points.length);
    const shuffled = Array.from(order, (i) => points[i]!);
    const turned = computeFrontier({ C: column('C', shuffled), L: column('L', shuffled), N: column('N', shuffled) });
    const found = computeFrontier(pooled);
    expect(turned.hull.map((i) => order[i])).toEqual(found.hull);
    expect(turned.sizes!.beta).toBeCloseTo(found.sizes!.beta, 9);
  });

  it('underestimates how the best size grows when its ends are kept, less so when they are cut', () => {
    const [kept, cut] = [computeFrontier(pooled), computeFrontier(pooled, { trimEnds: true })];
    expect(kept.sizes!.beta).toBeLessThan(cut.sizes!.beta);
    expect(Math.abs(cut.sizes!.beta - 0.36 / 0.66)).toBeLessThan(Math.abs(kept.sizes!.beta - 0.36 / 0.66));
  });

  it('fits nothing to fewer corners than it needs, and says so', () => {
    const two = computeFrontier({ C: [1, 2], L: [2, 1], N: [1, 2] });
    expect([two.sizes, two.loss, two.touching]).toEqual([null, null, null]);
    expect(two.warnings).toHaveLength(2);
    const three = computeFrontier({ C: [1, 2, 4], L: [4, 2, 1.5], N: [1, 2, 4] });
    expect(three.sizes!.beta).toBeCloseTo(1, 9);
    expect(three.loss).toBeNull();
  });

  it('refuses columns of different lengths', () => {
    expect(() => computeFrontier({ C: [1, 2], L: [2, 1], N: [1] })).toThrow(
      'computeFrontier: N must hold 2 values, got 1',
    );
  });
});
