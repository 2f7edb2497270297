import { type AnyMethod, DomainError, type NdArray, Random, ShapeError, ndarray } from '@surprisal/core';
import { gradientsOf, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, goldens, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { alphaGenerator, generators } from '../generators.js';
import plugin from '../plugin.js';
import { gaussianCauchySchwarz } from './cauchy-schwarz.js';
import { type Gaussian, gaussianOfSample } from './gaussian.js';
import type { GaussianDivergence } from './gaussian-divergence.js';
import {
  gaussianAlpha,
  gaussianBhattacharyya,
  gaussianKullbackLeibler,
  gaussianNeymanChiSquare,
  gaussianPearsonChiSquare,
  gaussianRenyi,
  gaussianReverseKullbackLeibler,
  gaussianSquaredHellinger,
} from './renyi.js';
import { gaussianWasserstein } from './wasserstein.js';

const folder = new URL('..', import.meta.url).href;

goldens(
  folder,
  '37-cs-ib',
  {
    csDivergenceGaussian({ inputs }) {
      const { data, shape } = inputs.gaussians as NdArray;
      const rows = Array.from({ length: shape[0]! }, (_, i) => Array.from(data.subarray(4 * i, 4 * i + 4)));
      const values = rows.map(([meanP, sdP, meanQ, sdQ]) =>
        gaussianCauchySchwarz()({ mean: meanP!, covariance: sdP! ** 2 }, { mean: meanQ!, covariance: sdQ! ** 2 }),
      );
      return { cs_divergence: values };
    },
  },
  { partial: true },
);

goldens(
  folder,
  '32-f-distill',
  {
    fDistillGaussianIdentity({ inputs, params }) {
      const p = density(params.teacher_mean, params.teacher_sd ** 2);
      const q = (mean: number, logSd: number) => density(mean, Math.exp(logSd) ** 2);
      const [mean, logSd] = [params.student_mean as number, Math.log(params.student_sd)];
      const score = (x: number, centre: number, sd: number) => -(x - centre) / sd ** 2;
      return Object.fromEntries(
        (['rkl', 'kl', 'js', 'sf', 'sh', 'jf'] as const).flatMap((key) => {
          const { f, weight } = generators[key];
          const D = (m: number, s: number) => integral((x) => q(m, s)(x) * f(p(x) / q(m, s)(x)));
          const slope = (g: (offset: number) => number) => (8 * (g(1e-3) - g(-1e-3)) - (g(2e-3) - g(-2e-3))) / 12e-3;
          const perSample = Array.from((inputs.z as NdArray).data, (z) => {
            const x = mean + params.student_sd * z;
            const gap = score(x, params.teacher_mean, params.teacher_sd) - score(x, mean, params.student_sd);
            return -weight(p(x) / q(mean, logSd)(x)) * gap;
          });
          return [
            [`D_${key}`, D(mean, logSd)],
            [`dD_dmean_${key}`, slope((offset) => D(mean + offset, logSd))],
            [`dD_dlogsigma_${key}`, slope((offset) => D(mean, logSd + offset))],
            [`per_sample_grad_mean_${key}`, perSample],
          ];
        }),
      );
    },
  },
  { partial: true },
);

function density(mean: number, variance: number): (x: number) => number {
  return (x) => Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
}

/** By the trapezoidal rule, which is exact to rounding for what is smooth and vanishes at both ends. */
function integral(f: (x: number) => number, from = -13, to = 13, steps = 5200): number {
  const h = (to - from) / steps;
  let total = 0;
  for (let i = 0; i <= steps; i++) total += f(from + i * h);
  return total * h;
}

const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'gaussian-divergence',
) as readonly AnyMethod<'gaussian-divergence'>[];

const centre = (d: number) => fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: d, maxLength: d });
const variances = (d: number) =>
  fc.array(fc.double({ min: 0.6, max: 1.1, noNaN: true }), { minLength: d, maxLength: d });
/** Of any covariance, between bounds in which all divergences are finite: variances turned by a rotation. */
const gaussian = fc
  .tuple(centre(2), variances(2), fc.double({ min: 0, max: 3, noNaN: true }))
  .map(([mean, [a, b], angle]) => {
    const turn = new Matrix([
      [Math.cos(angle), -Math.sin(angle)],
      [Math.sin(angle), Math.cos(angle)],
    ]);
    return {
      mean,
      covariance: turn
        .mmul(Matrix.diag([a!, b!]))
        .mmul(turn.transpose())
        .to2DArray(),
    };
  });
const diagonal = fc.tuple(centre(3), variances(3)).map(([mean, covariance]) => ({ mean, covariance }));

describe.each(methods.map((method) => [method.info.name, method] as const))('%s of Gaussians', (_name, method) => {
  const divergence: GaussianDivergence = method();

  it('is at least 0, and 0 from a Gaussian to itself', () => {
    fc.assert(
      fc.property(gaussian, gaussian, (p, q) => {
        expect(divergence(p, q)).toBeGreaterThanOrEqual(-1e-12);
        expect(Math.abs(divergence(p, p))).toBeLessThanOrEqual(1e-7);
      }),
      { numRuns: 50 },
    );
  });

  it('of diagonal matrices is that of their diagonals, and does not change when both are turned and moved', () => {
    fc.assert(
      fc.property(diagonal, diagonal, gaussian, gaussian, (p, q, a, b) => {
        const full = ({ mean, covariance }: typeof p) => ({ mean, covariance: Matrix.diag(covariance).to2DArray() });
        const direct = divergence(p, q);
        for (const other of [divergence(full(p), full(q)), divergence(full(p), q)]) {
          expect(Math.abs(other - direct)).toBeLessThanOrEqual(1e-7 * (1 + direct));
        }
        const turn = new Matrix([[0.6, -0.8], [0.8, 0.6]]); // prettier-ignore
        const moved = ({ mean, covariance }: typeof a) => ({
          mean: turn.mmul(Matrix.columnVector(mean)).add(5).to1DArray(),
          covariance: turn.mmul(new Matrix(covariance)).mmul(turn.transpose()).to2DArray(),
        });
        const value = divergence(a, b);
        expect(Math.abs(divergence(moved(a), moved(b)) - value)).toBeLessThanOrEqual(1e-7 * (1 + value));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses bad input with one line that says what was expected', () => {
    const { name } = method.info;
    const p = { mean: [0, 0], covariance: [1, 1] };
    const given = (changes: Partial<Gaussian>) => () => divergence(p, { ...p, ...changes });
    expect(given({ mean: [0] })).toThrow(new ShapeError(`${name}: q.mean must be [d] with d = 2, got [1]`));
    expect(() => divergence({ ...p, mean: [] }, p)).toThrow(
      new ShapeError(`${name}: p.mean must be [d] with d >= 1, got [0]`),
    );
    expect(given({ mean: [0, NaN] })).toThrow(new DomainError(`${name}: q.mean must be finite, got NaN at 1`));
    expect(given({ covariance: [1, 1, 1] })).toThrow(
      new ShapeError(`${name}: q.covariance must be [d, d] or [d] with d = 2, or a number, got [3]`),
    );
    expect(given({ covariance: [1, -1] })).toThrow(
      new DomainError(`${name}: q.covariance must have variances of at least 0, got -1 in dimension 1`),
    );
    expect(given({ covariance: [[1, 0.5], [0, 1]] })).toThrow(
      new DomainError(`${name}: q.covariance must be symmetric, got 0 at [1, 0] and 0.5 at [0, 1]`),
    ); // prettier-ignore
    expect(given({ covariance: [[1, 2], [2, 1]] })).toThrow(/q\.covariance must be positive (semi)?definite, got/); // prettier-ignore
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });

  onEngines(['cpu', 'wasm'], () => {
    const random = new Random(7);
    const rows = (low: number, high: number) => ndarray(Float64Array.from(random.uniforms(6, low, high)), [2, 3]);
    const [meanP, varianceP, meanQ, varianceQ] = [rows(-1, 1), rows(0.6, 1.1), rows(-1, 1), rows(0.6, 1.1)];

    it('has a tensor form for independent dimensions, row by row or of vectors', () => {
      const values = divergence.tensor({ mean: meanP, variance: varianceP }, { mean: meanQ, variance: varianceQ });
      expect(values.shape).toEqual([2]);
      Array.from(values.dataSync()).forEach((value, i) => {
        const row = ({ data }: NdArray) => Array.from(data.subarray(3 * i, 3 * i + 3));
        const [p, q] = [
          { mean: row(meanP), covariance: row(varianceP) },
          { mean: row(meanQ), covariance: row(varianceQ) },
        ];
        const exact = divergence(p, q);
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-4 * (1 + exact));
        const vector = divergence.tensor(
          { mean: p.mean, variance: p.covariance },
          { mean: q.mean, variance: q.covariance },
        );
        expect(vector.shape).toEqual([]);
        expect(vector.dataSync()[0]).toBeCloseTo(value, 5);
      });
    });

    it('has the gradient that differences show, and none where both agree', async () => {
      const of = (mp: Parameters<typeof toTensor>[0], vp: typeof mp, mq: typeof mp, vq: typeof mp) =>
        divergence.tensor({ mean: mp, variance: vp }, { mean: mq, variance: vq });
      await expectGradient((a, b, c, d) => of(a!, b!, c!, d!), [meanP, varianceP, meanQ, varianceQ], { step: 5e-3 });
      const same = [meanP, varianceP, meanP, varianceP].map((x) => toTensor(x));
      const { gradients } = gradientsOf((a, b, c, d) => sum(of(a!, b!, c!, d!)), same);
      gradients
        .flatMap((g) => Array.from(g.dataSync()))
        .forEach((slope) => expect(Math.abs(slope)).toBeLessThanOrEqual(1e-5));
    });

    it('leaves no tensors behind, and refuses variances that are not above 0', () => {
      const [p, q] = [
        { mean: meanP, variance: varianceP },
        { mean: meanQ, variance: varianceQ },
      ];
      expectNoLeak(() => divergence.tensor(p, q));
      expectNoLeak(
        () =>
          void tidy(() =>
            gradientsOf(
              (m) => sum(divergence.tensor({ ...p, mean: m! }, q)),
              [toTensor(meanP)],
            ).gradients[0]!.dataSync(),
          ),
      );
      const { name } = method.info;
      const wrong = (variance: number[]) => () =>
        divergence.tensor({ mean: [0, 0], variance }, { mean: [0, 0], variance: [1, 1] });
      expect(wrong([1, 0])).toThrow(new DomainError(`${name}: p.variance must be above 0 and finite, got 0`));
      expect(wrong([1])).toThrow(new ShapeError(`${name}: p.variance must be [d] with d = 2, got [1]`));
      expect(() => divergence.tensor({ mean: [[[0]]], variance: [[[1]]] }, { mean: 0, variance: 1 })).toThrow(
        new ShapeError(`${name}: p.mean must be [d] or [batch, d], got [1, 1, 1]`),
      );
    });
  });
});

describe('closed forms', () => {
  const [mp, vp, mq, vq] = [0.4, 1.3, -0.6, 0.9];
  const [p, q] = [density(mp, vp), density(mq, vq)];
  const of = (divergence: GaussianDivergence) => divergence({ mean: mp, covariance: vp }, { mean: mq, covariance: vq });
  const f = (generator: { f(r: number): number }) => integral((x) => q(x) * generator.f(p(x) / q(x)));
  const power = (a: number) => integral((x) => p(x) ** a * q(x) ** (1 - a));

  it.each([
    ['kullback-leibler', gaussianKullbackLeibler(), f(generators.kl)],
    ['reverse-kullback-leibler', gaussianReverseKullbackLeibler(), f(generators.rkl)],
    ['squared-hellinger', gaussianSquaredHellinger(), f(generators.sh)],
    ['pearson-chi-square', gaussianPearsonChiSquare(), f(generators.pearson)],
    ['neyman-chi-square', gaussianNeymanChiSquare(), f(generators.neyman)],
    ...[-0.5, 0, 0.3, 0.5, 1, 1.5, 2].map(
      (alpha) => [`alpha ${alpha}`, gaussianAlpha({ alpha }), f(alphaGenerator(alpha))] as const,
    ),
    ...[0.2, 0.5, 1.7, 2].map(
      (alpha) => [`renyi ${alpha}`, gaussianRenyi({ alpha }), Math.log(power(alpha)) / (alpha - 1)] as const,
    ),
    ['bhattacharyya', gaussianBhattacharyya(), -Math.log(power(0.5))],
    [
      'cauchy-schwarz',
      gaussianCauchySchwarz(),
      -Math.log(integral((x) => p(x) * q(x)) ** 2 / integral((x) => p(x) ** 2) / integral((x) => q(x) ** 2)),
    ],
  ] as const)('are what integration gives: %s', (_name, divergence, integrated) => {
    expect(Math.abs(of(divergence) - integrated)).toBeLessThanOrEqual(1e-9 * (1 + integrated));
  });

  it('pass through order 1 without a step', () => {
    const values = [-1e-3, -1e-9, 0, 1e-9, 1e-3].map((offset) => of(gaussianRenyi({ alpha: 1 + offset })));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[4]! - values[0]!).toBeLessThanOrEqual(4e-3);
    expect(values[3]! - values[1]!).toBeLessThanOrEqual(1e-7);
  });

  it('are infinite where q is too narrow, in tensors too', () => {
    const [wide, narrow] = [{ mean: 0, covariance: 2.5 }, { mean: 0, covariance: 1 }]; // prettier-ignore
    expect(gaussianRenyi({ alpha: 2 })(wide, narrow)).toBe(Infinity);
    expect(gaussianPearsonChiSquare()(wide, narrow)).toBe(Infinity);
    expect(gaussianNeymanChiSquare()(wide, narrow)).toBeLessThan(Infinity);
    const tensors = gaussianRenyi().tensor({ mean: [0], variance: [2.5] }, { mean: [0], variance: [1] });
    expect(tensors.dataSync()[0]).toBe(Infinity);
  });

  it('hold the bound of the paper: half of Cauchy-Schwarz is at most KL', () => {
    const one = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.05, max: 9, noNaN: true }));
    fc.assert(
      fc.property(one, one, ([m1, v1], [m2, v2]) => {
        const [a, b] = [{ mean: m1, covariance: v1 }, { mean: m2, covariance: v2 }]; // prettier-ignore
        expect(gaussianCauchySchwarz()(a, b) / 2).toBeLessThanOrEqual(gaussianKullbackLeibler()(a, b) + 1e-12);
      }),
      { numRuns: 2000 },
    );
  });

  it('are what draws estimate, within 5 standard errors', () => {
    const [a, b] = [
      { mean: [0, 1], covariance: [[1, 0.3], [0.3, 0.8]] },
      { mean: [0.5, 0.5], covariance: [[1.2, -0.2], [-0.2, 1]] },
    ]; // prettier-ignore
    const [random, n] = [new Random(3), 40_000];
    const logDensity = (
      { mean, covariance: [[s, c], [, t]] }: { mean: number[]; covariance: number[][] },
      x: number[],
    ) => {
      const [u, v, det] = [x[0]! - mean[0]!, x[1]! - mean[1]!, s! * t! - c! * c!];
      return -(t! * u * u - 2 * c! * u * v + s! * v * v) / (2 * det) - Math.log(det) / 2;
    };
    const ratios = Array.from({ length: n }, () => {
      const [z, w] = [random.normal(), random.normal()];
      const x = [z, 1 + 0.3 * z + Math.sqrt(0.8 - 0.09) * w];
      return logDensity(a, x) - logDensity(b, x);
    });
    const mean = ratios.reduce((s, r) => s + r) / n;
    const error = Math.sqrt(ratios.reduce((s, r) => s + (r - mean) ** 2, 0) / n / n);
    expect(Math.abs(gaussianKullbackLeibler()(a, b) - mean)).toBeLessThanOrEqual(5 * error);
  });

  it('of Wasserstein are a metric, and reach down to points', () => {
    const distance = gaussianWasserstein();
    fc.assert(
      fc.property(gaussian, gaussian, gaussian, (a, b, c) => {
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1e-7);
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 7);
      }),
      { numRuns: 100 },
    );
    // Commuting covariances: the distance of the deviations. Singular ones: a segment against its half.
    const flat = { mean: [0, 0], covariance: [[4, 4], [4, 4]] }; // prettier-ignore
    expect(distance(flat, { mean: [0, 0], covariance: [[1, 1], [1, 1]] })).toBeCloseTo(Math.SQRT2, 6); // prettier-ignore
    expect(distance(flat, { mean: [3, 4], covariance: 0 })).toBeCloseTo(Math.sqrt(25 + 8), 9);
  });

  it('take the Gaussian of a sample, and say so when the sample is too small for it', () => {
    const draw = (seed: number) => ndarray(Float64Array.from(new Random(seed).normals(4000)), [2000, 2]);
    const [a, b] = [gaussianOfSample(draw(1)), gaussianOfSample(draw(2))];
    // Twice n KL of two estimates of the same 5 numbers is about twice a chi-square of 5 degrees.
    expect(gaussianKullbackLeibler()(a, b)).toBeLessThanOrEqual(30 / 2000);
    expect(() => gaussianOfSample([[1, 2]])).toThrow('gaussianOfSample: x must hold at least 2 points, got 1');
    const thin = gaussianOfSample([[1, 2], [2, 3]]); // prettier-ignore
    expect(() => gaussianKullbackLeibler()(thin, a)).toThrow(
      /p\.covariance must be positive definite, .* more points than dimensions/,
    );
  });
});
