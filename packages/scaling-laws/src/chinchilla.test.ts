import { readFileSync } from 'node:fs';
import { type NdArray } from '@surprisal/core';
import { compare, goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.js';
import { type ChinchillaParameter, allocate, chinchilla } from './chinchilla.js';
import type { Constants } from './law-maths.js';

/** A table of runs of the data package, read as a file: method packages do not import data. */
export const tableOf = (file: string): Record<string, number[]> => {
  const { columns, ...table } = JSON.parse(
    readFileSync(new URL(`../../data/tables/${file}`, import.meta.url), 'utf8'),
  ) as Record<string, number[]> & { columns: string[] };
  return Object.fromEntries(columns.map((name) => [name, table[name]!]));
};

const list = (array: NdArray) => Array.from(array.data);
const fromInternal = ([lnA, lnB, lnE, alpha, beta]: number[]) => ({
  A: Math.exp(lnA!),
  B: Math.exp(lnB!),
  E: Math.exp(lnE!),
  alpha: alpha!,
  beta: beta!,
});

goldens(
  import.meta.url,
  '00-scaling-baselines',
  {
    chinchillaParametric({ inputs, params }) {
      const results = Object.entries(params.constants_E_A_B_alpha_beta as Record<string, number[]>).map(
        ([name, values]) => {
          const [E, A, B, alpha, beta] = values as [number, number, number, number, number];
          const constants = { E, A, B, alpha, beta };
          const best = list(inputs.C).map((compute) => allocate(constants, compute));
          return {
            [`${name}_L`]: chinchilla().predict(constants, { N: list(inputs.N), D: list(inputs.D) }),
            [`${name}_N_opt`]: best.map(({ N }) => N),
            [`${name}_D_opt`]: best.map(({ D }) => D),
            [`${name}_L_opt`]: best.map(({ loss }) => loss),
            [`${name}_tokens_per_param`]: best.map(({ tokensPerParameter }) => tokensPerParameter),
            [`${name}_G`]: best[0]!.G,
            [`${name}_a`]: best[0]!.a,
          };
        },
      );
      return Object.assign({}, ...results) as Record<string, number>;
    },
    chinchillaHuberObjective({ inputs, params }) {
      const law = chinchilla({ delta: params.delta });
      const runs = { N: list(inputs.N), D: list(inputs.D), loss: list(inputs.loss) };
      const constants = fromInternal(params.params_lnA_lnB_lnE_alpha_beta);
      const { objective, gradient } = law.evaluate(constants, runs);
      return { predicted_log_loss: law.predict(constants, runs).map(Math.log), objective, gradient };
    },
    chinchillaApproach3: {
      run({ params }) {
        const law = chinchilla({ delta: params.delta, starts: 'auto' });
        const fit = law.fit(tableOf(params.data), { dropTop: /5th largest/.test(params.rows) ? 5 : 0 });
        const { alpha, beta } = fit.parameters;
        return { ...fit.parameters, objective: fit.objective, a: beta / (alpha + beta), rmse: fit.rmse, n: fit.n };
      },
      judge(computed, { outputs, tolerance }) {
        const wider = { A: 0.02, B: 0.04 } as Record<string, number>; // the card's
        for (const [name, value] of Object.entries(outputs)) {
          compare(name, computed[name], value, { ...tolerance, rel: Math.max(tolerance.rel, wider[name] ?? 0) });
        }
        expect(computed.objective).toBeLessThanOrEqual(1.0005 * (outputs.objective as number));
      },
    },
    chinchillaBootstrap: {
      run({ inputs, params }) {
        const runs = { N: list(inputs.N), D: list(inputs.D), loss: list(inputs.loss) };
        const start = fromInternal([6, 7, 0.5, 0.35, 0.35]);
        const fit = chinchilla({ delta: params.delta }).fit(runs, { starts: [start] });
        const [m, n] = inputs.resample_index.shape as [number, number];
        const refits = Array.from({ length: m }, (_, j) =>
          fit.refit({ indices: inputs.resample_index.data.slice(j * n, (j + 1) * n) as Int32Array }),
        );
        const toInternal = ({ A, B, E, alpha, beta }: Constants<ChinchillaParameter>) => [
          ...[A, B, E].map(Math.log),
          alpha,
          beta,
        ];
        return {
          lnA_lnB_lnE_alpha_beta: refits.map(({ parameters }) => toInternal(parameters)),
          objective: refits.map(({ objective }) => objective),
        };
      },
      judge(computed, { outputs, tolerance }) {
        for (const [name, value] of Object.entries(outputs)) compare(name, computed[name], value, tolerance);
        const stored = (outputs.objective as NdArray).data;
        (computed.objective as number[]).forEach((value, j) => expect(value).toBeLessThanOrEqual(1.01 * stored[j]!));
      },
    },
  },
  { partial: true },
);

// The claims of the re-analysis of Chinchilla, arXiv:2404.10102, and of a second reading of the same runs.
describe('the runs of Chinchilla', () => {
  const law = chinchilla({ starts: 'auto' });
  const epoch = law.fit(tableOf('chinchilla-epoch.json'), { dropTop: 5 });
  const second = law.fit(tableOf('chinchilla-kyo-takano.json'));
  const share = ({ alpha, beta }: Constants<'alpha' | 'beta'>) => beta / (alpha + beta);

  it('are fitted better by 21% than by the constants of the paper', () => {
    const paper = law.evaluate(law.published.hoffmannUnrounded!, epoch.runs).objective;
    expect(epoch.objective).toBeCloseTo(1.018274e-3, 8);
    expect(paper).toBeCloseTo(1.2312e-3, 6);
    expect(paper / epoch.objective).toBeCloseTo(1.21, 2);
  });

  it('give the same from all 4500 starts as from four', () => {
    const grid = chinchilla().fit(tableOf('chinchilla-epoch.json'), { dropTop: 5 });
    expect(grid.starts).toBe(4500);
    expect(grid.objective / epoch.objective).toBeCloseTo(1, 9);
    expect(grid.warnings).toEqual([]);
  });

  it('give other exponents with their outliers', () => {
    const { parameters } = law.fit(tableOf('chinchilla-epoch.json'));
    expect(parameters.alpha).toBeCloseTo(0.349, 3);
    expect(parameters.beta).toBeCloseTo(0.453, 3);
    expect(parameters.E).toBeCloseTo(1.891, 3);
    expect(share(parameters)).toBeCloseTo(0.565, 3);
  });

  it('read a second time, give an even split', () => {
    const { parameters, n } = second;
    expect(n).toBe(234);
    expect(parameters.alpha).toBeCloseTo(0.3426, 4);
    expect(parameters.beta).toBeCloseTo(0.342, 4);
    expect(parameters.E).toBeCloseTo(1.784, 3);
    expect(share(parameters)).toBeCloseTo(0.4995, 4);
  });

  it('have the published standard errors, and intervals that hold an even split', () => {
    const boot = bootstrap(epoch, { resamples: 200 });
    const published = { A: 125, B: 1293, E: 0.026, alpha: 0.015, beta: 0.021 };
    for (const [name, value] of Object.entries(published)) {
      expect(boot.standardErrors[name as ChinchillaParameter] / value).toBeGreaterThan(0.7);
      expect(boot.standardErrors[name as ChinchillaParameter] / value).toBeLessThan(1.4);
    }
    for (const fitted of [boot, bootstrap(second, { resamples: 200 })]) {
      const [low, high] = fitted.interval(share);
      expect(low).toBeLessThan(0.5);
      expect(high).toBeGreaterThan(0.5);
    }
    expect(boot.test(law.published.hoffmannUnrounded!).pValue).toBeLessThan(1e-6);
  });

  it('are told by the absolute error of log losses what the re-analysis printed', () => {
    const { parameters } = chinchilla({ loss: 'abs-log', starts: 'auto' }).fit(tableOf('chinchilla-epoch.json'), {
      dropTop: 5,
    });
    const { A, B, E, alpha, beta } = law.published.epoch!;
    expect(parameters.A / A).toBeCloseTo(1, 3);
    expect(parameters.B / B).toBeCloseTo(1, 3);
    expect(parameters.E).toBeCloseTo(E, 3);
    expect(parameters.alpha).toBeCloseTo(alpha, 4);
    expect(parameters.beta).toBeCloseTo(beta, 3);
  });
});
