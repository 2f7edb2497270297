import { DomainError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZipfLaw, realK } from './zipf.js';

goldens(
  import.meta.url,
  '29-mirostat',
  {
    zipfTheory: ({ inputs, params: { N, s } }) => {
      const law = new ZipfLaw(s, N);
      const over = (points: { data: ArrayLike<number> }, f: (point: number) => number) => Array.from(points.data, f);
      return {
        H_N_s: law.harmonic,
        cross_entropy_topk_bits: over(inputs.k, (k) => law.topKCrossEntropy(k)),
        cross_entropy_topp_exact_bits: over(inputs.p, (p) => law.topPCrossEntropy(p)),
        cross_entropy_topp_quadratic_bits: over(inputs.p, (p) => law.topPCrossEntropyQuadratic(p)),
        surprise_at_boundary_linear_bits: over(inputs.p, (p) => law.boundarySurpriseLinear(p)),
      };
    },
  },
  { partial: true },
);

describe('Zipf laws', () => {
  it('cost least when cut to one rank, and their entropy when not cut', () => {
    const law = new ZipfLaw(1.3, 500);
    const entropy = Array.from({ length: 500 }, (_, i) => law.surprise(i + 1)).reduce((sum, s) => sum + s * 2 ** -s, 0);
    expect(law.topKCrossEntropy(1)).toBeCloseTo(law.surprise(1), 12);
    expect(law.topKCrossEntropy(500)).toBeCloseTo(entropy, 12);
    expect(law.nucleus(0)).toBe(1);
    expect(law.nucleus(1)).toBe(500);
  });

  it('have a cross-entropy near linear in p, and not in k', () => {
    const law = new ZipfLaw(1.1, 50_000);
    const p = Array.from({ length: 19 }, (_, i) => 0.05 * (i + 1));
    const k = Array.from({ length: 40 }, (_, i) => Math.round(1 + (1999 * i) / 39)); // over every k to 2000 it is 0.737
    expect(
      determination(
        p,
        p.map((x) => law.topPCrossEntropy(x)),
      ),
    ).toBeGreaterThanOrEqual(0.97);
    expect(
      determination(
        k,
        k.map((x) => law.topKCrossEntropy(x)),
      ),
    ).toBeLessThanOrEqual(0.7);
  });

  it('give a k that grows with mu, over exponents around 1', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (s, mu) => {
          expect(realK(s, mu + 0.5, 50_000)).toBeGreaterThan(realK(s, mu, 50_000));
        },
      ),
    );
    expect(realK(1 + 1e-12, 5, 1000)).toBeCloseTo(realK(1 + 1e-6, 5, 1000), 3);
    expect(realK(0, 5, 1000)).toBe(Infinity);
    expect(realK(NaN, 5, 1000)).toBeNaN();
    expect(realK(1.1, 5000, 1000)).toBe(Infinity); // 2^mu alone would overflow; the caller clamps to V
  });

  it('have the limit of the linear approximation at s = 1', () => {
    const near = new ZipfLaw(1 + 1e-6, 100).boundarySurpriseLinear(0.5);
    expect(new ZipfLaw(1, 100).boundarySurpriseLinear(0.5)).toBeCloseTo(near, 4);
  });

  it('refuse ranks that are not there', () => {
    expect(() => new ZipfLaw(1, 0)).toThrow(new DomainError('ZipfLaw: size must be a whole number >= 1, got 0'));
    expect(() => new ZipfLaw(NaN, 9)).toThrow('ZipfLaw: exponent must be a number, got NaN');
    expect(() => new ZipfLaw(1, 9).topKCrossEntropy(10)).toThrow(
      'ZipfLaw: k must be a whole number from 1 to 9, got 10',
    );
  });
});

/** R squared of a straight line. */
function determination(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
  return covariance ** 2 / (mean(x.map((value) => (value - mx) ** 2)) * mean(y.map((value) => (value - my) ** 2)));
}
