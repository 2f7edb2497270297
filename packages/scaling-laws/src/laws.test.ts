import { DataError, type NdArray, Random } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenPowerLaw, chooseBreaks } from './broken-power-law.js';
import { allocate, chinchilla } from './chinchilla.js';
import { dataConstrained, effectiveScale } from './data-constrained.js';
import { criticalBatchSize, kaplan, kaplanCompute, kaplanData, kaplanSize, kaplanSteps } from './kaplan.js';

const list = (array: NdArray) => Array.from(array.data);

goldens(
  import.meta.url,
  '00-scaling-baselines',
  {
    kaplanLaws({ inputs, params }) {
      const { L_N, L_D, L_Cmin, L_ND, L_NS, B_crit } = params;
      const N = list(inputs.N);
      return {
        L_N: kaplanSize().predict(L_N, { N }),
        L_D: kaplanData().predict(L_D, { D: list(inputs.D) }),
        L_Cmin: kaplanCompute().predict({ Cc: L_Cmin.Cc_pfdays, alpha: L_Cmin.alpha }, { C: list(inputs.C_pfdays) }),
        L_ND: kaplan().predict(
          { Nc: L_ND.Nc, Dc: L_ND.Dc, alphaN: L_ND.alpha_N, alphaD: L_ND.alpha_D },
          { N, D: list(inputs.D) },
        ),
        L_NS: kaplanSteps().predict(
          { Nc: L_NS.Nc, Sc: L_NS.Sc, alphaN: L_NS.alpha_N, alphaS: L_NS.alpha_S },
          { N, S: list(inputs.S_min) },
        ),
        B_crit_tokens_at_L: list(inputs.L).map((loss) =>
          criticalBatchSize(loss, { scale: B_crit.B_star, alpha: B_crit.alpha_B }),
        ),
      };
    },
    dataConstrainedLaw({ inputs, params }) {
      const { R_N_star: RN, R_D_star: RD, ...rest } = params;
      const constants = { ...rest, RN, RD };
      const [N, D, U] = [list(inputs.N), list(inputs.D), list(inputs.unique_tokens)];
      const worth = N.map((n, i) => effectiveScale(constants, { N: n, D: D[i]!, U: U[i]! }));
      return {
        U_N: worth.map(({ uniqueParameters }) => uniqueParameters),
        effective_N: worth.map(({ parameters }) => parameters),
        effective_D: worth.map(({ tokens }) => tokens),
        loss: dataConstrained().predict(constants, { N, D, U }),
      };
    },
    brokenPowerLaw({ inputs, params }) {
      const {
        a,
        b,
        c0,
        breaks_c_d_f: breaks,
      } = params as { a: number; b: number; c0: number; breaks_c_d_f: number[][] };
      const named = breaks.flatMap(([c, d, f], i) =>
        Object.entries({ [`c${i + 1}`]: c, [`d${i + 1}`]: d, [`f${i + 1}`]: f }),
      );
      const constants = { a, b, c0, ...Object.fromEntries(named) } as Record<string, number>;
      const law = brokenPowerLaw({ breaks: breaks.length });
      const x = list(inputs.x);
      const sum = (name: string) => x.reduce((total, value) => total + law.gradient(constants, { x: value })[name]!, 0);
      return {
        y: law.predict(constants, { x }),
        grad_sum_wrt_a_b_c0_then_breaks: law.parameters.map(({ name }) => sum(name)),
      };
    },
  },
  { partial: true },
);

const size = fc.double({ min: 5, max: 12, noNaN: true }).map((power) => 10 ** power);
const exponent = fc.double({ min: 0.2, max: 0.6, noNaN: true });
const constants = fc.record({
  A: fc.double({ min: 50, max: 2000, noNaN: true }),
  B: fc.double({ min: 50, max: 4000, noNaN: true }),
  E: fc.double({ min: 0.5, max: 3, noNaN: true }),
  alpha: exponent,
  beta: exponent,
});

describe('the Chinchilla law', () => {
  const law = chinchilla();

  it('falls in both, to E', () => {
    fc.assert(
      fc.property(constants, size, size, (constants, N, D) => {
        const loss = law.predict(constants, { N, D });
        expect(law.predict(constants, { N: 2 * N, D })).toBeLessThan(loss);
        expect(law.predict(constants, { N, D: 2 * D })).toBeLessThan(loss);
        expect(law.predict(constants, { N: 1e200, D: 1e200 })).toBeCloseTo(constants.E, 8);
      }),
    );
  });

  it('has its best split where both terms gain alike', () => {
    fc.assert(
      fc.property(constants, fc.double({ min: 15, max: 28, noNaN: true }), (constants, power) => {
        const { A, B, alpha, beta } = constants;
        const compute = 10 ** power;
        const { N, D, a, b, G, loss } = allocate(constants, compute);
        expect((N * D) / (compute / 6)).toBeCloseTo(1, 9);
        expect(a + b).toBeCloseTo(1, 12);
        expect((alpha * A * N ** -alpha) / (beta * B * D ** -beta)).toBeCloseTo(1, 9);
        expect(allocate(constants, 2 * compute).loss).toBeLessThan(loss);
        for (const off of [0.9, 1.1]) {
          expect(law.predict(constants, { N: N * off, D: D / off })).toBeGreaterThan(loss);
        }
        expect(allocate({ ...constants, A: 3 * A, B: 3 * B }, compute).G / G).toBeCloseTo(1, 9);
        expect(allocate({ ...constants, A: 3 * A }, compute).G / G).toBeGreaterThan(1.1);
      }),
    );
  });

  it('has no best split for exponents that are not positive', () => {
    expect(() => allocate({ ...law.published.epoch!, alpha: -0.1 }, 1e20)).toThrow(
      'allocate: alpha must be greater than 0 for a best split to exist, got -0.1',
    );
    expect(() => allocate(law.published.epoch!, NaN)).toThrow('allocate: compute must be greater than 0');
  });

  it('takes 93 tokens a parameter at the budget of Chinchilla by the constants of the paper, 18 by those of the re-analysis', () => {
    const tokens = (name: string) => allocate(law.published[name]!, 5.76e23).tokensPerParameter;
    expect(Math.round(tokens('hoffmann'))).toBe(93);
    expect(Math.round(tokens('epoch'))).toBe(18);
  });
});

describe('Kaplan et al.', () => {
  it('have L(N, D) tend to L(N) as data grow, and to L(D) as size grows', () => {
    const law = kaplan();
    const constants = law.published.kaplan!;
    const { Nc, Dc, alphaN, alphaD } = constants;
    fc.assert(
      fc.property(size, (x) => {
        const single = kaplanSize().predict({ Nc, alpha: alphaN }, { N: x });
        expect(law.predict(constants, { N: x, D: 1e60 }) / single).toBeCloseTo(1, 6);
        expect(
          law.predict(constants, { N: 1e90, D: x }) / kaplanData().predict({ Dc, alpha: alphaD }, { D: x }),
        ).toBeCloseTo(1, 6);
        expect(law.predict(constants, { N: x, D: 1e10 })).toBeGreaterThan(single);
      }),
    );
  });

  it('have no critical batch for a loss of 0', () => {
    expect(() => criticalBatchSize(0)).toThrow('criticalBatchSize: loss must be greater than 0, got 0');
  });
});

describe('the data-constrained law', () => {
  const law = dataConstrained();
  const constants = law.published.muennighoff!;

  it('is Chinchilla for one epoch of a model that suits its data', () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.01, max: 1, noNaN: true }), (D, share) => {
        const { uniqueParameters } = effectiveScale(constants, { N: 1e30, D, U: 2 * D });
        const N = share * uniqueParameters;
        const plain = chinchilla().predict(constants, { N, D });
        expect(law.predict(constants, { N, D, U: D }) / plain).toBeCloseTo(1, 12);
        expect(law.predict(constants, { N, D, U: 2 * D }) / plain).toBeCloseTo(1, 12);
      }),
    );
  });

  it('makes at most 1 + RD times of unique tokens, and more of more', () => {
    fc.assert(
      fc.property(size, size, size, (N, D, U) => {
        const { tokens, uniqueTokens } = effectiveScale(constants, { N, D, U });
        expect(tokens).toBeLessThanOrEqual(uniqueTokens * (1 + constants.RD) * (1 + 1e-12));
        expect(tokens).toBeLessThanOrEqual(D * (1 + 1e-12));
        const loss = law.predict(constants, { N, D, U });
        // Beyond all use, more changes nothing but rounding.
        expect(law.predict(constants, { N: 2 * N, D, U })).toBeLessThanOrEqual(loss * (1 + 1e-12));
        expect(law.predict(constants, { N, D: 2 * D, U })).toBeLessThanOrEqual(loss * (1 + 1e-12));
      }),
    );
  });

  it('is fitted in two steps, or at once', () => {
    const random = new Random(1);
    const draw = (low: number, high: number) =>
      Float64Array.from({ length: 150 }, () => 10 ** random.uniform(low, high));
    const runs = { N: draw(6, 9), D: draw(9, 12), U: draw(9, 11) };
    const loss = law.predict(constants, runs);
    const joint = dataConstrained({ order: 'joint' }).fit({ ...runs, loss });
    for (const { name } of law.parameters) expect(joint.parameters[name] / constants[name]).toBeCloseTo(1, 4);
    expect(joint.identifiable).toBe(true);
    const staged = law.fit({ ...runs, loss });
    expect(staged.parameters.beta).toBe(staged.parameters.alpha);
    expect(staged.rmse).toBeLessThan(0.05); // excess parameters in runs of one epoch are not seen in the first step
    expect(() =>
      law.fit({ N: [1, 2, 3, 4, 5, 6], D: [9, 9, 9, 9, 9, 9], U: [1, 1, 1, 1, 1, 1], loss: [6, 5, 4, 3, 2, 1] }),
    ).toThrow(new DataError('data-constrained: 0 runs cannot tell 4 parameters (A, B, E, alpha); give at least 4'));
  });
});

describe('the broken power law', () => {
  it('is a power law plus a constant without changes of exponent', () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.05, max: 1, noNaN: true }), (x, c0) => {
        const y = brokenPowerLaw({ breaks: 2 }).predict(
          { a: 0.5, b: 20, c0, c1: 0, d1: 1e6, f1: 0.4, c2: 0, d2: 1e9, f2: 1 },
          { x },
        );
        expect(y / (0.5 + 20 * x ** -c0)).toBeCloseTo(1, 10);
      }),
    );
  });

  it('has slope -c0 far below a break and -(c0 + c1) far above', () => {
    const law = brokenPowerLaw();
    const constants = { a: 1e-300, b: 20, c0: 0.2, c1: 0.3, d1: 1e6, f1: 0.4 };
    const slope = (x: number) =>
      Math.log(law.predict(constants, { x: x * 1.001 }) / law.predict(constants, { x })) / Math.log(1.001);
    expect(slope(1e1)).toBeCloseTo(-0.2, 6);
    expect(slope(1e11)).toBeCloseTo(-0.5, 6);
  });

  it('finds a break, with noise', () => {
    const random = new Random(7);
    const x = Array.from({ length: 80 }, (_, i) => 10 ** (1 + i / 16));
    const truth = { a: 0.1, b: 20, c0: 0.1, c1: 0.4, d1: 2000, f1: 0.3 };
    const y = brokenPowerLaw()
      .predict(truth, { x })
      .map((value) => value * Math.exp(random.normal(0, 0.005)));
    const { parameters, rmse } = brokenPowerLaw().fit({ x, y });
    expect(Math.abs(Math.log(parameters.d1! / 2000))).toBeLessThan(0.2);
    expect(parameters.c0).toBeCloseTo(0.1, 1);
    expect(rmse).toBeLessThan(0.1);
  });

  it('has its number of breaks chosen by what is held out', () => {
    const x = Array.from({ length: 60 }, (_, i) => 10 ** (1 + i / 12));
    const truth = { a: 0.1, b: 20, c0: 0.1, c1: 0.4, d1: 2000, f1: 0.3 };
    const { breaks, scores } = chooseBreaks({ x, y: brokenPowerLaw().predict(truth, { x }) }, { most: 1 });
    expect(breaks).toBe(1);
    expect(scores[1]).toBeLessThan(scores[0]! / 10);
    expect(chooseBreaks({ x: [1, 2, 4, 8, 16], y: [5, 4, 3.5, 3.2, 3] }).scores).toHaveLength(1); // too few runs for a break
  });

  it('says that a straight line has no break', () => {
    const x = Array.from({ length: 40 }, (_, i) => 10 ** (1 + i / 8));
    const fit = brokenPowerLaw().fit({ x, y: x.map((value) => 5 * value ** -0.3) });
    expect(fit.identifiable).toBe(false);
    expect(fit.unidentified).toContain('d1');
  });
});
