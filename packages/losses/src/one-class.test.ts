import { DomainError, Random, ShapeError, ndarray } from '@surprisal/core';
import { covariance, mean } from '@surprisal/core/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aucOf, oneClassMetrics } from './one-class-metrics.js';
import { pseudoNegatives } from './pseudo-negatives.js';

describe('pseudoNegatives', () => {
  it('have the mean and the covariance that are asked for, within 4 standard errors', () => {
    const [count, variance] = [20_000, 0.3];
    const draws = ndarray(new Random(1).normals(2 * count), [count, 2]);
    const { negatives, centre } = pseudoNegatives([[1, -2]], draws, { alpha: 0.5, variance, remembered: [3, 3] });
    expect(Array.from(centre.data)).toEqual([2, 0.5]);
    const rows = Array.from({ length: count }, (_, i) => negatives.data.subarray(2 * i, 2 * i + 2));
    [2, 0.5].forEach((value, i) =>
      expect(Math.abs(mean(rows.map((row) => row[i]!)) - value)).toBeLessThan(4 * Math.sqrt(variance / count)),
    );
    const [[xx, xy], [, yy]] = covariance(rows) as [[number, number], [number, number]];
    for (const own of [xx, yy]) expect(Math.abs(own - variance)).toBeLessThan(4 * variance * Math.sqrt(2 / count));
    expect(Math.abs(xy)).toBeLessThan((4 * variance) / Math.sqrt(count));
  });

  it('remember the batch before, or all of them', () => {
    const twice = (remembers: 'previous-batch' | 'running') => {
      const { remembered } = pseudoNegatives([[10]], [[0]], { remembers });
      return pseudoNegatives([[0]], [[0]], { remembers, remembered }).centre.data[0];
    };
    expect(twice('previous-batch')).toBe(8);
    expect(twice('running')).toBeCloseTo(1.6, 6);
  });

  it('refuse other shapes and options out of range', () => {
    expect(() => pseudoNegatives([1], [[1]])).toThrow(new ShapeError('pseudoNegatives: features must be [batch, d], got [1]')); // prettier-ignore
    expect(() => pseudoNegatives([[1, 2]], [[1]])).toThrow(ShapeError);
    expect(() => pseudoNegatives([[1]], [[1]], { remembered: [1, 2] })).toThrow(ShapeError);
    expect(() => pseudoNegatives([[1]], [[1]], { alpha: 1.1 })).toThrow(DomainError);
    expect(() => pseudoNegatives([[1]], [[1]], { variance: 0 })).toThrow(DomainError);
    expect(() => pseudoNegatives(ndarray(new Float64Array(), [0, 2]), [[1, 2]])).toThrow(DomainError);
  });
});

const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { minLength: 2, maxLength: 30 }).filter(
  (pairs) => new Set(pairs.map(([, other]) => other)).size === 2,
); // prettier-ignore

describe('oneClassMetrics', () => {
  it('has the AUC that counting pairs gives, and the errors that the threshold makes', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const [scores, labels] = [pairs.map(([score]) => score / 20), pairs.map(([, other]) => Number(other))];
        const [normal, other] = [0, 1].map((label) => scores.filter((_, i) => labels[i] === label));
        const { threshold, falseAlarms, misses, equalError, accuracy, auc } = oneClassMetrics(scores, labels);
        const wins = other!.flatMap((a) => normal!.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number));
        expect(auc).toBeCloseTo(mean(wins), 12);
        expect(falseAlarms).toBeCloseTo(mean(normal!.map((score) => Number(score >= threshold))), 12);
        expect(misses).toBeCloseTo(mean(other!.map((score) => Number(score < threshold))), 12);
        expect(equalError).toBeCloseTo((falseAlarms + misses) / 2, 12);
        expect(accuracy).toBeCloseTo(mean(scores.map((score, i) => Number(score >= threshold === (labels[i] === 1)))), 12); // prettier-ignore
      }),
    );
  });

  it('takes the highest of equal thresholds, and one above all', () => {
    expect(oneClassMetrics([0.2, 0.8], [0, 1], 10)).toMatchObject({ threshold: 0.8, equalError: 0, auc: 1 });
    expect(oneClassMetrics([1, 1], [0, 1], 10)).toMatchObject({ threshold: 1.1, falseAlarms: 0, misses: 1, auc: 0.5 });
  });

  it('does not change its AUC when scores are stretched', () => {
    expect(aucOf([-1e30, 5, 3, 1e30], [0, 0, 1, 1])).toBe(0.75);
  });

  it('refuses what it cannot rank', () => {
    expect(() => aucOf([1, 2], [1, 1])).toThrow(
      new DomainError('aucOf: labels must hold both 0 and 1, got 2 of one kind'),
    );
    expect(() => aucOf([NaN, 2], [0, 1])).toThrow(DomainError);
    expect(() => aucOf([1, 2], [0, 2])).toThrow(DomainError);
    expect(() => aucOf([1], [0, 1])).toThrow(ShapeError);
    expect(() => oneClassMetrics([1.5, 0], [0, 1])).toThrow(/aucOf takes any/);
    expect(() => oneClassMetrics([1, 0], [0, 1], 0)).toThrow(DomainError);
  });
});
