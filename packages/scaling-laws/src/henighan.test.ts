import { readFileSync } from 'node:fs';
import { goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { forecastLoss, scaleForReducible } from './forecast.js';
import { type HenighanDomain, henighanTrends } from './henighan.js';
import { optimalSize, tokenExponentOfSize } from './optimal-size.js';
import { trendLoss } from './power-trend.js';

/** The published tables, as the data package keeps them. */
const published = JSON.parse(
  readFileSync(new URL('../../data/tables/henighan-table1.json', import.meta.url), 'utf8'),
) as {
  table1: {
    domain: string;
    L_N: { Linf: number; N0: number; alpha: number };
    L_C: { Linf: number; C0_pfdays: number; alpha: number } | null;
    N_opt: { C0_pfdays: number; beta: number } | null;
  }[];
  table3_per_image: { resolution: string; C_at_1_nat_pfdays: number; irreducible_nats_per_image: number }[];
};

const rowsOf = (domains: HenighanDomain[]) => domains.map((domain) => henighanTrends[domain]);

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    henighanTrends: ({ inputs, params }) => {
      const rows = rowsOf(params.domains);
      const [N, C]: number[][] = [Array.from(inputs.N.data), Array.from(inputs.C_pfdays.data)];
      return {
        L_of_N: rows.map(({ L_N }) => N!.map((n) => trendLoss(L_N, n))),
        L_of_C: rows.map(({ L_C }) => C!.map((c) => trendLoss(L_C!, c))),
        N_opt: rows.map(({ N_opt }) => C!.map((c) => optimalSize(N_opt!, c))),
        D_exponent_of_N: rows.map(({ N_opt }) => tokenExponentOfSize(N_opt!.beta)),
      };
    },
    forecastReducible: ({ inputs, params }) => {
      const rows = rowsOf(params.domains).map((row, i) => ({ ...row, tokens: params.tokens_per_sample[i] as number }));
      const targets: number[] = Array.from(inputs.target_reducible_nats_per_sample.data);
      return {
        irreducible_per_sample: rows.map(({ L_C, tokens }) => forecastLoss(L_C!, 1, tokens).irreducible),
        C_pfdays: rows.map(({ L_C, tokens }) => targets.map((g) => scaleForReducible(L_C!, g, tokens))),
        N_from_L_N: rows.map(({ L_N, tokens }) => targets.map((g) => scaleForReducible(L_N, g, tokens))),
        reducible_per_sample_at_C1: rows.map(({ L_C, tokens }) => forecastLoss(L_C!, 1, tokens).reducible),
      };
    },
  },
  { partial: true },
);

describe('the published trends', () => {
  it('are those of the table', () => {
    const rows = published.table1.map(({ domain, L_N, L_C, N_opt }) => [
      domain,
      {
        L_N: { Linf: L_N.Linf, x0: L_N.N0, alpha: L_N.alpha },
        L_C: L_C && { Linf: L_C.Linf, x0: L_C.C0_pfdays, alpha: L_C.alpha },
        N_opt: N_opt && { C0: N_opt.C0_pfdays, beta: N_opt.beta },
      },
    ]);
    expect(henighanTrends).toEqual(Object.fromEntries(rows));
  });

  it('let optimal sizes grow alike in all domains: exponents 0.64 to 0.75, tokens with about the 0.4th power of size', () => {
    const betas = Object.values(henighanTrends).flatMap(({ N_opt }) => (N_opt ? [N_opt.beta] : []));
    expect(Math.min(...betas)).toBe(0.64);
    expect(Math.max(...betas)).toBe(0.75);
    const exponents = betas.map(tokenExponentOfSize).sort((a, b) => a - b);
    const median = (exponents[4]! + exponents[5]!) / 2;
    expect(exponents).toHaveLength(10);
    expect(median).toBeCloseTo(0.43, 2);
  });

  it('give the entropy of an image that the paper states, within 0.3%', () => {
    const tokens = { 'Image 8x8': 192, 'Image 16x16': 768, 'Image 32x32': 3072 };
    Object.entries(tokens).forEach(([domain, perImage], i) => {
      const { L_C } = henighanTrends[domain as keyof typeof tokens];
      const stated = published.table3_per_image[i]!.irreducible_nats_per_image;
      expect(Math.abs(forecastLoss(L_C!, 1, perImage).irreducible / stated - 1)).toBeLessThanOrEqual(0.003);
    });
  });

  it('are too rounded to extrapolate across tables: 1 nat per image of 8x8 costs ten times what the paper states', () => {
    const recomputed = scaleForReducible(henighanTrends['Image 8x8'].L_C!, 1, 192);
    expect(recomputed / published.table3_per_image[0]!.C_at_1_nat_pfdays).toBeCloseTo(9.9, 1);
  });
});
