import { paper } from '@surprisal/core';
import { leastSquares } from '@surprisal/core/numerics';
import type { Constants, LawMaths, StartContext } from './law-maths.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/** Constants of the annealing law, all >= 0. C is in the unit of 1 / rate, A in that of rate^alpha. */
export type AnnealingConstants = Constants<'L0' | 'A' | 'C' | 'alpha'>;

/**
 * The loss at every step from the areas of its learning rates: `L = L0 + A S1^-alpha - C S2`.
 *
 * The columns S1 and S2 come from {@link annealingRuns}; {@link fitAnnealing} does both. It is linear in S2, and so unbounded below:
 * `predict` refuses where it gives no positive loss, {@link predictCurve} returns it and says so. At a constant rate S2 is 0
 * and it is a power law of the steps; C is then not told by the data.
 *
 * @param params as in all laws, with few starts by default: given alpha the law is linear, so least squares finds them;
 * `starts: 'grid'` are the authors', made for rates of about 1e-4
 *
 * Tissue, Wang, Wang: Scaling Law with Learning Rate Annealing, 2024, arXiv:2408.11029.
 *
 * @example
 * const constants = { L0: 2.628, A: 0.43, C: 0.411, alpha: 0.55 };
 * console.log(lrAnnealing().predict(constants, { S1: 2, S2: 0.1 }).toFixed(4)); // 2.8806
 */
export const lrAnnealing = defineScalingLaw({
  name: 'lr-annealing',
  summary: 'The loss at every step, from the areas under and above its learning rates.',
  formula: 'L = L₀ + A S₁^−α − C S₂',
  paper: paper(12),
  params: fitParams.extend({
    starts: fitParams.shape.starts.unwrap().default('auto').describe(fitParams.shape.starts.description!),
  }),
  law: (): LawMaths<'L0' | 'A' | 'C' | 'alpha'> => ({
    inputs: [
      { name: 'S1', unit: 'rate × steps', description: 'forward area: the sum of learning rates so far', aliases: [] },
      { name: 'S2', unit: 'rate × steps', description: 'annealing area: how far rates have fallen', signed: true },
    ],
    parameters: [
      { name: 'L0', scale: 'linear', lower: 0, description: 'loss after endless training at a constant rate' },
      { name: 'A', scale: 'linear', lower: 0, description: 'what training still takes away at S1 = 1' },
      { name: 'C', scale: 'linear', lower: 0, description: 'what annealing takes away per area' },
      { name: 'alpha', scale: 'linear', lower: 0, description: 'exponent of the forward area' },
    ],
    features: ([S1, S2]) => [Math.log(S1!), S2!],
    logPredict: ([L0, A, C, alpha], [lnS1, S2], gradient) => {
      const power = Math.exp(-alpha! * lnS1!);
      const loss = L0! + A! * power - C! * S2!;
      gradient[0] = 1 / loss;
      gradient[1] = power / loss;
      gradient[2] = -S2! / loss;
      gradient[3] = (-A! * power * lnS1!) / loss;
      return Math.log(loss); // NaN below 0
    },
    published: { example: { L0: 2.628, A: 0.43, C: 0.411, alpha: 0.55 } },
    starts: (context) => [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].map((alpha) => projected(context, alpha)),
    grid: () =>
      [0.1, 2.1].flatMap((L0) =>
        [1, 11.5, 22].flatMap((A) => [1, 11.5, 22].flatMap((C) => [0, 0.4, 0.8].map((alpha) => [L0, A, C, alpha]))),
      ),
  }),
});

/** The best L0, A and C for an alpha, by least squares of relative errors; constants that come out negative are 0. */
function projected({ features, logLoss }: StartContext, alpha: number): number[] {
  const annealed = features.some(([, S2]) => S2 !== 0);
  const rows = features.map(([lnS1, S2], i) => {
    const terms = [1, Math.exp(-alpha * lnS1!), ...(annealed ? [-S2!] : [])];
    return terms.map((term) => term * Math.exp(-logLoss[i]!));
  });
  const independent = new Set(features.map(([lnS1]) => lnS1)).size >= (annealed ? 3 : 2);
  if (!independent) return [Math.exp(logLoss[0]!) / 2, Math.exp(logLoss[0]!) / 2, 0, alpha];
  const [L0, A, C = 0] = leastSquares(rows, new Float64Array(rows.length).fill(1)).coefficients;
  return [Math.max(0, L0!), Math.max(0, A!), Math.max(0, C), alpha];
}
