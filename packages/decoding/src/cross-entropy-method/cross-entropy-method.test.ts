import { DomainError, Random } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgeProbability, bridgeShortestPath } from './bridge.js';
import {
  type DrawSource,
  type SamplingFamily,
  bernoulliFamily,
  categoricalFamily,
  exponentialFamily,
  gaussianFamily,
  poissonFamily,
} from './families.js';
import { rareEventIteration, rareEventProbability } from './rare-event.js';
import { crossEntropyMinimum } from './minimum.js';
import { riemannZeta } from './zeta.js';

/** Hands out stored numbers, in order. */
function replay(...parts: readonly Float64Array[]): DrawSource {
  const numbers = parts.flatMap((part) => Array.from(part));
  let next = 0;
  const take = () => numbers[next++]!;
  return { uniform: take, normal: take };
}

const drawn = (family: SamplingFamily, parameters: Float64Array, count: number, source: DrawSource) =>
  Array.from({ length: count }, () => family.draw(parameters, source));

const bridge = (means: readonly number[], threshold: number) => ({
  family: exponentialFamily,
  reference: Float64Array.from(means),
  score: bridgeShortestPath,
  threshold,
});

const rastrigin = (x: Float64Array) =>
  x.reduce((sum, value) => sum + value ** 2 - 10 * Math.cos(2 * Math.PI * value), 10 * x.length);
const rosenbrock = (x: Float64Array) =>
  x.subarray(1).reduce((sum, next, j) => sum + 100 * (next - x[j]! ** 2) ** 2 + (1 - x[j]!) ** 2, 0);

/** The weight between the two sides of a partition, of a symmetric matrix `[n * n]`. */
const cut = (weights: Float64Array, x: Float64Array) => {
  const n = x.length;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (x[i] !== x[j]) sum += weights[i * n + j]!;
  return sum;
};

goldens(
  new URL('..', import.meta.url).href,
  '14-cem-enhanced-top-p',
  {
    ceRareEventStep({ inputs: { uniform }, params: { u, v, rho, gamma, alpha } }) {
      const parameters = Float64Array.from(v);
      const samples = drawn(exponentialFamily, parameters, uniform.shape[0], replay(uniform.data));
      const { scores, level, weights, ...next } = rareEventIteration(
        bridge(u, gamma),
        parameters,
        { rho, alpha },
        samples,
      );
      return { scores, level, weights, v_next: next.parameters };
    },
    ceRareEventRun({ inputs, params: { u, rho, gamma, alpha, N, N1 } }) {
      const source = replay(inputs.uniform_iterations.data, inputs.uniform_final.data);
      const found = rareEventProbability(bridge(u, gamma), { rho, alpha, samples: N, finalSamples: N1, source });
      return {
        iterations: found.iterations.length,
        levels: found.iterations.map(({ level }) => level),
        v: found.iterations.map(({ parameters }) => Array.from(parameters)).flat(),
        estimate: found.probability,
        relative_error: found.relativeError,
      };
    },
    bridgeExactProbability: ({ inputs, params }) => ({
      probability: Array.from(inputs.gamma.data as Float64Array, (gamma) => bridgeProbability(params.u, gamma)),
    }),
    ceGaussianOptimise({ inputs: { normals }, params }) {
      const objective = { rastrigin, rosenbrock }[params.objective as 'rastrigin'];
      const { history } = crossEntropyMinimum(objective, [...params.mu0, ...params.sigma0], {
        samples: params.N,
        rho: params.elite / params.N,
        alpha: params.alpha,
        maxIterations: normals.shape[0],
        source: replay(normals.data),
      });
      const d = params.mu0.length as number;
      return {
        mu: history.flatMap(({ parameters }) => Array.from(parameters.subarray(0, d))),
        sigma: history.flatMap(({ parameters }) => Array.from(parameters.subarray(d))),
        elite_threshold: history.map(({ threshold }) => threshold),
        best_value: history.map(({ best }) => best),
      };
    },
    ceBernoulliMaxCut({ inputs: { weights, uniform }, params }) {
      const n = weights.shape[0] as number;
      const start = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0.5));
      const { history } = crossEntropyMinimum((x) => -cut(weights.data, x), start, {
        family: bernoulliFamily,
        samples: params.N,
        rho: params.elite / params.N,
        alpha: params.alpha,
        maxIterations: uniform.shape[0],
        source: replay(uniform.data),
      });
      return {
        p: history.flatMap(({ parameters }) => Array.from(parameters)),
        elite_threshold: history.map(({ threshold }) => -threshold),
        best_cut: history.map(({ best }) => -best),
      };
    },
    riemannZeta({ inputs: { sigma, t } }) {
      const values = Array.from(sigma.data as Float64Array, (s, i) => riemannZeta(s, t.data[i]));
      return { re: values.map(({ re }) => re), im: values.map(({ im }) => im), abs: values.map(({ abs }) => abs) };
    },
  },
  { partial: true },
);

const seeds = fc.integer({ min: 0, max: 1e6 });

describe('the cross-entropy method for rare events', () => {
  it('lets at least a fraction rho reach a level that is never above the threshold', () =>
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (seed, rho) => {
        const event = bridge([0.25, 0.4, 0.1, 0.3, 0.2], 0.6);
        const samples = drawn(event.family, event.reference, 57, new Random(seed));
        const { level, scores, weights } = rareEventIteration(event, event.reference, { rho, alpha: 1 }, samples);
        expect(level).toBeLessThanOrEqual(0.6);
        expect(scores.filter((score) => score >= level).length).toBeGreaterThanOrEqual(rho * 57 - 1e-9);
        expect(Array.from(weights)).toEqual(Array(57).fill(1));
      }),
    ));

  it('has weights of mean 1 under any law with support, for every family', () => {
    const cases: [SamplingFamily, number[], number[]][] = [
      [exponentialFamily, [0.5, 1], [0.6, 1.2]],
      [poissonFamily, [3, 0.7], [3.5, 1]],
      [bernoulliFamily, [0.2, 0.7], [0.35, 0.6]],
      [gaussianFamily, [0, 1, 1, 2], [0.2, 0.8, 1.2, 2.2]],
      [categoricalFamily(3), [0.2, 0.3, 0.5], [0.4, 0.3, 0.3]],
    ];
    for (const [family, u, v] of cases) {
      const [from, at] = [Float64Array.from(u), Float64Array.from(v)];
      const samples = drawn(family, at, 20_000, new Random(4));
      const weights = samples.map((x) => Math.exp(family.logDensity(x, from) - family.logDensity(x, at)));
      const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
      const error = Math.sqrt(weights.reduce((sum, w) => sum + (w - mean) ** 2, 0)) / weights.length;
      expect(Math.abs(mean - 1)).toBeLessThan(4 * error);
      // Its maximum-likelihood fit finds the law that the samples came from.
      const fitted = family.fit(samples, Array(samples.length).fill(1));
      fitted.forEach((value, j) => expect(value).toBeCloseTo(v[j]!, 1));
    }
  });

  it('estimates the bridge network within 15% over ten seeds, where crude Monte Carlo sees nearly nothing', () => {
    const event = bridge([0.25, 0.4, 0.1, 0.3, 0.2], 2);
    for (let seed = 0; seed < 10; seed++) {
      const { probability, relativeError, iterations, hits } = rareEventProbability(event, {
        finalSamples: 30_000,
        source: new Random(seed),
      });
      expect(Math.abs(probability / 1.34245354e-5 - 1)).toBeLessThan(0.15);
      expect(relativeError).toBeLessThan(0.1);
      expect(iterations.length).toBeLessThan(9);
      expect(hits).toBeGreaterThan(100);
    }
  });

  it('says how far it came when the event is not reached', () => {
    const event = { ...bridge([1, 1, 1, 1, 1], 10), score: () => 3 };
    expect(() => rareEventProbability(event, { maxIterations: 4, samples: 20 })).toThrow(
      new DomainError(
        'rareEventProbability: threshold must be reached within 4 iterations, got to 3 of 10; raise samples or maxIterations',
      ),
    );
  });
});

describe('the cross-entropy method for optimisation', () => {
  const options = { samples: 30, rho: 0.2, maxIterations: 8 };
  const run = (objective: (x: Float64Array) => number, start: number[], seed: number) =>
    crossEntropyMinimum(objective, start, { ...options, source: new Random(seed) });

  it('sees the order of values alone', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const start = [1, -2, 2, 2];
        const { parameters } = run(rastrigin, start, seed);
        expect(run((x) => Math.log(1 + rastrigin(x)) ** 3, start, seed).parameters).toEqual(parameters);
      }),
      { numRuns: 20 },
    ));

  it('moves and scales with its coordinates', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const { parameters } = run(rastrigin, [1, -2, 2, 2], seed);
        const moved = run((y) => rastrigin(Float64Array.of((y[0]! - 5) / 4, y[1]!)), [9, -2, 8, 2], seed).parameters;
        expect(moved[0]).toBeCloseTo(4 * parameters[0]! + 5, 8);
        expect(moved[2]).toBeCloseTo(4 * parameters[2]!, 8);
        expect(moved[1]).toBeCloseTo(parameters[1]!, 8);
      }),
      { numRuns: 20 },
    ));

  it('with every sample an elite and no smoothing takes the sample mean; with hardly any smoothing, moves hardly', () => {
    const source = new Random(2);
    const samples = drawn(gaussianFamily, Float64Array.of(3, 1), 50, new Random(2));
    const all = crossEntropyMinimum(([x]) => x!, [3, 1], { samples: 50, rho: 1, alpha: 1, maxIterations: 1, source });
    expect(all.parameters[0]).toBeCloseTo(samples.reduce((sum, [x]) => sum + x!, 0) / 50, 12);
    const still = crossEntropyMinimum(([x]) => x!, [3, 1], { ...options, alpha: 1e-12 });
    expect(still.parameters[0]).toBeCloseTo(3, 8);
  });

  it('keeps Bernoulli probabilities in [0, 1], and those at an end where they are', () =>
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.1, max: 1, noNaN: true }), (seed, alpha) => {
        const { history } = crossEntropyMinimum((x) => -x[1]! * x[2]! + x[3]!, [0, 0.3, 0.5, 1], {
          ...options,
          family: bernoulliFamily,
          alpha,
          source: new Random(seed),
        });
        for (const { parameters } of history) {
          expect(parameters.every((p) => p >= 0 && p <= 1)).toBe(true);
          expect([parameters[0], parameters[3]]).toEqual([0, 1]);
        }
      }),
      { numRuns: 20 },
    ));

  it('finds the first zero on the critical line from every one of five seeds', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { parameters } = crossEntropyMinimum(([t]) => riemannZeta(0.5, t!).abs, [15, 2], {
        samples: 40,
        rho: 0.2,
        alpha: 0.8,
        maxIterations: 25,
        tolerance: 0,
        source: new Random(seed),
      });
      expect(Math.abs(parameters[0]! - 14.134725141734693)).toBeLessThan(1e-8);
    }
  });

  it("finds Rastrigin's optimum from at least ten of twenty seeds", () => {
    const found = Array.from({ length: 20 }, (_, seed) =>
      crossEntropyMinimum(rastrigin, [3, -3, 3, 3], { samples: 100, maxIterations: 60, source: new Random(seed) }),
    );
    expect(found.filter(({ value }) => value < 1e-6).length).toBeGreaterThanOrEqual(10);
  });

  it('chooses among categories', () => {
    const { x } = crossEntropyMinimum(([a, b]) => (a! - 2) ** 2 + b!, Array(6).fill(1 / 3), {
      family: categoricalFamily(3),
      samples: 50,
      rho: 0.1,
    });
    expect(Array.from(x)).toEqual([2, 0]);
  });

  it('stops at a point, at a standstill, or when the iterations are used up', () => {
    expect(crossEntropyMinimum(([x]) => x! ** 2, [1, 1]).stopped).toBe('spread');
    expect(crossEntropyMinimum(() => 1, [1, 1], { minSpread: 0.5 }).stopped).toBe('threshold');
    expect(crossEntropyMinimum(([x]) => x!, [1, 1], { maxIterations: 3 }).stopped).toBe('iterations');
    const floor = crossEntropyMinimum(([x]) => x! ** 2, [1, 1], { minSpread: 0.1, maxIterations: 50 });
    expect(floor.parameters[1]).toBeGreaterThanOrEqual(0.1);
  });

  it('stays within bounds, and keeps its spread longer with dynamic smoothing', () => {
    for (const outside of ['clip', 'redraw'] as const) {
      const seen: number[] = [];
      const bounds = { low: [-1], high: [2], outside };
      crossEntropyMinimum(([x]) => (seen.push(x!), -x!), [0, 3], { ...options, bounds });
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(-1);
      expect(Math.max(...seen)).toBeLessThanOrEqual(2);
    }
    const fixed = crossEntropyMinimum(([x]) => x! ** 2, [5, 2], { ...options, alpha: 1 });
    const dynamic = crossEntropyMinimum(([x]) => x! ** 2, [5, 2], {
      ...options,
      alpha: 1,
      dynamic: { beta: 0.8, q: 5 },
    });
    expect(dynamic.parameters[1]).toBeGreaterThan(fixed.parameters[1]!);
  });

  it('ranks NaN last', () => {
    const { value } = crossEntropyMinimum(([x]) => (x! < 0 ? NaN : x!), [0, 1], options);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(crossEntropyMinimum(() => NaN, [0, 1], options).value).toBeNaN();
  });

  it('refuses options out of range', () => {
    expect(() => crossEntropyMinimum(() => 0, [0, 1], { samples: 3 })).toThrow(
      new DomainError('crossEntropyMinimum: samples must be a whole number of at least 10, got 3'),
    );
    expect(() => crossEntropyMinimum(() => 0, [0, 1], { rho: 0 })).toThrow('rho must be in (0, 1], got 0');
    expect(() => crossEntropyMinimum(() => 0, [0, 1], { alpha: 2 })).toThrow(DomainError);
  });
});

describe('zeta', () => {
  it('has its known values, and is mirrored by conjugation', () => {
    expect(riemannZeta(4, 0).re).toBeCloseTo(Math.PI ** 4 / 90, 12);
    expect(riemannZeta(3, -7).im).toBeCloseTo(-riemannZeta(3, 7).im, 14);
    expect(() => riemannZeta(1, 0)).toThrow(DomainError);
    expect(() => riemannZeta(-2, 0)).toThrow('riemannZeta: sigma + i t must have sigma > 0 and not be 1, got -2 + 0 i');
  });
});
