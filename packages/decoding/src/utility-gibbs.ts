import { paper } from '@surprisal/core';
import { bisect } from '@surprisal/core/numerics';
import { z } from 'zod';
import { logSoftmax, softmax } from './log-softmax.js';
import { type Observation, defineUtilityTransform } from './utility-transform.js';

const LOW = 1e-3;
const HIGH = 50;
const GRID = Array.from({ length: 400 }, (_, i) => LOW * (HIGH / LOW) ** (i / 399));

/** What a Gibbs transform shows. */
export interface GibbsFit {
  readonly beta: number;
  /** Whether beta ran to the end of its range: for likelihood, when every truth is ranked first, or ranks say nothing. */
  readonly atBound: boolean;
  /** Mean negative log-likelihood of the truths it was fitted to, in nats; NaN for none. */
  readonly loss: number;
}

/** The sum of `E_beta[u] - u_target`: the slope of the negative log-likelihood, which rises with beta. */
const slope = (observations: readonly Observation[]) => (beta: number) =>
  observations.reduce((sum, { utilities, target }) => sum + meanUtility(utilities, beta) - utilities[target]!, 0);

/** The mean utility of a draw from gibbs(beta). */
function meanUtility(utilities: ArrayLike<number>, beta: number): number {
  let top = -Infinity;
  for (let c = 0; c < utilities.length; c++) if (utilities[c]! > top) top = utilities[c]!;
  let [total, sum] = [0, 0];
  for (let c = 0; c < utilities.length; c++) {
    const weight = Math.exp(beta * (utilities[c]! - top));
    total += weight;
    if (weight > 0) sum += weight * utilities[c]!;
  }
  return sum / total;
}

function likeliest(observations: readonly Observation[]): number {
  const f = slope(observations);
  if (f(LOW) >= 0) return LOW;
  return f(HIGH) <= 0 ? HIGH : bisect(f, 0, LOW, HIGH);
}

/** The beta of a grid at which sampling gains most; the first among equals. */
function mostGainful(observations: readonly Observation[]): number {
  const gainAt = (beta: number) =>
    observations.reduce((sum, { utilities, target, gains }) => {
      const p = softmax(utilities, beta);
      return sum + (gains ? p.reduce((gain, value, c) => gain + value * gains[c]!, 0) : p[target]!);
    }, 0);
  const gains = GRID.map(gainAt);
  return GRID[gains.indexOf(Math.max(...gains))]!;
}

/**
 * The Gibbs transform, `P(c) = exp(beta u_c) / sum exp(beta u)`: beta 1 is the softmax, large beta the argmax, 0 uniform. `beta` is found on [0.001, 50] by
 * the likelihood of the observed truths (convex), or by what sampling would gain (a grid of 400), or is given.
 *
 * The transform is ours; the paper's own equation is not known here.
 *
 * @param params `fit` `'likelihood'` (default), `'gain'` or `'fixed'`; `beta` in [0, 50], default 1: the fixed one, and that of a fit to nothing
 * @throws DomainError for parameters out of range
 *
 * After Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const fitted = gibbs().fit({ utilities: [[1, 0], [1, 0], [1, 0]], targets: [0, 0, 1] });
 * console.log(fitted.beta.toFixed(4), fitted([1, 0])[0]!.toFixed(4)); // 0.6931 0.6667
 */
export const gibbs = defineUtilityTransform({
  name: 'gibbs',
  summary: 'Softmax with an inverse temperature that fits what was observed.',
  formula: 'exp(β u) / Σ exp(β u)',
  paper: paper(44),
  params: z.object({
    fit: z
      .enum(['likelihood', 'gain', 'fixed'])
      .default('likelihood')
      .describe('how beta is set: by the likelihood of the truths, by the gain of sampling, or by hand'),
    beta: z
      .number()
      .min(0)
      .max(HIGH)
      .default(1)
      .meta({ upTo: 10, step: 0.1 })
      .describe('the fixed inverse temperature'),
  }),
  fit(observations, { fit, beta: given }) {
    const none = fit === 'fixed' || observations.length === 0;
    const beta = none ? given : fit === 'gain' ? mostGainful(observations) : likeliest(observations);
    const loss = observations.reduce(
      (sum, { utilities, target }) => sum - logSoftmax(scaled(utilities, beta))[target]! / observations.length,
      observations.length === 0 ? NaN : 0,
    );
    return {
      probabilities: (utilities) => softmax(utilities, beta),
      shows: {
        beta,
        atBound: !none && (beta === LOW || beta === GRID.at(-1)! || beta === HIGH),
        loss,
      } satisfies GibbsFit,
    };
  },
});

const scaled = (utilities: ArrayLike<number>, beta: number) =>
  Float64Array.from(utilities, (u) => (u === -Infinity ? u : beta * u));
