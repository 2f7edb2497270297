import { DomainError, Random, paper } from '@surprisal/core';
import { z } from 'zod';
import { type Decision, defineDecisionRule } from './decision-rule.js';
import { softmax } from './log-softmax.js';
import { adjusted, bestIndices } from './search.js';
import { drawFromLaw } from './speculative.js';

const beta = z
  .number()
  .min(0)
  .max(50)
  .default(1)
  .meta({ upTo: 10, step: 0.1 })
  .describe('probabilities are softmax(beta utilities), where none are given');

const lawOfDecision = ({ utilities, probabilities }: Decision, scale: number) =>
  probabilities ? Float64Array.from(probabilities) : softmax(utilities, scale);

/**
 * The gain to be expected of each candidate, `sum_c' P(c') G(c, c')`: `[C]`.
 *
 * @example
 * console.log(expectedGains([0.75, 0.25], [[1, 0], [0.5, 1]])); // Float64Array(2) [ 0.75, 0.625 ]
 */
export const expectedGains = (probabilities: ArrayLike<number>, gain: readonly ArrayLike<number>[]): Float64Array =>
  Float64Array.from(gain, (row) => {
    let sum = 0;
    for (let c = 0; c < row.length; c++) if (probabilities[c]! > 0) sum += probabilities[c]! * row[c]!;
    return sum;
  });

/**
 * The gain to be expected of sampling a candidate from P, `sum_c P(c) E-gain(c)`. No choice of minimum Bayes risk is worse.
 *
 * @example
 * console.log(expectedGainOfSampling([0.5, 0.5], [[1, 0], [0, 1]])); // 0.5
 */
export const expectedGainOfSampling = (probabilities: ArrayLike<number>, gain: readonly ArrayLike<number>[]): number =>
  expectedGains(probabilities, gain).reduce((sum, value, c) => sum + probabilities[c]! * value, 0);

/**
 * The candidate of highest utility.
 *
 * Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * console.log(argmaxUtility()({ utilities: [-3, -1, -2] })); // 1
 */
export const argmaxUtility = defineDecisionRule({
  name: 'argmax-utility',
  summary: 'The candidate of highest utility: needs no probabilities.',
  formula: 'argmax u',
  paper: paper(44),
  params: z.object({}),
  rule:
    () =>
    ({ utilities }) =>
      bestIndices(utilities, 1)[0]!,
});

/**
 * The candidate of highest utility per length, `argmax u / length^lengthPenalty`, for utilities that are sums over a sequence.
 *
 * @param params `lengthPenalty` in [0, 5], default 1
 * @throws DomainError when the decision has no lengths
 *
 * @example
 * console.log(lengthNormalised()({ utilities: [-3, -4], lengths: [2, 4] })); // 1
 */
export const lengthNormalised = defineDecisionRule({
  name: 'length-normalised',
  summary: 'The candidate of highest utility per length: long ones are not punished for their length.',
  formula: 'argmax u / length^λ',
  paper: paper(44),
  params: z.object({
    lengthPenalty: z.number().min(0).max(5).default(1).meta({ step: 0.1 }).describe('0: not at all; 1: the mean'),
  }),
  rule:
    ({ lengthPenalty }) =>
    ({ utilities, lengths }) => {
      if (!lengths) throw new DomainError('length-normalised: lengths must be given, got nothing');
      return bestIndices(
        Float64Array.from(utilities, (u, c) => adjusted(u, lengths[c]!, lengthPenalty)),
        1,
      )[0]!;
    },
});

/**
 * A candidate drawn from the probabilities.
 *
 * @param params `beta` in [0, 50], default 1; `seed` >= 0, default 0
 *
 * @example
 * console.log(sampleDecision()({ utilities: [0, 0], probabilities: [0, 1] })); // 1
 */
export const sampleDecision = defineDecisionRule({
  name: 'sample',
  summary: 'A candidate drawn from the probabilities.',
  formula: 'c ~ P',
  paper: paper(44),
  params: z.object({ beta, seed: z.number().int().min(0).default(0).describe('of the draws') }),
  rule({ beta: scale, seed }) {
    const random = new Random(seed).split('decision');
    return (decision) => drawFromLaw(lawOfDecision(decision, scale), random.uniform());
  },
});

/**
 * Minimum Bayes risk: the candidate whose gain is expected to be largest, `argmax_c sum_c' P(c') G(c, c')`. With the identity as gain it is the most
 * probable one.
 *
 * @param params `beta` in [0, 50], default 1
 *
 * Bickel, Doksum: Mathematical Statistics, 1977; Kumar, Byrne: Minimum Bayes-Risk Decoding for Statistical Machine Translation, 2004.
 *
 * @example
 * const gain = gainMatrix([['a', 'b'], ['a', 'c'], ['d', 'e']], tokenF1);
 * console.log(minimumBayesRisk()({ utilities: [0.3, 0.3, 0.4].map(Math.log), gain })); // 0
 */
export const minimumBayesRisk = defineDecisionRule({
  name: 'minimum-bayes-risk',
  summary: 'The candidate that gains most on average over what may be true.',
  formula: 'argmax_c Σ P(c′) G(c, c′)',
  paper: paper(44),
  params: z.object({ beta }),
  rule:
    ({ beta: scale }) =>
    (decision) => {
      const law = lawOfDecision(decision, scale);
      return bestIndices(decision.gain ? expectedGains(law, decision.gain) : law, 1)[0]!;
    },
});
