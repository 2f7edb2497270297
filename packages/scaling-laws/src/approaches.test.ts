import { DataError, type NdArray } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, chinchilla } from './chinchilla.js';
import { envelope } from './envelope.js';
import { isoFlop } from './iso-flop.js';
import { learningRateTransfer } from './learning-rate-transfer.js';

const list = (array: NdArray) => Array.from(array.data);

goldens(
  import.meta.url,
  '00-scaling-baselines',
  {
    chinchillaApproach1({ inputs }) {
      const { N, loss, a } = envelope(
        { N: list(inputs.N), D: list(inputs.D), loss: list(inputs.loss) },
        list(inputs.C_grid),
      );
      return { best_N: N, best_loss: loss, a };
    },
    chinchillaApproach2({ inputs }) {
      const fit = isoFlop({ C: list(inputs.C), N: list(inputs.N), loss: list(inputs.loss) });
      return {
        N_opt: fit.budgets.map(({ N }) => N),
        L_min: fit.budgets.map(({ loss }) => loss),
        a: fit.a,
        ln_prefactor_N: fit.lnPrefactorN,
        b: fit.b,
        ln_prefactor_D: fit.lnPrefactorD,
      };
    },
    lrTransferFit({ inputs }) {
      const rates = list(inputs.lr);
      const widths = list(inputs.width);
      const fit = learningRateTransfer({
        width: widths.flatMap((width) => rates.map(() => width)),
        learningRate: widths.flatMap(() => rates),
        loss: list(inputs.loss),
      });
      return {
        log2_lr_opt: fit.optima.map(({ log2LearningRate }) => log2LearningRate),
        slope: fit.slope,
        intercept: fit.intercept,
        lr_at_width_8192: fit.learningRateAt(8192),
      };
    },
  },
  { partial: true },
);

const law = chinchilla();
const exponent = fc.double({ min: 0.25, max: 0.5, noNaN: true });
const sizes = [0.25, 0.5, 0.71, 1, 1.41, 2, 4];
const budgets = [1e18, 1e19, 1e20, 1e21];

/** Noiseless runs of sizes around the best one of each budget. */
function isoFlopRuns(constants: Parameters<typeof allocate>[0], factors = sizes) {
  const C = budgets.flatMap((budget) => factors.map(() => budget));
  const N = budgets.flatMap((budget) => factors.map((factor) => factor * allocate(constants, budget).N));
  const D = C.map((budget, i) => budget / (6 * N[i]!));
  return { C, N, D, loss: Array.from(law.predict(constants, { N, D })) };
}

describe('approach 2', () => {
  it('finds a = beta / (alpha + beta) of noiseless data within 1e-3', () => {
    fc.assert(
      fc.property(exponent, exponent, (alpha, beta) => {
        const constants = { A: 480, B: 2000, E: 1.8, alpha, beta };
        // Near the vertex the law is a parabola; further out its asymmetry moves the vertex, alike at every budget.
        const { a, b, dropped } = isoFlop(isoFlopRuns(constants, [0.8, 0.9, 1, 1.1, 1.25]));
        expect(Math.abs(a - beta / (alpha + beta))).toBeLessThan(1e-3);
        expect(a + b).toBeCloseTo(1, 9);
        expect(dropped).toEqual([]);
      }),
    );
  });

  it('does not react to a constant added to losses', () => {
    const { C, N, loss } = isoFlopRuns(law.published.epoch!);
    const [one, two] = [isoFlop({ C, N, loss }), isoFlop({ C, N, loss: loss.map((value) => value + 3) })];
    one.budgets.forEach(({ N: best }, i) => expect(two.budgets[i]!.N / best).toBeCloseTo(1, 8));
    expect(two.a).toBeCloseTo(one.a, 8);
  });

  it('leaves out budgets without a best size, and says so', () => {
    const { C, N, loss } = isoFlopRuns(law.published.epoch!);
    const bent = loss.map((value, i) => (C[i] === 1e18 ? -value : value) + 10);
    expect(isoFlop({ C, N, loss: bent }).dropped).toEqual([{ C: 1e18, reason: 'the parabola opens downward' }]);
    const low = isoFlopRuns(law.published.epoch!, [0.05, 0.1, 0.2]);
    const mixed = { C: [...C, 1e22, 1e22, 1e22], N: [...N, 1, 2, 3], loss: [...loss, 9, 5, 4] };
    expect(isoFlop(mixed).dropped).toEqual([{ C: 1e22, reason: 'the vertex lies outside the sizes tried' }]);
    expect(() => isoFlop(low)).toThrow(DataError);
  });

  it('refuses fewer than three sizes at a budget', () => {
    expect(() => isoFlop({ C: [1, 1, 1], N: [1, 2, 2], loss: [3, 2, 3] })).toThrow(
      new DataError('isoFlop: each budget needs three sizes, got 2 at C = 1'),
    );
    expect(() => isoFlop({ C: [1, 1, 1], N: [1, 0, 2], loss: [3, 2, 3] })).toThrow(
      'isoFlop: N must be greater than 0, got 0 in row 2',
    );
  });
});

describe('approach 1', () => {
  it('finds the exponent of dense sizes', () => {
    const constants = law.published.epoch!;
    const ladder = Array.from({ length: 60 }, (_, i) => 10 ** (7 + i / 15));
    const N = ladder.flatMap((n) => Array.from({ length: 60 }, () => n));
    const D = ladder.flatMap(() => Array.from({ length: 60 }, (_, i) => 10 ** (7 + i / 12)));
    const grid = Array.from({ length: 30 }, (_, i) => 10 ** (18 + i / 10));
    const { a } = envelope({ N, D, loss: law.predict(constants, { N, D }) }, grid);
    expect(a).toBeCloseTo(constants.beta / (constants.alpha + constants.beta), 2);
  });

  it('refuses budgets that no run reaches, and values that are not positive', () => {
    const curves = { N: [1e6, 1e6], D: [1e8, 1e9], loss: [4, 3] };
    expect(() => envelope(curves, [1, 2])).toThrow('envelope: two budgets at least must lie within runs, got 0 of 2');
    expect(() => envelope({ ...curves, D: [1e8, -1] }, [1e15])).toThrow('got another in row 2');
  });
});

describe('learning-rate transfer', () => {
  const rates = [-9, -8, -7, -6, -5, -4];
  const sweep = (optimum: (width: number) => number, widths = [128, 256, 512]) => ({
    width: widths.flatMap((width) => rates.map(() => width)),
    learningRate: widths.flatMap(() => rates.map((rate) => 2 ** rate)),
    loss: widths.flatMap((width) => rates.map((rate) => 3 + 0.01 * (rate - optimum(width)) ** 2)),
  });

  it('has slope 0 where the optimum stays, and -1 where it halves with each doubling', () => {
    expect(learningRateTransfer(sweep(() => -6.5)).slope).toBeCloseTo(0, 10);
    expect(learningRateTransfer(sweep((width) => 1 - Math.log2(width))).slope).toBeCloseTo(-1, 10);
  });

  it('leaves out widths whose optimum lies outside the sweep', () => {
    expect(learningRateTransfer(sweep((width) => (width === 128 ? 5 : -6))).dropped).toEqual([
      { width: 128, reason: 'the vertex lies outside the learning rates tried' },
    ]);
    expect(() => learningRateTransfer(sweep(() => 5))).toThrow('two widths at least must have an optimum, got 0');
    expect(() => learningRateTransfer({ width: [1, 1], learningRate: [1, 2], loss: [1, 2] })).toThrow(DataError);
  });
});
