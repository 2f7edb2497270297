import { type NdArray } from '@surprisal/core';
import { gradientsOf, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { everyEngine, goldens, logits, onEngines, probabilities } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaDivergence, renyi, tsallis } from './alpha.js';
import { squaredHellinger } from './bounded.js';
import { bregman } from './bregman.js';
import { neymanChiSquare, pearsonChiSquare } from './chi-square.js';
import type { Divergence } from './divergence.js';
import { fDivergence } from './f-divergence.js';
import { type Generator, type GeneratorKey, alphaGenerator, generators } from './generators.js';
import { jensenShannon } from './jensen-shannon.js';
import { jeffreys, kullbackLeibler, reverseKullbackLeibler } from './kullback-leibler.js';

const engines = ['cpu', 'wasm'] as const;
const keys = ['rkl', 'kl', 'js', 'sf', 'sh', 'jf', 'neyman', 'pearson'] as const satisfies readonly GeneratorKey[];
/** The released code of f-distill weighs with these multiples of h; it has no weight of Pearson's. */
const released: Partial<Record<GeneratorKey, number>> = { sh: 4, neyman: 0.5 };
const number = (value: ReturnType<ReturnType<typeof fDivergence>>) => value.dataSync()[0]!;

goldens(
  import.meta.url,
  '32-f-distill',
  {
    fDivergenceTable({ inputs }) {
      const at = (f: (r: number) => number) => Array.from((inputs.r as NdArray).data, f);
      return Object.fromEntries(
        keys.flatMap((key) => {
          const { f, derivative, weight } = generators[key];
          return [
            [`f_${key}`, at(f)],
            [`fprime_${key}`, at(derivative)],
            [`h_exact_${key}`, at(weight)],
            [`h_released_${key}`, at((r) => weight(r) * (released[key] ?? 1))],
          ];
        }),
      );
    },
    fDivergenceOnSimplex: ({ inputs }) =>
      Object.fromEntries(
        keys.flatMap((key) => {
          const from = { p: 'probabilities', q: 'logits' } as const;
          const divergence = (q: Parameters<ReturnType<typeof fDivergence>>[1]) =>
            fDivergence(generators[key])(inputs.p, q, { from });
          const { gradients } = gradientsOf((q) => sum(divergence(q!)), [toTensor(inputs.logits_q)]);
          return [
            [`D_${key}`, divergence(inputs.logits_q)],
            [`grad_logits_q_${key}`, gradients[0]!],
          ];
        }),
      ),
  },
  { engines: everyEngine, partial: true },
);

const table: readonly (readonly [string, Generator])[] = [
  ...Object.entries(generators),
  ...[-1, 0, 0.3, 0.5, 1, 1.7, 3].map((a) => [`alpha ${a}`, alphaGenerator(a)] as const),
];

describe.each(table)('the generator %s', (_key, { f, derivative, weight, conjugate, atZero, atInfinity }) => {
  const ratios = [0.01, 0.2, 0.9, 1.4, 7, 60];

  it('is convex and 0 at 1, with the derivative and the weight r^2 f" that differences show', () => {
    expect(f(1)).toBeCloseTo(0, 12);
    for (const r of ratios) {
      const step = 1e-4 * r;
      const slope = (f(r + step) - f(r - step)) / (2 * step);
      expect(Math.abs(derivative(r) - slope)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(slope)));
      const second = (derivative(r + step) - derivative(r - step)) / (2 * step);
      expect(Math.abs(weight(r) - r * r * second)).toBeLessThanOrEqual(1e-5 * (1 + weight(r)));
      expect(weight(r)).toBeGreaterThanOrEqual(0);
    }
  });

  it('has a conjugate above every tangent line, which it touches at its own slope', () => {
    for (const r of ratios) {
      const t = derivative(r);
      expect(Math.abs(conjugate(t) - (r * t - f(r)))).toBeLessThanOrEqual(1e-8 * (1 + Math.abs(r * t)));
      for (const other of ratios)
        expect(conjugate(t)).toBeGreaterThanOrEqual(other * t - f(other) - 1e-8 * (1 + Math.abs(other * t)));
    }
  });

  it('tends to its limits at 0 and at infinity', () => {
    if (atZero < Infinity) expect(f(1e-14)).toBeCloseTo(atZero, 3);
    else expect(f(1e-14)).toBeGreaterThan(30);
    if (atInfinity < Infinity) expect(f(1e14) / 1e14).toBeCloseTo(atInfinity, 3);
    else expect(f(1e14) / 1e14).toBeGreaterThan(15);
  });
});

it('has conjugates that are infinite beyond the steepest slope, and minus f(0) below the flattest', () => {
  for (const key of ['rkl', 'sh'] as const) expect(generators[key].conjugate(0.1)).toBe(Infinity);
  for (const key of ['js', 'sf', 'neyman', 'tv'] as const) expect(generators[key].conjugate(2)).toBe(Infinity);
  expect(generators.pearson.conjugate(-9)).toBe(-1);
  expect(alphaGenerator(2).conjugate(-9)).toBe(-0.5);
  expect(alphaGenerator(0.5).conjugate(2.1)).toBe(Infinity);
});

onEngines(engines, () => {
  it.each(table)('makes a divergence of %s that is the sum of q f(p/q), zeros at their limits', (_key, generator) => {
    const { f, atZero, atInfinity } = generator;
    const term = (p: number, q: number) =>
      q === 0 ? (p === 0 ? 0 : p * atInfinity) : p === 0 ? q * atZero : q * f(p / q);
    fc.assert(
      fc.property(probabilities(1, 5), probabilities(1, 5), (p, q) => {
        const expected = p.data.reduce((total, value, i) => total + term(value, q.data[i]!), 0);
        const actual = number(fDivergence(generator)(p, q));
        if (expected === Infinity) expect(actual).toBe(Infinity);
        else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-5 + 1e-4 * expected);
      }),
      { numRuns: 20 },
    );
  });

  it.each(table)('never makes %s larger by merging classes', (_key, generator) => {
    const merge = ({ data }: NdArray) => [data[0]!, data[1]! + data[2]!, data[3]! + data[4]!];
    fc.assert(
      fc.property(probabilities(1, 5), probabilities(1, 5), (p, q) => {
        const whole = number(fDivergence(generator)(p, q));
        const merged = number(fDivergence(generator)(merge(p), merge(q)));
        if (whole < Infinity) expect(merged).toBeLessThanOrEqual(whole * (1 + 1e-4) + 1e-5);
      }),
      { numRuns: 20 },
    );
  });

  it('of logits gives what the fused operations of the named ones do, with the same gradients', () => {
    const pairs = [
      [kullbackLeibler(), 'kl', 1],
      [reverseKullbackLeibler(), 'rkl', 1],
      [jeffreys(), 'jf', 1],
      [jensenShannon(), 'js', 0.5],
    ] as const;
    const both = (divergence: Divergence, p: NdArray, q: NdArray) => {
      const result = gradientsOf((a, b) => sum(divergence(a!, b!, { from: 'logits' })), [toTensor(p), toTensor(q)]);
      return [result.value, ...result.gradients].flatMap((tensor) => Array.from(tensor.dataSync()));
    };
    fc.assert(
      fc.property(logits(3, 5, 8), logits(3, 5, 8), (p, q) => {
        for (const [named, key, factor] of pairs) {
          const composed = both(fDivergence(generators[key]), p, q).map((value) => factor * value);
          const size = Math.max(1, ...composed.map(Math.abs));
          both(named, p, q).forEach((value, i) =>
            expect(Math.abs(value - composed[i]!)).toBeLessThanOrEqual(2e-5 * size),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  it('holds the symmetries and bounds of the named ones', () => {
    const of = (key: GeneratorKey) => fDivergence(generators[key]);
    fc.assert(
      fc.property(probabilities(1, 4), probabilities(1, 4), (p, q) => {
        for (const key of ['js', 'sh', 'jf', 'tv'] as const) {
          const [there, back] = [number(of(key)(p, q)), number(of(key)(q, p))];
          if (there < Infinity) expect(Math.abs(there - back)).toBeLessThanOrEqual(1e-5 + 1e-4 * there);
          else expect(back).toBe(Infinity);
        }
        expect(number(of('js')(p, q))).toBeLessThanOrEqual(2 * Math.LN2 + 1e-6);
        expect(number(of('sh')(p, q))).toBeLessThanOrEqual(1 + 1e-6);
        const [kl, tv] = [number(of('kl')(p, q)), number(of('tv')(p, q))];
        expect(kl).toBeGreaterThanOrEqual(2 * tv ** 2 - 1e-5); // Pinsker
        expect(number(renyi({ alpha: 2 })(p, q))).toBeGreaterThanOrEqual(kl - 1e-5); // rises with its order
      }),
      { numRuns: 50 },
    );
  });
});

describe('the families', () => {
  const [p, q] = [
    [0.2, 0.5, 0.3],
    [0.6, 0.15, 0.25],
  ];
  const at = (divergence: ReturnType<typeof fDivergence>) => tidy(() => number(divergence(p!, q!)));

  it('contain their named members', () => {
    expect(at(alphaDivergence({ alpha: 1 }))).toBeCloseTo(at(kullbackLeibler()), 6);
    expect(at(alphaDivergence({ alpha: 0 }))).toBeCloseTo(at(reverseKullbackLeibler()), 6);
    expect(at(alphaDivergence({ alpha: 0.5 })) / 4).toBeCloseTo(at(squaredHellinger()), 6);
    expect(2 * at(alphaDivergence({ alpha: 2 }))).toBeCloseTo(at(pearsonChiSquare()), 5);
    expect(2 * at(alphaDivergence({ alpha: -1 }))).toBeCloseTo(at(neymanChiSquare()), 5);
    expect(at(renyi({ alpha: 1 }))).toBe(at(kullbackLeibler()));
    expect(at(renyi({ alpha: 0.5 }))).toBeCloseTo(-2 * Math.log(1 - at(squaredHellinger())), 5);
    expect(at(renyi())).toBeCloseTo(Math.log(1 + at(tsallis())), 5);
    expect(at(bregman({ potential: 'negative-entropy' }))).toBe(at(kullbackLeibler()));
    expect(2 * at(jensenShannon())).toBeCloseTo(at(fDivergence(generators.js)), 6);
  });

  it('pass through their limits without a step', () => {
    for (const [family, alpha] of [
      [alphaDivergence, 1],
      [alphaDivergence, 0],
      [tsallis, 1],
    ] as const) {
      // prettier-ignore
      const values = [-1e-4, -1e-7, 0, 1e-7, 1e-4].map((offset) => at(family({ alpha: alpha + offset } as { alpha: number })));
      for (const value of values) expect(value).toBeCloseTo(values[2]!, 3);
      expect(Math.abs(values[1]! - values[3]!)).toBeLessThanOrEqual(1e-5);
    }
  });

  it('give Infinity for what shares no class, and stay finite where they may', () => {
    const apart = (divergence: ReturnType<typeof fDivergence>) => number(divergence([1, 0], [0, 1]));
    expect(apart(renyi({ alpha: 0.5 }))).toBe(Infinity);
    expect(apart(alphaDivergence({ alpha: 0.5 }))).toBeCloseTo(4, 6);
    expect(number(renyi({ alpha: 0.5 })([1, 0], [0.5, 0.5]))).toBeCloseTo(Math.LN2, 6);
    expect(number(renyi({ alpha: 2 })([0.5, 0.5], [1, 0]))).toBe(Infinity);
  });

  it('refuse an order out of range', () => {
    expect(() => renyi({ alpha: 0 })).toThrow('renyi: alpha must be greater than 0, got 0');
    expect(() => bregman({ potential: 'entropy' as never })).toThrow(/potential must be one of "squared-euclidean"/);
  });
});
