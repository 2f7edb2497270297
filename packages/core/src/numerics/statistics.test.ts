import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, ShapeError } from '../errors.js';
import {
  chiSquareTail,
  covariance,
  fitLine,
  gammaQ,
  leastSquares,
  logGamma,
  mean,
  median,
  normalCdf,
  normalQuantile,
  quantile,
  variance,
} from './index.js';

const numbers = (minLength: number, maxLength = 20) =>
  fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength, maxLength });

describe('leastSquares', () => {
  it('recovers the coefficients of exact data, whatever the weights', () => {
    fc.assert(
      fc.property(
        numbers(3, 3),
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (b, weights) => {
          const design = Array.from({ length: 6 }, (_, i) => [1, i - 2, (i - 2) ** 2]);
          const y = design.map((row) => row.reduce((sum, x, k) => sum + x * b[k]!, 0));
          const fit = leastSquares(design, y, weights);
          fit.coefficients.forEach((coefficient, k) => expect(coefficient).toBeCloseTo(b[k]!, 9));
          expect(fit.residualSumOfSquares).toBeLessThan(1e-18 * 1e6);
        },
      ),
    );
  });

  it('leaves residuals that are orthogonal to the columns', () => {
    fc.assert(
      fc.property(numbers(8, 8), (y) => {
        const design = y.map((_, i) => [1, Math.sin(i), i]);
        const { residuals } = leastSquares(design, y);
        for (const k of [0, 1, 2]) {
          expect(residuals.reduce((sum, r, i) => sum + r * design[i]![k]!, 0)).toBeCloseTo(0, 8);
        }
      }),
    );
  });

  it('gives the textbook covariance, R2 and weighted mean', () => {
    // Line through (0, 1), (1, 3), (2, 4): slope 1.5, intercept 7/6, residual sum 1/6.
    const { coefficients, covariance, r2, residualSumOfSquares } = leastSquares(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 3, 4],
    );
    expect(coefficients[1]).toBeCloseTo(1.5, 12);
    expect(residualSumOfSquares).toBeCloseTo(1 / 6, 12);
    expect(covariance[1]![1]).toBeCloseTo(1 / 12, 12); // s^2 / sum (x - mean)^2
    expect(covariance[0]![1]).toBeCloseTo(-1 / 12, 12);
    expect(r2).toBeCloseTo(1 - 1 / 6 / (14 / 3), 12);
    expect(leastSquares([[1], [1]], [0, 3], [2, 1]).coefficients[0]).toBeCloseTo(1, 12);
    expect(
      leastSquares(
        [
          [1, 0],
          [1, 1],
        ],
        [1, 2],
      ).covariance[0]![0],
    ).toBeNaN();
    expect(fitLine([0, 1, 2], [1, 3, 5])).toMatchObject({ slope: expect.closeTo(2, 12) as number, r2: 1 });
  });

  it('refuses what has no answer', () => {
    expect(() => leastSquares([[1, 2]], [1])).toThrow(
      new ShapeError('leastSquares: 2 coefficients need at least as many rows, got 1'),
    );
    expect(() =>
      leastSquares(
        [
          [1, 2],
          [2, 4],
          [3, 6],
        ],
        [1, 2, 3],
      ),
    ).toThrow(new DomainError('leastSquares: column 1 of the design depends on those before it; leave it out'));
    expect(() => leastSquares([[1], [1, 2]], [1, 2])).toThrow('leastSquares: row 1 must have 1 numbers, got 2');
    expect(() => leastSquares([[1], [1]], [1, 2, 3])).toThrow('design, y and weights must have one length, got 2, 3');
  });
});

describe('quantiles and moments', () => {
  it('are monotone in q and within the values', () => {
    fc.assert(
      fc.property(
        numbers(1),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p, q) => {
          const [low, high] = [quantile(values, Math.min(p, q)), quantile(values, Math.max(p, q))];
          expect(low).toBeLessThanOrEqual(high + 1e-12 * Math.abs(high));
          expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
          expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        },
      ),
    );
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([10, 20], 0.25)).toBe(12.5);
    expect(() => quantile([], 0.5)).toThrow(DomainError);
    expect(() => quantile([NaN, 1], 0.5)).toThrow('quantile: values must be numbers, got NaN');
    expect(() => quantile([1], 2)).toThrow('quantile: q must be from 0 to 1, got 2');
  });

  it('have the variance as the covariance of one column', () => {
    fc.assert(
      fc.property(numbers(2), (values) => {
        expect(covariance(values.map((value) => [value]))[0]![0]).toBeCloseTo(variance(values), 8);
      }),
    );
    expect(mean([])).toBeNaN();
    expect(variance([1])).toBeNaN();
    expect(variance([1], 0)).toBe(0);
  });
});

describe('special functions', () => {
  it('ln Gamma obeys its recurrence and knows factorials', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 100, noNaN: true }), (x) => {
        const [next, expected] = [logGamma(x + 1), logGamma(x) + Math.log(x)];
        expect(Math.abs(next - expected)).toBeLessThan(1e-12 * (1 + Math.abs(expected)));
      }),
    );
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 11);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(() => logGamma(0)).toThrow(DomainError);
  });

  it('Q(1, x) is exp(-x), and Q obeys its recurrence', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (a, x) => {
          expect(gammaQ(1, x)).toBeCloseTo(Math.exp(-x), 12);
          const step = x === 0 ? 0 : Math.exp(a * Math.log(x) - x - logGamma(a + 1));
          expect(gammaQ(a + 1, x)).toBeCloseTo(gammaQ(a, x) + step, 11);
        },
      ),
    );
    expect(gammaQ(2, Infinity)).toBe(0);
    expect(() => gammaQ(0, 1)).toThrow(DomainError);
  });

  it('quantiles of tables', () => {
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(11.070497693516351, 5)).toBeCloseTo(0.05, 12);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0)).toBe(-Infinity);
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-14);
      }),
    );
  });
});
