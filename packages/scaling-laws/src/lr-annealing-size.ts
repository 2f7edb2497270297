import { paper } from '@surprisal/core';
import { leastSquares } from '@surprisal/core/numerics';
import { parametersColumn } from './columns.js';
import type { LawMaths, StartContext } from './law-maths.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/**
 * The annealing law over models of several sizes: `L = L0 + A S1^-alpha + B N^-beta - C S2 N^gamma`.
 *
 * How annealing's gain depends on size is not settled: gamma is fitted freely. Hold it at 0 (`fixed: { gamma: 0 }`) for the additive
 * law. At one size it is {@link lrAnnealing}, and then B, beta and gamma are not told by the data.
 *
 * @param params as in all laws
 *
 * Tissue, Wang, Wang: Scaling Law with Learning Rate Annealing, 2024, arXiv:2408.11029; the form with size after its discussion.
 *
 * @example
 * const constants = { L0: 1.5, A: 0.5, B: 400, C: 0.002, alpha: 0.5, beta: 0.34, gamma: 0.15 };
 * console.log(lrAnnealingSize().predict(constants, { N: 1e8, S1: 3, S2: 0.2 }).toFixed(4)); // 2.5445
 */
export const lrAnnealingSize = defineScalingLaw({
  name: 'lr-annealing-size',
  summary: 'The loss at every step of models of several sizes, from the areas of their learning rates.',
  formula: 'L = L₀ + A S₁^−α + B N^−β − C S₂ N^γ',
  paper: paper(12),
  params: fitParams,
  law: (): LawMaths<'L0' | 'A' | 'alpha' | 'B' | 'beta' | 'C' | 'gamma'> => ({
    inputs: [
      parametersColumn,
      { name: 'S1', unit: 'rate × steps', description: 'forward area: the sum of learning rates so far' },
      { name: 'S2', unit: 'rate × steps', description: 'annealing area: how far rates have fallen', signed: true },
    ],
    parameters: [
      { name: 'L0', scale: 'linear', lower: 0, description: 'loss of endless models after endless training' },
      { name: 'A', scale: 'log', description: 'what training still takes away at S1 = 1' },
      { name: 'alpha', scale: 'linear', lower: 0, description: 'exponent of the forward area' },
      { name: 'B', scale: 'log', description: 'what size still takes away at N = 1' },
      { name: 'beta', scale: 'linear', lower: 0, description: 'exponent of size' },
      { name: 'C', scale: 'log', description: 'what annealing takes away per area, at N = 1' },
      { name: 'gamma', scale: 'linear', description: 'how annealing gains with size; 0: not at all' },
    ],
    features: ([N, S1, S2]) => [Math.log(N!), Math.log(S1!), S2!],
    logPredict: ([L0, lnA, alpha, lnB, beta, lnC, gamma], [lnN, lnS1, S2], gradient) => {
      const training = Math.exp(lnA! - alpha! * lnS1!);
      const size = Math.exp(lnB! - beta! * lnN!);
      const annealing = S2! * Math.exp(lnC! + gamma! * lnN!);
      const loss = L0! + training + size - annealing;
      gradient[0] = 1 / loss;
      gradient[1] = training / loss;
      gradient[2] = (-training * lnS1!) / loss;
      gradient[3] = size / loss;
      gradient[4] = (-size * lnN!) / loss;
      gradient[5] = -annealing / loss;
      gradient[6] = (-annealing * lnN!) / loss;
      return Math.log(loss); // NaN below 0
    },
    starts: (context) =>
      [0.3, 0.6].flatMap((alpha) =>
        [0.1, 0.3].flatMap((beta) => [0, 0.15].map((gamma) => projected(context, alpha, beta, gamma))),
      ),
  }),
});

/** The best L0, A, B and C for exponents, by least squares of relative errors; what comes out negative is made small. */
function projected({ features, logLoss }: StartContext, alpha: number, beta: number, gamma: number): number[] {
  const rows = features.map(([lnN, lnS1, S2], i) =>
    [1, Math.exp(-alpha * lnS1!), Math.exp(-beta * lnN!), -S2! * Math.exp(gamma * lnN!)].map(
      (term) => term * Math.exp(-logLoss[i]!),
    ),
  );
  const solvable = [0, 1].every((k) => new Set(features.map((x) => x[k])).size > 1) && features.some(([, , S2]) => S2);
  const [L0, A, B, C] = solvable
    ? leastSquares(rows, new Float64Array(rows.length).fill(1)).coefficients
    : [Math.exp(logLoss[0]!) / 2, 0, 0, 0];
  const log = (value: number, size: number) => Math.log(Math.max(value, 1e-3 * size));
  const mean = features.map(([lnN]) => lnN!).reduce((sum, value) => sum + value, 0) / features.length;
  return [
    Math.max(0, L0!),
    log(A!, 1),
    alpha,
    log(B!, Math.exp(beta * mean)),
    beta,
    log(C!, Math.exp(-gamma * mean)),
    gamma,
  ];
}
