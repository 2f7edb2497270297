import { readFileSync } from 'node:fs';
import { type NdArray } from '@surprisal/core';
import { compare, goldens } from '@surprisal/testing';
import { expect } from 'vitest';
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
