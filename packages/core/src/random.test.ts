import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from './errors.js';
import { Random } from './random.js';

describe('Random', () => {
  it('gives the same stream for the same seed, another one for another', () => {
    expect(new Random(7).uniforms(5)).toEqual(new Random(7).uniforms(5));
    expect(new Random(7).uniforms(5)).not.toEqual(new Random(8).uniforms(5));
  });

  it('splits by key, whatever was drawn before', () => {
    const fresh = new Random(7);
    const used = new Random(7);
    used.normals(100);
    expect(used.split('order', 3).permutation(20)).toEqual(fresh.split('order', 3).permutation(20));
    expect(fresh.split('a').uniforms(4)).not.toEqual(fresh.split('b').uniforms(4));
  });

  it('splits into streams that do not correlate', () => {
    const n = 20_000;
    const streams = [0, 1, 2, 3].map((key) => new Random(1).split(key).normals(n));
    for (const a of streams) {
      for (const b of streams) {
        const correlation = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / n;
        expect(Math.abs(correlation - (a === b ? 1 : 0))).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
      }
    }
  });

  it('has the moments of its distributions', () => {
    const n = 100_000;
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / n;
    const normals = new Random(2).normals(n, 3, 2);
    expect(Math.abs(mean(normals) - 3)).toBeLessThan(5 * (2 / Math.sqrt(n)));
    expect(mean(normals.map((value) => (value - 3) ** 2)) / 4).toBeCloseTo(1, 1);
    expect(Math.abs(mean(new Random(3).uniforms(n)) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * n));
  });

  it.each([0.3, 1, 4])('draws gammas of shape %d with their mean and variance', (shape) => {
    const n = 50_000;
    const random = new Random(5);
    const draws = Float64Array.from({ length: n }, () => random.gamma(shape));
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / n;
    expect(Math.abs(mean(draws) - shape)).toBeLessThan(5 * Math.sqrt(shape / n));
    const error = Math.sqrt((2 * shape ** 2 + 6 * shape) / n); // of the variance: the fourth central moment is 3 shape^2 + 6 shape
    expect(Math.abs(mean(draws.map((value) => (value - shape) ** 2)) - shape)).toBeLessThan(5 * error);
  });

  it('draws probabilities from a Dirichlet distribution, uneven where its concentration is small', () => {
    const largest = (concentration: number) => {
      const probs = new Random(6).dirichlet(100, concentration);
      expect(probs.reduce((sum, prob) => sum + prob, 0)).toBeCloseTo(1, 12);
      return Math.max(...probs);
    };
    expect(largest(0.02)).toBeGreaterThan(largest(50));
  });

  it('permutes: every number once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, n) => {
        expect([...new Random(seed).permutation(n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });

  it('chooses by weight and never an item of weight 0', () => {
    const random = new Random(4);
    const draws = Array.from({ length: 10_000 }, () => random.choice(['a', 'b', 'c'], [1, 3, 0]));
    expect(draws.filter((draw) => draw === 'c')).toHaveLength(0);
    expect(draws.filter((draw) => draw === 'b').length / 10_000).toBeCloseTo(0.75, 1);
  });

  it('refuses bad input by name', () => {
    expect(() => new Random(0.5)).toThrow(new DomainError('Random: seed must be a whole number, got 0.5'));
    expect(() => new Random(1).integer(0)).toThrow(DomainError);
    expect(() => new Random(1).gamma(0)).toThrow(new DomainError('Random.gamma: shape must be above 0, got 0'));
    expect(() => new Random(1).choice([])).toThrow(DomainError);
    expect(() => new Random(1).choice(['a'], [0])).toThrow(DomainError);
  });
});
