import { DataError, DomainError, Random, UnknownNameError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variance } from '@surprisal/core/numerics';
import { bootstrap } from './bootstrap.js';
import { chinchilla } from './chinchilla.js';
import { holdOut } from './hold-out.js';
import { logLinear } from './log-linear.js';
import { percentileInterval } from './percentile-interval.js';
import { profileInterval } from './profile-interval.js';

goldens(
  import.meta.url,
  '00-scaling-baselines',
  {
    percentileInterval: ({ inputs }) => ({
      'percentile_2.5_97.5': percentileInterval(inputs.replicates.data),
      percentile_10_90: percentileInterval(inputs.replicates.data, 0.8),
      standard_error_ddof1: Math.sqrt(variance(inputs.replicates.data)),
    }),
  },
  { partial: true },
);

/** Runs of a straight line in logarithms, with noise. */
function line(seed: number, n = 30, noise = 0.02) {
  const random = new Random(seed);
  const x = Float64Array.from({ length: n }, (_, i) => 10 ** (5 + (i % 10) / 2));
  return { x, loss: x.map((value) => 10 * value ** -0.1 * Math.exp(random.normal(0, noise))) };
}
const squares = logLinear({ loss: 'sq-log' });

describe('percentile intervals', () => {
  it('grow with the level, within the range of the replicates', () => {
    const levels = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1 }),
        levels,
        levels,
        (values, p, q) => {
          const [inner, outer] = [Math.min(p, q), Math.max(p, q)].map((level) => percentileInterval(values, level));
          expect(outer![0]).toBeLessThanOrEqual(inner![0] + 1e-12);
          expect(outer![1]).toBeGreaterThanOrEqual(inner![1] - 1e-12);
          expect(outer![0]).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        },
      ),
    );
    expect(() => percentileInterval([1], 1)).toThrow(DomainError);
  });
});

describe('the bootstrap', () => {
  it('has the standard error that theory gives, by rows and by residuals', () => {
    const runs = line(1);
    const fit = squares.fit(runs);
    const lnX = runs.x.map(Math.log);
    const theory = Math.sqrt(variance(fit.residuals) / (lnX.length * variance(lnX, 0)));
    for (const kind of ['rows', 'residual'] as const) {
      const { standardErrors, ranAway } = bootstrap(fit, { resamples: 400, kind });
      expect(standardErrors.c / theory).toBeGreaterThan(0.75);
      expect(standardErrors.c / theory).toBeLessThan(1.25);
      expect(ranAway).toBe(0);
    }
  });

  it('covers the truth about as often as it says', () => {
    const covered = Array.from({ length: 40 }, (_, seed) => {
      const [low, high] = bootstrap(squares.fit(line(seed + 100)), { resamples: 100 }).interval('c', 0.9);
      return low <= 0.1 && 0.1 <= high;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThanOrEqual(30); // 36 expected, standard deviation 1.9
  });

  it('gives the same for the same seed, and other numbers for another', () => {
    const fit = squares.fit(line(2));
    const of = (seed: number) => bootstrap(fit, { resamples: 5, seed }).replicates;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('draws whole blocks', () => {
    const runs = line(3);
    const { standardErrors } = bootstrap(squares.fit(runs), { resamples: 200, kind: 'block', block: 'x' });
    expect(standardErrors.c).toBeGreaterThan(0);
    expect(() => bootstrap(squares.fit(runs), { kind: 'block', block: 'seed' })).toThrow(
      new DataError('bootstrap: block must be a column of the law (x, loss) or a label for each of 30 runs, got seed'),
    );
    expect(() => bootstrap(squares.fit(runs), { resamples: 0 })).toThrow(DomainError);
  });

  it('has intervals of predictions, and tests other parameters', () => {
    const fit = squares.fit(line(4));
    const boot = bootstrap(fit, { resamples: 200 });
    const [low, high] = boot.predictionInterval({ x: 1e12 });
    expect(low).toBeLessThan(fit.predict({ x: 1e12 }));
    expect(high).toBeGreaterThan(fit.predict({ x: 1e12 }));
    expect(boot.test(fit.parameters)).toEqual({ statistic: 0, pValue: 1 });
    expect(boot.test({ b: 10, c: 0.1 }).pValue).toBeGreaterThan(1e-4);
    expect(boot.test({ b: 10, c: 0.2 }).pValue).toBeLessThan(1e-6);
  });

  it('flags replicates that run away', () => {
    const law = chinchilla({ starts: 'auto' });
    const random = new Random(1);
    const N = Float64Array.from({ length: 7 }, () => 10 ** random.uniform(7, 8));
    const D = Float64Array.from({ length: 7 }, () => 10 ** random.uniform(9, 9.5));
    const loss = law.predict(law.published.epoch!, { N, D }).map((value) => value * Math.exp(random.normal(0, 0.05)));
    const { ranAway, replicates } = bootstrap(law.fit({ N, D, loss }), { resamples: 30 });
    expect(ranAway).toBeGreaterThan(0);
    expect(replicates.filter((replicate) => replicate.ranAway)).toHaveLength(ranAway);
  });
});

describe('the profile interval', () => {
  it('is the textbook interval for squares', () => {
    const runs = line(5);
    const fit = squares.fit(runs);
    const [low, high] = profileInterval(fit, 'c');
    const lnX = runs.x.map(Math.log);
    const sumOfSquares = fit.residuals.reduce((sum, residual) => sum + residual ** 2, 0);
    // RSS(c) = RSS + (c - c0)^2 sum (ln x - mean)^2 <= RSS exp(chi^2 / n)
    const half = Math.sqrt((sumOfSquares * Math.expm1(1.959963984540054 ** 2 / fit.n)) / (fit.n * variance(lnX, 0)));
    expect((high - low) / (2 * half)).toBeCloseTo(1, 3);
    expect((high + low) / 2).toBeCloseTo(fit.parameters.c, 6);
  });

  it('grows with the level, and does not end where the runs do not bound a parameter', () => {
    const fit = logLinear().fit(line(6));
    const [inner, outer] = [profileInterval(fit, 'c', { level: 0.5 }), profileInterval(fit, 'c')];
    expect(outer[0]).toBeLessThan(inner[0]);
    expect(outer[1]).toBeGreaterThan(inner[1]);
    const x = [1e6, 1e6, 1e6];
    const [low, high] = profileInterval(logLinear({ loss: 'sq-log' }).fit({ x, loss: [3, 3.1, 2.9] }), 'b');
    expect([low, high]).toEqual([0, Infinity]);
    expect(() => profileInterval(fit, 'd' as 'c')).toThrow(UnknownNameError);
    expect(() => profileInterval(fit, 'c', { level: 0 })).toThrow(DomainError);
  });
});

describe('holding out', () => {
  it('scores a law on larger runs than it was fitted to', () => {
    const law = chinchilla({ starts: 'auto' });
    const random = new Random(8);
    const N = Float64Array.from({ length: 60 }, () => 10 ** random.uniform(7, 10));
    const D = Float64Array.from({ length: 60 }, () => 10 ** random.uniform(9, 11));
    const loss = law.predict(law.published.epoch!, { N, D }).map((value) => value * Math.exp(random.normal(0, 0.002)));
    const C = N.map((n, i) => 6 * n * D[i]!);
    const held = holdOut(law, { N, D, C, loss }, { by: 'C', share: 0.3 });
    expect(held.fit.n).toBe(42);
    expect(held.residuals).toHaveLength(18);
    expect(held.score).toBeLessThan(0.01);
    expect(held.baselines.logLinear).toBeGreaterThan(held.score);
    expect(held.baselines.lastLoss).toBeGreaterThan(held.score);
    expect(Math.min(...held.heldOut.N!.map((n, i) => n * held.heldOut.D![i]!))).toBeGreaterThan(
      Math.max(...held.fit.runs.N!.map((n, i) => n * held.fit.runs.D![i]!)),
    );
  });

  it('refuses what it cannot hold out', () => {
    const runs = line(1, 10);
    expect(() => holdOut(squares, runs, { share: 0.01 })).toThrow('a share of 0.01 of 10 runs keeps none back');
    expect(() => holdOut(squares, runs, { share: 1 })).toThrow(DomainError);
    expect(() => holdOut(squares, runs, { by: 'tokens' })).toThrow('by must be a column of the runs, got "tokens"');
    expect(() => holdOut(squares, runs, { share: 0.9 })).toThrow(DataError);
  });
});
