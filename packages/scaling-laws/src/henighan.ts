import type { SizeTrend } from './optimal-size.js';
import type { PowerTrend } from './power-trend.js';

/** The published trends of one domain: loss in nats per token, N in non-embedding parameters, C in petaflop-days. */
export interface DomainTrends {
  /** Loss of converged models of a size. */
  readonly L_N: PowerTrend;
  /** Loss at the best size for a budget (its own Linf); null where the paper gives none. */
  readonly L_C: PowerTrend | null;
  readonly N_opt: SizeTrend | null;
}

/**
 * The trends of ten domains: language, images, video, mathematics, text and images together. In the rows of text and images L_C is of
 * both together; the rows of their text count padding.
 *
 * L_N and L_C of one domain have different Linf: the one is of converged models, the other of an optimal allocation.
 *
 * Rounded to two or three digits: an exponent's last digit moves an extrapolation by orders of magnitude.
 *
 * Henighan et al.: Scaling Laws for Autoregressive Generative Modeling, 2020, arXiv:2010.14701, table 1.
 *
 * @example
 * console.log(trendLoss(henighanTrends['Image 32x32'].L_N, 1e9).toFixed(2)); // 2.32
 */
// prettier-ignore
export const henighanTrends = {
  Language: { L_N: { Linf: 0, x0: 1.47e14, alpha: 0.07 }, L_C: { Linf: 0, x0: 3.47e8, alpha: 0.048 }, N_opt: { C0: 3.3e-13, beta: 0.73 } },
  'Image 8x8': { L_N: { Linf: 3.12, x0: 80, alpha: 0.24 }, L_C: { Linf: 3.13, x0: 1.8e-8, alpha: 0.19 }, N_opt: { C0: 5.3e-14, beta: 0.64 } },
  'Image 16x16': { L_N: { Linf: 2.64, x0: 280, alpha: 0.22 }, L_C: { Linf: 2.64, x0: 1.6e-8, alpha: 0.16 }, N_opt: { C0: 4.8e-12, beta: 0.75 } },
  'Image 32x32': { L_N: { Linf: 2.2, x0: 63, alpha: 0.13 }, L_C: { Linf: 2.21, x0: 3.6e-9, alpha: 0.1 }, N_opt: { C0: 1.6e-13, beta: 0.65 } },
  'Image VQ 16x16': { L_N: { Linf: 3.99, x0: 27000, alpha: 0.13 }, L_C: { Linf: 4.09, x0: 6.1e-7, alpha: 0.11 }, N_opt: { C0: 6.2e-14, beta: 0.64 } },
  'Image VQ 32x32': { L_N: { Linf: 3.07, x0: 19000, alpha: 0.14 }, L_C: { Linf: 3.17, x0: 2.6e-6, alpha: 0.12 }, N_opt: { C0: 9.4e-13, beta: 0.7 } },
  'Text-to-Im (Text)': { L_N: { Linf: 0, x0: 5.6e8, alpha: 0.037 }, L_C: null, N_opt: null },
  'Text-to-Im (Image)': { L_N: { Linf: 2, x0: 5100, alpha: 0.16 }, L_C: { Linf: 1.93, x0: 1.5e-6, alpha: 0.15 }, N_opt: { C0: 9.4e-13, beta: 0.7 } },
  'Im-to-Text (Text)': { L_N: { Linf: 0, x0: 7e8, alpha: 0.039 }, L_C: null, N_opt: null },
  'Im-to-Text (Image)': { L_N: { Linf: 2, x0: 5500, alpha: 0.15 }, L_C: { Linf: 1.97, x0: 1.5e-6, alpha: 0.16 }, N_opt: { C0: 3.3e-12, beta: 0.72 } },
  'Video VQ 16x16x16': { L_N: { Linf: 1.01, x0: 37000, alpha: 0.24 }, L_C: { Linf: 0.95, x0: 2.2e-5, alpha: 0.14 }, N_opt: { C0: 1.13e-12, beta: 0.71 } },
  'Math (Extrapolate)': { L_N: { Linf: 0.28, x0: 11000, alpha: 0.16 }, L_C: { Linf: 0.14, x0: 1.4e-5, alpha: 0.17 }, N_opt: { C0: 2.3e-12, beta: 0.69 } },
} as const satisfies Record<string, DomainTrends>;

/** A row of the published table. */
export type HenighanDomain = keyof typeof henighanTrends;
