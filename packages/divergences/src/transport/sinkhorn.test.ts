import { Random } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalTransport, sinkhornTransport } from './index.js';
import { newton } from './newton.js';
import { Scaling } from './scaling.js';
import { solve, solveToItself } from './sinkhorn.js';

const masses = (n: number, zeros = true) =>
  fc
    .array(fc.oneof(...(zeros ? [fc.constant(0)] : []), fc.integer({ min: 1, max: 20 })), {
      minLength: n,
      maxLength: n,
    })
    .filter((list) => list.some((mass) => mass > 0))
    .map((list) => list.map((mass) => mass / list.reduce((a, b) => a + b)));
const costs = (n: number, m: number) => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: 0, max: 9, noNaN: true }));
  const row = fc.array(value, { minLength: m, maxLength: m });
  return fc.array(row, { minLength: n, maxLength: n });
};
const sumOf = (list: Iterable<number>) => Array.from(list).reduce((a, b) => a + b, 0);

/** By how much the plan of a transport misses its marginals, in total. */
function missed(plan: Float64Array, p: readonly number[], q: readonly number[]): number {
  const m = q.length;
  const rows = p.map((mass, i) => Math.abs(sumOf(plan.subarray(i * m, (i + 1) * m)) - mass));
  const columns = q.map((mass, j) => Math.abs(sumOf(plan.filter((_, at) => at % m === j)) - mass));
  return sumOf(rows) + sumOf(columns);
}

/** Sinkhorn's algorithm as it is written down, on potentials, for positive masses. */
function reference(p: readonly number[], q: readonly number[], cost: readonly (readonly number[])[], epsilon: number) {
  let f = p.map(() => 0);
  let g = q.map(() => 0);
  const soft = (weights: readonly number[], values: readonly number[]) =>
    -epsilon * logSumExp(Float64Array.from(weights, (mass, k) => Math.log(mass) - values[k]! / epsilon));
  for (let sweep = 0; sweep < 3000; sweep++) {
    f = p.map((_, i) => soft(q, q.map((__, j) => cost[i]![j]! - g[j]!))); // prettier-ignore
    g = q.map((_, j) => soft(p, p.map((__, i) => cost[i]![j]! - f[i]!))); // prettier-ignore
  }
  return sumOf(p.map((mass, i) => mass * f[i]!)) + sumOf(q.map((mass, j) => mass * g[j]!));
}

describe('entropic transport', () => {
  it('has its marginals, and the value that its plan has', () => {
    fc.assert(
      fc.property(masses(5), masses(4), costs(5, 4), fc.constantFrom(0.3, 1, 5), (p, q, cost, epsilon) => {
        const { plan, value, error, converged } = sinkhornTransport(p, q, cost, {
          epsilon,
          tolerance: 1e-10,
          iterations: 100_000,
        });
        expect(error).toBeLessThanOrEqual(1e-10);
        expect(converged).toBe(true);
        const { data } = plan();
        p.forEach((mass, i) => expect(sumOf(data.slice(4 * i, 4 * i + 4))).toBeCloseTo(mass, 8));
        q.forEach((mass, j) => expect(sumOf(data.filter((_, at) => at % 4 === j))).toBeCloseTo(mass, 8));
        const direct = data.reduce((total, mass, at) => {
          const [i, j] = [Math.floor(at / 4), at % 4];
          return mass === 0 ? total : total + mass * cost[i]![j]! + epsilon * mass * Math.log(mass / p[i]! / q[j]!);
        }, 0);
        expect(value).toBeCloseTo(direct, 7);
      }),
      { numRuns: 60 },
    );
  });

  it('falls to exact transport as epsilon falls, and rises to the product as it grows', () => {
    fc.assert(
      fc.property(masses(4, false), masses(4, false), costs(4, 4), (p, q, cost) => {
        const exact = optimalTransport(p, q, cost).cost;
        const values = [3, 0.3, 0.03].map(
          (epsilon) => sinkhornTransport(p, q, cost, { epsilon, iterations: 50_000 }).value,
        );
        values.forEach((value, k) => {
          expect(value).toBeGreaterThanOrEqual(exact - 1e-4);
          // KL(P; p q') is at most the entropy of the marginals, log 4.
          expect(value).toBeLessThanOrEqual(exact + [3, 0.3, 0.03][k]! * Math.log(4) + 1e-4);
        });
        const product = sumOf(p.flatMap((a, i) => q.map((b, j) => a * b * cost[i]![j]!)));
        expect(sinkhornTransport(p, q, cost, { epsilon: 1e6 }).value).toBeCloseTo(product, 3);
      }),
      { numRuns: 40 },
    );
  });

  it('neither under- nor overflows for an epsilon of a millionth of the costs', () => {
    const cost = [[0, 1, 4], [1, 0, 1], [4, 1, 0]]; // prettier-ignore
    const { value, potentials } = sinkhornTransport([0.5, 0.3, 0.2], [0.2, 0.2, 0.6], cost, {
      epsilon: 1e-6,
      iterations: 5000,
    });
    expect(value).toBeCloseTo(optimalTransport([0.5, 0.3, 0.2], [0.2, 0.2, 0.6], cost).cost, 4);
    expect(potentials.every((prices) => prices.every(Number.isFinite))).toBe(true);
  });

  it('says when its passes did not reach the tolerance', () => {
    const { converged, error, iterations } = sinkhornTransport([0.5, 0.5], [0.25, 0.75], [[0, 1], [1, 0]], {
      epsilon: 0.1,
      tolerance: 1e-14,
      iterations: 3,
    }); // prettier-ignore
    expect(converged).toBe(false);
    expect(error).toBeGreaterThan(1e-14);
    expect(iterations).toBeGreaterThanOrEqual(3);
  });

  it('of masses to themselves is what rows and columns in turn find, in far fewer passes', () => {
    const random = new Random(3);
    const points = Float64Array.from({ length: 40 }, () => random.normal());
    const p = Float64Array.from(points, () => 1 / 40);
    const cost = Float64Array.from({ length: 1600 }, (_, at) => (points[at % 40]! - points[Math.floor(at / 40)]!) ** 2);
    const options = { epsilon: 0.05, tolerance: 1e-10, iterations: 100_000 };
    const [once, inTurn] = [solveToItself(p, cost, options), solve(p, p, cost, options)];
    expect([once.converged, inTurn.converged]).toEqual([true, true]);
    expect(once.value).toBeCloseTo(inTurn.value, 8);
    expect(once.iterations).toBeLessThan(inTurn.iterations / 2);
  });

  it('refuses an epsilon that is not above 0', () => {
    expect(() => sinkhornTransport([1], [1], [[0]], { epsilon: 0 })).toThrow(
      'sinkhornTransport: epsilon must be greater than 0, got 0',
    );
    expect(() => sinkhornTransport([1], [1], [[0]], { epsilon: 1, tolerance: 0 })).toThrow(
      /tolerance must be greater than 0/,
    );
    expect(() => sinkhornTransport([1], [1], [[0]], { epsilon: 1, iterations: 0 })).toThrow(
      /iterations must be at least 1/,
    );
    expect(() => sinkhornTransport([0.5], [1], [[0]], { epsilon: 1 })).toThrow(
      'sinkhornTransport: p must sum to 1 within 0.0001, got a sum of 0.5',
    );
  });

  it('is what sweeps over the potentials find, for any size of costs', () => {
    const problem = fc.tuple(masses(5, false), masses(7, false), costs(5, 7));
    fc.assert(
      fc.property(problem, fc.constantFrom(0.1, 1, 10), fc.constantFrom(1, 1e6), ([p, q, cost], blur, size) => {
        const scaled = cost.map((row) => row.map((value) => value * size));
        const epsilon = blur * size;
        const { value } = sinkhornTransport(p, q, scaled, { epsilon, tolerance: 1e-9 });
        const expected = reference(p, q, scaled, epsilon);
        expect(Math.abs(value - expected)).toBeLessThan(1e-7 * size);
      }),
      { numRuns: 20 },
    );
  });

  it.each([1e-4, 1e-3, 1e-2, 0.1, 1, 10])('reaches its marginals at %d of the mean cost', (blur) => {
    const random = new Random(11);
    for (const size of [1, 1e6]) {
      const [n, m] = [40, 30];
      const [p, q] = [random.dirichlet(n, 0.5), random.dirichlet(m, 0.5)].map((list) =>
        Array.from(list, (mass) => mass),
      );
      const [x, y] = [random.uniforms(n), random.uniforms(m)];
      const cost = Array.from(x, (a) => Array.from(y, (b) => size * (a - b) ** 2));
      const epsilon = (blur * sumOf(cost.flat())) / (n * m);
      const { plan, value, converged } = sinkhornTransport(p!, q!, cost, { epsilon, tolerance: 1e-7 });
      expect(converged).toBe(true);
      expect(missed(plan().data, p!, q!)).toBeLessThan(2e-7);
      const exact = optimalTransport(p!, q!, cost).cost;
      expect(value).toBeGreaterThan(exact - 1e-6 * size);
      expect(value).toBeLessThan(exact + epsilon * Math.log(m) + 1e-6 * size);
    }
  });

  it('never lets the dual fall, by sweeps, by steps of Newton or by sweeps over the potentials', () => {
    fc.assert(
      fc.property(masses(6), masses(5), costs(6, 5), fc.constantFrom(0.02, 0.2, 2), (p, q, cost, epsilon) => {
        const state = new Scaling(Float64Array.from(p), Float64Array.from(q), Float64Array.from(cost.flat()));
        const dual = () => {
          const part = (list: readonly number[], prices: Float64Array, factors: Float64Array) =>
            sumOf(list.map((mass, i) => (mass > 0 ? mass * (prices[i]! + epsilon * Math.log(factors[i]!)) : 0)));
          return part(p, state.f, state.u) + part(q, state.g, state.v);
        };
        state.start(epsilon);
        state.settle();
        let before = dual();
        const steps = [() => state.sweep(), () => newton(state, 1e-9, 5), () => state.settle()];
        for (let k = 0; k < 30; k++) {
          steps[k % 3]!();
          expect(dual()).toBeGreaterThanOrEqual(before - 1e-9);
          before = dual();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes points without mass, one point, and one against many', () => {
    const options = { epsilon: 0.01, tolerance: 1e-9 };
    expect(sinkhornTransport([1], [1], [[5]], options).value).toBeCloseTo(5, 9);
    expect(sinkhornTransport([1], [0.5, 0, 0.5], [[1, 1e6, 3]], options).value).toBeCloseTo(2, 9);
    const { plan, potentials } = sinkhornTransport([0, 1, 0], [0.25, 0.75], [[9, 9], [1, 2], [0, 0]], options); // prettier-ignore
    expect(Array.from(plan().data).map((mass) => Number(mass.toFixed(9)))).toEqual([0, 0, 0.25, 0.75, 0, 0]);
    expect(potentials.every((prices) => prices.every(Number.isFinite))).toBe(true);
  });

  it('stays a number for masses near the least that float64 has, and reaches their marginals', () => {
    const p = [0.6, 1e-300, 0.4, 0, 1e-12];
    const q = [0, 0.5, 1e-12, 0.5, 1e-300];
    const cost = p.map((_, i) => q.map((__, j) => Math.abs(i - 1.3 * j)));
    for (const epsilon of [1e-4, 0.01, 1]) {
      const { plan, value, converged } = sinkhornTransport(p, q, cost, { epsilon, tolerance: 1e-8 });
      expect(converged).toBe(true);
      expect(missed(plan().data, p, q)).toBeLessThan(2e-8);
      expect(value).toBeGreaterThan(optimalTransport(p, q, cost).cost - 1e-6);
    }
  });

  it('moves nothing where the cost is infinite', () => {
    const far = Infinity;
    const cost = [[0, far, 1], [far, 2, far], [1, far, 0]]; // prettier-ignore
    const [p, q] = [[0.3, 0.5, 0.2], [0.25, 0.5, 0.25]]; // prettier-ignore
    for (const epsilon of [1e-4, 0.1, 10]) {
      const { plan, converged } = sinkhornTransport(p, q, cost, { epsilon, tolerance: 1e-9 });
      expect(converged).toBe(true);
      expect(missed(plan().data, p, q)).toBeLessThan(2e-9);
      expect([1, 3, 5, 7].map((at) => plan().data[at])).toEqual([0, 0, 0, 0]);
    }
    expect(() => sinkhornTransport(p, q, cost.with(1, [far, far, far]), { epsilon: 1 })).toThrow(
      'sinkhornTransport: cost must be finite between all mass and some other, got Infinity alone for p at index 1',
    );
    const closed = sinkhornTransport([0.3, 0.4, 0.3], q, cost, { epsilon: 0.1, iterations: 200 });
    expect(closed.converged).toBe(false);
    expect(Number.isNaN(closed.value)).toBe(false);
    expect(() => sinkhornTransport([1], [1], [[-Infinity]], { epsilon: 1 })).toThrow(
      'sinkhornTransport: cost must be finite or Infinity, got -Infinity at [0, 0]',
    );
  });

  it('refuses an epsilon that float64 cannot tell from 0', () => {
    expect(() => sinkhornTransport([0.5, 0.5], [0.5, 0.5], [[0, 1], [1, 0]], { epsilon: 1e-13 })).toThrow(
      'sinkhornTransport: epsilon must be at least 1e-12 of the spread of the costs, 1, got 1e-13; take a larger one, or exact transport',
    ); // prettier-ignore
  });
});
