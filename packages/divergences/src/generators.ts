import { bisect } from '@surprisal/core/numerics';
import { type Tensor, abs, add, exp, mul, sub } from '@surprisal/core/tensor';
import { type Limits, logMean, scaledExpm1 } from './classes.js';
import type { DivergenceUnit } from './divergence.js';

/**
 * A convex function f with f(1) = 0, of the ratio r = p/q: it makes the f-divergence D(p; q) = sum_i q_i f(p_i / q_i).
 *
 * The functions of a number are for tables, variational bounds and pictures; `perspective` is the same f for tensors, in log space.
 */
export interface Generator extends Limits {
  readonly name: string;
  readonly unit: DivergenceUnit;
  /** f(r), r > 0. */
  f(r: number): number;
  /** f'(r): what the best critic of the variational bound gives. */
  derivative(r: number): number;
  /** h(r) = r^2 f''(r): how much a sample of the student counts where teacher over student is r. */
  weight(r: number): number;
  /** The convex conjugate f*(t) = sup_r (r t - f(r)); Infinity where the supremum is. */
  conjugate(t: number): number;
  /** q f(p/q) for each class, from log p and log q (both finite). */
  perspective(logP: Tensor, logQ: Tensor): Tensor;
}

/** The keys of {@link generators}. */
export type GeneratorKey = 'kl' | 'rkl' | 'js' | 'sf' | 'jf' | 'sh' | 'neyman' | 'pearson' | 'tv';

/**
 * The f-divergences that have names, by the keys of Xu, Nie, Vahdat: One-step Diffusion Models with f-Divergence Distribution
 * Matching, 2025, arXiv:2502.15681 (table of f, f' and h), and total variation.
 *
 * | key | f(r) | D(p; q) |
 * | --- | --- | --- |
 * | `kl` | r log r | KL(p; q) |
 * | `rkl` | -log r | KL(q; p) |
 * | `js` | r log r - (r+1) log((r+1)/2) | KL(p; m) + KL(q; m), m = (p+q)/2 |
 * | `sf` | (r+1) log((r+1)/(2r)) | 2 KL(m; p) |
 * | `jf` | (r-1) log r | KL(p; q) + KL(q; p) |
 * | `sh` | 1 - sqrt r | 1 - sum sqrt(p q) |
 * | `neyman` | (1-r)^2 / r | sum (p-q)^2 / p |
 * | `pearson` | (r-1)^2 | sum (p-q)^2 / q |
 * | `tv` | abs(r-1) / 2 | sum abs(p-q) / 2 |
 *
 * @example
 * console.log(generators.kl.f(2).toFixed(4), generators.js.weight(1), generators.pearson.conjugate(1)); // 1.3863 0.5 1.25
 */
export const generators: Readonly<Record<GeneratorKey, Generator>> = {
  kl: {
    name: 'forward KL',
    unit: 'nats',
    f: (r) => r * Math.log(r),
    derivative: (r) => Math.log(r) + 1,
    weight: (r) => r,
    conjugate: (t) => Math.exp(t - 1),
    atZero: 0,
    atInfinity: Infinity,
    perspective: (logP, logQ) => mul(exp(logP), sub(logP, logQ)),
  },
  rkl: {
    name: 'reverse KL',
    unit: 'nats',
    f: (r) => -Math.log(r),
    derivative: (r) => -1 / r,
    weight: () => 1,
    conjugate: (t) => (t < 0 ? -1 - Math.log(-t) : Infinity),
    atZero: Infinity,
    atInfinity: 0,
    perspective: (logP, logQ) => mul(exp(logQ), sub(logQ, logP)),
  },
  js: {
    name: 'Jensen-Shannon',
    unit: 'nats',
    f: (r) => r * Math.log(r) - (r + 1) * Math.log((r + 1) / 2),
    derivative: (r) => Math.log((2 * r) / (r + 1)),
    weight: (r) => r / (1 + r),
    conjugate: (t) => (t < Math.LN2 ? -Math.log(2 - Math.exp(t)) : Infinity),
    atZero: Math.LN2,
    atInfinity: Math.LN2,
    perspective(logP, logQ) {
      const middle = logMean(logP, logQ);
      return add(mul(exp(logP), sub(logP, middle)), mul(exp(logQ), sub(logQ, middle)));
    },
  },
  sf: {
    name: 'softened reverse KL',
    unit: 'nats',
    f: (r) => (r + 1) * Math.log((r + 1) / (2 * r)),
    derivative: (r) => Math.log((r + 1) / (2 * r)) - 1 / r,
    weight: (r) => 1 / (1 + r),
    conjugate: (t) => conjugateOf(generators.sf, t, -Math.LN2),
    atZero: Infinity,
    atInfinity: -Math.LN2,
    perspective: (logP, logQ) => mul(add(exp(logP), exp(logQ)), sub(logMean(logP, logQ), logP)),
  },
  sh: {
    name: 'squared Hellinger',
    unit: 'number',
    f: (r) => 1 - Math.sqrt(r),
    derivative: (r) => -0.5 / Math.sqrt(r),
    weight: (r) => Math.sqrt(r) / 4,
    conjugate: (t) => (t < 0 ? -1 - 1 / (4 * t) : Infinity),
    atZero: 1,
    atInfinity: 0,
    perspective: (logP, logQ) => mul(scaledExpm1(logQ, sub(logP, logQ), 0.5), -0.5),
  },
  jf: {
    name: 'Jeffreys',
    unit: 'nats',
    f: (r) => (r - 1) * Math.log(r),
    derivative: (r) => Math.log(r) + 1 - 1 / r,
    weight: (r) => 1 + r,
    conjugate: (t) => conjugateOf(generators.jf, t, Infinity),
    atZero: Infinity,
    atInfinity: Infinity,
    perspective: (logP, logQ) => mul(sub(exp(logP), exp(logQ)), sub(logP, logQ)),
  },
  neyman: {
    name: 'Neyman chi-square',
    unit: 'number',
    f: (r) => (1 - r) ** 2 / r,
    derivative: (r) => 1 - 1 / r ** 2,
    weight: (r) => 2 / r,
    conjugate: (t) => (t <= 1 ? 2 - 2 * Math.sqrt(1 - t) : Infinity),
    atZero: Infinity,
    atInfinity: 1,
    perspective: (logP, logQ) => chiSquare(logQ, logP),
  },
  pearson: {
    name: 'Pearson chi-square',
    unit: 'number',
    f: (r) => (r - 1) ** 2,
    derivative: (r) => 2 * (r - 1),
    weight: (r) => 2 * r ** 2,
    conjugate: (t) => (t > -2 ? t + t ** 2 / 4 : -1),
    atZero: 1,
    atInfinity: Infinity,
    perspective: (logP, logQ) => chiSquare(logP, logQ),
  },
  tv: {
    name: 'total variation',
    unit: 'number',
    f: (r) => Math.abs(r - 1) / 2,
    derivative: (r) => Math.sign(r - 1) / 2,
    weight: () => 0,
    conjugate: (t) => (t <= 0.5 ? Math.max(t, -0.5) : Infinity),
    atZero: 0.5,
    atInfinity: 0.5,
    perspective: (logP, logQ) => mul(abs(sub(exp(logP), exp(logQ))), 0.5),
  },
};

/** (p - q)^2 / q = (p^2/q - p) - (p - q). */
const chiSquare = (logP: Tensor, logQ: Tensor): Tensor =>
  sub(scaledExpm1(logP, sub(logP, logQ), 1), sub(exp(logP), exp(logQ)));

/**
 * The generator of the alpha-divergences (Cressie-Read), f(r) = (r^a - 1 - a (r - 1)) / (a (a - 1)), and its limits
 * r log r - r + 1 at a = 1 and r - 1 - log r at a = 0. Twice that of a = 2 is Pearson's, twice that of -1 Neyman's; a quarter of 1/2 squared Hellinger.
 *
 * @example
 * console.log(alphaGenerator(2).f(3).toFixed(4), alphaGenerator(1).f(1)); // 2.0000 0
 */
export function alphaGenerator(a: number): Generator {
  const power = (x: number, c: number) => (c === 0 ? x : Math.expm1(c * x) / c);
  return {
    name: `alpha ${a}`,
    unit: 'number',
    f: (r) => (a > 0.5 ? (r * power(Math.log(r), a - 1) - (r - 1)) / a : (power(Math.log(r), a) - (r - 1)) / (a - 1)),
    derivative: (r) => power(Math.log(r), a - 1),
    weight: (r) => r ** a,
    conjugate: (t) => conjugateOf(alphaGenerator(a), t, a < 1 ? 1 / (1 - a) : Infinity),
    atZero: a > 0 ? 1 / a : Infinity,
    atInfinity: a < 1 ? 1 / (1 - a) : Infinity,
    perspective(logP, logQ) {
      const ratio = sub(logP, logQ);
      const excess = sub(exp(logP), exp(logQ));
      const [part, rest] = a > 0.5 ? [scaledExpm1(logP, ratio, a - 1), a] : [scaledExpm1(logQ, ratio, a), a - 1];
      return mul(sub(part, excess), 1 / rest);
    },
  };
}

/** The conjugate where it has no closed form: r t - f(r) where f'(r) = t; f' rises from f'(0) to `steepest`. */
function conjugateOf({ f, derivative, atZero }: Generator, t: number, steepest: number): number {
  if (t >= steepest) return Infinity;
  const slope = (logRatio: number) => derivative(Math.exp(logRatio));
  if (t <= slope(-LARGEST_LOG)) return -atZero;
  const r = Math.exp(bisect(slope, Math.min(t, slope(LARGEST_LOG)), -LARGEST_LOG, LARGEST_LOG));
  return r * t - f(r);
}

const LARGEST_LOG = 300;
