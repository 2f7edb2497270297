import { Random } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseCoupling, optimalTransport } from './index.js';

const masses = (n: number, zeros = true) =>
  fc
    .array(fc.oneof(...(zeros ? [fc.constant(0)] : []), fc.integer({ min: 1, max: 20 })), {
      minLength: n,
      maxLength: n,
    })
    .filter((list) => list.some((mass) => mass > 0))
    .map((list) => list.map((mass) => mass / list.reduce((a, b) => a + b)));
const costs = (n: number, m: number) =>
  fc.array(
    fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: 0, max: 9, noNaN: true })), {
      minLength: m,
      maxLength: m,
    }),
    {
      minLength: n,
      maxLength: n,
    },
  );
const sumOf = (list: Iterable<number>) => Array.from(list).reduce((a, b) => a + b, 0);
const dot = (a: readonly number[], b: Float64Array) =>
  a.reduce((total, value, i) => total + (value > 0 ? value * b[i]! : 0), 0);

/** The least cost over all ways to send whole units, by trying each: for tiny problems. */
function bruteForce(p: readonly number[], q: readonly number[], cost: readonly (readonly number[])[]): number {
  const next = p.findIndex((units) => units > 0);
  if (next < 0) return 0;
  return Math.min(
    ...q.map((room, j) => {
      if (room === 0) return Infinity;
      return cost[next]![j]! + bruteForce(p.with(next, p[next]! - 1), q.with(j, room - 1), cost);
    }),
  );
}

describe('optimal transport', () => {
  it('has its marginals, few cells, and prices that prove that nothing is cheaper', () => {
    fc.assert(
      fc.property(masses(6), masses(5), costs(6, 5), (p, q, cost) => {
        const { cost: least, plan, potentials } = optimalTransport(p, q, cost);
        const { data } = denseCoupling(plan, 6, 5);
        p.forEach((mass, i) => expect(sumOf(data.slice(5 * i, 5 * i + 5))).toBeCloseTo(mass, 12));
        q.forEach((mass, j) => expect(sumOf(data.filter((_, at) => at % 5 === j))).toBeCloseTo(mass, 12));
        expect(plan.mass.length).toBeLessThanOrEqual(10);
        expect(data.every((mass) => mass >= 0)).toBe(true);
        const [f, g] = potentials;
        cost.forEach((row, i) => row.forEach((value, j) => expect(f[i]! + g[j]!).toBeLessThanOrEqual(value + 1e-9)));
        expect(dot(p, f) + dot(q, g)).toBeCloseTo(least, 9);
        expect(sumOf(data.map((mass, at) => mass * cost[Math.floor(at / 5)]![at % 5]!))).toBeCloseTo(least, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('is what trying every way gives', () => {
    const units = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 });
    const problem = fc.tuple(
      units,
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 2 }),
      costs(3, 3),
    );
    fc.assert(
      fc.property(problem, ([p, part, cost]) => {
        const total = sumOf(p);
        const q = [...part, total - sumOf(part)];
        fc.pre(total > 0 && q[2]! >= 0);
        const share = (list: readonly number[]) => list.map((value) => value / total);
        expect(optimalTransport(share(p), share(q), cost).cost).toBeCloseTo(bruteForce(p, q, cost) / total, 9);
      }),
      { numRuns: 150 },
    );
  });

  it('ends on ties without number: equal masses, equal costs', () => {
    for (const n of [2, 7, 40]) {
      const even = Array.from({ length: n }, () => 1 / n);
      const flat = even.map(() => even.map(() => 1));
      expect(optimalTransport(even, even, flat).cost).toBeCloseTo(1, 12);
      const ring = even.map((_, i) => even.map((__, j) => (i - j + n) % n));
      expect(optimalTransport(even, even, ring).cost).toBeCloseTo(0, 12);
    }
    expect(optimalTransport([1], [1], [[5]]).cost).toBe(5);
    expect(optimalTransport([0, 1], [0.5, 0.5, 0], [[1, 2, 3], [4, 5, 6]]).cost).toBe(4.5); // prettier-ignore
  });

  it('solves 200 x 200', () => {
    const random = new Random(1);
    const [p, q] = [random.dirichlet(200, 1), random.dirichlet(200, 1)];
    const cost = Array.from({ length: 200 }, () => Array.from(random.uniforms(200)));
    const { cost: least, potentials } = optimalTransport(p, q, cost);
    expect(dot(Array.from(p), potentials[0]) + dot(Array.from(q), potentials[1])).toBeCloseTo(least, 10);
  });

  it('refuses what is no distribution, and costs that do not fit or are not finite', () => {
    const cost = [[0, 1], [1, 0]]; // prettier-ignore
    const even = [0.5, 0.5];
    expect(() => optimalTransport([0.5, 0.4], even, cost)).toThrow(
      'optimalTransport: p must sum to 1 within 0.0001, got a sum of 0.9',
    );
    expect(() => optimalTransport(even, [1.5, -0.5], cost)).toThrow(
      'optimalTransport: q must be at least 0 and finite, got -0.5 at index 1',
    );
    expect(() => optimalTransport(even, [NaN, 1], cost)).toThrow(/q must be at least 0 and finite, got NaN at index 0/);
    expect(() => optimalTransport([], even, cost)).toThrow('optimalTransport: p must be [n] with n >= 1, got [0]');
    expect(() => optimalTransport(even, [1], cost)).toThrow(
      'optimalTransport: cost must be [n, m] with n = 2, m = 1 as p and q, got [2, 2]',
    );
    expect(() => optimalTransport(even, even, [[0, 1], [Infinity, 0]])).toThrow('optimalTransport: cost must be finite, got Infinity at [1, 0]'); // prettier-ignore
  });
});
