import { paper } from '@surprisal/core';
import { anyColumn } from './columns.js';
import { henighanTrends } from './henighan.js';
import type { LawMaths, StartContext } from './law-maths.js';
import type { PowerTrend } from './power-trend.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/** Least squares of log losses by default, the choice for this paper. Everything else as in other laws. */
const params = fitParams.extend({
  loss: fitParams.shape.loss.unwrap().default('sq-log').describe(fitParams.shape.loss.description!),
});

/**
 * A power law plus constant, `L = Linf + A x^-alpha` with `A = x0^alpha`: what scale cannot remove, about the entropy of the data,
 * and what it can.
 *
 * Fewer than four different x cannot tell its three constants; {@link fitPowerTrend} is its fit with that and the other checks of
 * the paper's setting.
 *
 * `published` are the trends with size of all domains but language, where the paper finds no constant ({@link logLinear}).
 *
 * @param params `loss`, default sq-log; the rest as in all laws
 *
 * Henighan et al.: Scaling Laws for Autoregressive Generative Modeling, 2020, arXiv:2010.14701. The paper names no optimiser.
 *
 * @example
 * const N = [1e4, 1e5, 1e6, 1e7, 1e8];
 * const { parameters } = powerLawPlusConstant().fit({ N, loss: N.map((n) => 2 + (100 / n) ** 0.2) });
 * console.log(parameters.Linf.toFixed(3), powerTrend(parameters).x0.toFixed(1)); // 2.000 100.0
 */
export const powerLawPlusConstant = defineScalingLaw({
  name: 'power-law-plus-constant',
  summary: 'The loss falls as a power of size, data or compute, down to what no scale removes.',
  formula: 'L = L∞ + A x^−α',
  paper: paper(3),
  params,
  law: (): LawMaths<'Linf' | 'A' | 'alpha'> => ({
    inputs: [anyColumn],
    parameters: [
      { name: 'Linf', scale: 'log', description: 'irreducible loss, about the entropy of the data' },
      { name: 'A', scale: 'log', description: 'reducible loss at x = 1' },
      { name: 'alpha', scale: 'linear', lower: 0, description: 'exponent of the reducible loss' },
    ],
    logPredict: ([lnLinf, lnA, alpha], [lnX], gradient) => {
      const lnReducible = lnA! - alpha! * lnX!;
      const top = Math.max(lnLinf!, lnReducible);
      const value = top + Math.log1p(Math.exp(-Math.abs(lnLinf! - lnReducible)));
      const share = Math.exp(lnReducible - value); // of the loss that is reducible
      gradient[0] = Math.exp(lnLinf! - value);
      gradient[1] = share;
      gradient[2] = -share * lnX!;
      return value;
    },
    published,
    starts: (context) =>
      [0.3, 0.6, 0.9, 0.99].flatMap((part) => [0.05, 0.1, 0.2, 0.4, 0.8].map((alpha) => start(context, part, alpha))),
  }),
});

const published = Object.fromEntries(
  Object.entries(henighanTrends)
    .filter(([, { L_N }]) => L_N.Linf > 0)
    .map(([domain, { L_N }]) => [domain, { Linf: L_N.Linf, A: L_N.x0 ** L_N.alpha, alpha: L_N.alpha }]),
);

/** The constant as a part of the least loss, and the amplitude that fits the mean of what is left. */
function start({ features, logLoss }: StartContext, part: number, alpha: number): number[] {
  const lnLinf = Math.log(part) + Math.min(...logLoss);
  const lnA = logLoss.map((value, i) => value + Math.log1p(-Math.exp(lnLinf - value)) + alpha * features[i]![0]!);
  return [lnLinf, lnA.reduce((sum, value) => sum + value, 0) / lnA.length, alpha];
}

/**
 * Fitted constants as a trend: `x0 = A^(1 / alpha)`.
 *
 * @example
 * console.log(powerTrend({ A: 10, alpha: 0.5 }).x0.toFixed(1)); // 100.0
 */
export const powerTrend = ({ Linf = 0, A, alpha }: { Linf?: number; A: number; alpha: number }): PowerTrend => ({
  Linf,
  x0: Math.exp(Math.log(A) / alpha),
  alpha,
});
