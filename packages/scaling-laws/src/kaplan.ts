import { DomainError } from '@surprisal/core';
import { parametersColumn, petaflopDaysColumn, stepsColumn, tokensColumn } from './columns.js';
import type { StartContext } from './law-maths.js';
import type { InputColumn } from './runs.js';
import { type ScalingLawDefinition, defineScalingLaw, fitParams } from './scaling-law.js';

/** `L = (Xc / X)^alpha` of one input: a straight line in logarithms, without an irreducible loss. */
const powerOf = <C extends string>(
  input: InputColumn,
  scale: C,
  published: Readonly<Record<C | 'alpha', number>>,
): ScalingLawDefinition<typeof fitParams, C | 'alpha'>['law'] => {
  const from = Math.log(published[scale as C | 'alpha']);
  return () => ({
    inputs: [input],
    parameters: [
      { name: scale, scale: 'log', description: `${input.description} at which the loss would be 1` },
      { name: 'alpha', scale: 'linear', runaway: 2, description: `exponent of ${input.description}` },
    ],
    logPredict: ([lnScale, alpha], [lnInput], gradient) => {
      gradient[0] = alpha!;
      gradient[1] = lnScale! - lnInput!;
      return alpha! * (lnScale! - lnInput!);
    },
    starts: () => [0.03, 0.1, 0.3].map((alpha) => [from, alpha]),
    published: { kaplan: published },
  });
};

/**
 * Loss from model size where data and compute do not limit, `L(N) = (Nc / N)^alpha`; N without embeddings.
 *
 * Kaplan et al.: Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361.
 *
 * @example
 * const law = kaplanSize();
 * console.log(law.predict(law.published.kaplan!, { N: 1e9 }).toFixed(4)); // 2.3756
 */
export const kaplanSize = defineScalingLaw({
  name: 'kaplan-size',
  summary: 'Loss from parameters alone: a power law without an irreducible loss.',
  formula: 'L = (N_c / N)^α',
  params: fitParams,
  law: powerOf(parametersColumn, 'Nc', { Nc: 8.8e13, alpha: 0.076 }),
});

/**
 * Loss from tokens where size does not limit, with early stopping, `L(D) = (Dc / D)^alpha`.
 *
 * Kaplan et al. 2020, arXiv:2001.08361.
 */
export const kaplanData = defineScalingLaw({
  name: 'kaplan-data',
  summary: 'Loss from tokens alone: a power law without an irreducible loss.',
  formula: 'L = (D_c / D)^α',
  params: fitParams,
  law: powerOf(tokensColumn, 'Dc', { Dc: 5.4e13, alpha: 0.095 }),
});

/**
 * Loss from compute that is spent best, `L(C) = (Cc / C)^alpha`; C in petaFLOP-days (8.64e19 FLOP).
 *
 * Kaplan et al. 2020, arXiv:2001.08361.
 */
export const kaplanCompute = defineScalingLaw({
  name: 'kaplan-compute',
  summary: 'Loss from compute alone: a power law without an irreducible loss.',
  formula: 'L = (C_c / C)^α',
  params: fitParams,
  law: powerOf(petaflopDaysColumn, 'Cc', { Cc: 3.1e8, alpha: 0.05 }),
});

/**
 * Loss from size and data together, `L(N, D) = [ (Nc / N)^(alphaN / alphaD) + Dc / D ]^alphaD`: it tends to a power law of the one as the
 * other grows.
 *
 * Kaplan et al.: Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, equation 1.5.
 *
 * @example
 * const law = kaplan();
 * console.log(law.predict(law.published.kaplan!, { N: 1e9, D: 1e10 }).toFixed(4)); // 2.4197
 */
export const kaplan = defineScalingLaw({
  name: 'kaplan',
  summary: 'Loss from parameters and tokens, without an irreducible loss.',
  formula: 'L = [(N_c / N)^(α_N/α_D) + D_c / D]^α_D',
  params: fitParams,
  law: () => ({
    inputs: [parametersColumn, tokensColumn],
    parameters: [
      { name: 'Nc', scale: 'log', description: 'size at which the loss would be 1, with endless data' },
      { name: 'Dc', scale: 'log', description: 'tokens at which the loss would be 1, for an endless model' },
      { name: 'alphaN', scale: 'linear', runaway: 2, description: 'exponent of size' },
      { name: 'alphaD', scale: 'linear', runaway: 2, description: 'exponent of data' },
    ],
    logPredict: ([lnNc, lnDc, alphaN, alphaD], [lnN, lnD], gradient) => {
      const size = (alphaN! / alphaD!) * (lnNc! - lnN!);
      const data = lnDc! - lnD!;
      const top = Math.max(size, data);
      const sum = top + Math.log(Math.exp(size - top) + Math.exp(data - top));
      const share = Math.exp(size - sum); // of the term for size
      gradient[0] = share * alphaN!;
      gradient[1] = (1 - share) * alphaD!;
      gradient[2] = share * (lnNc! - lnN!);
      gradient[3] = sum - share * size;
      return alphaD! * sum;
    },
    starts: (context) =>
      [0.5, 0.9, 0.99].flatMap((share) =>
        [0.05, 0.1, 0.2].flatMap((alpha) => [
          startAtMean(context, share, alpha, alpha),
          startAtMean(context, share, alpha, 1.5 * alpha),
        ]),
      ),
    published: { kaplan: { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 } },
  }),
});

/**
 * Both exponents, and the scales with which the mean run has its loss and size has that share of the sum. Far from there one of the
 * terms is nothing, and no fit finds its way back.
 */
function startAtMean({ features, logLoss }: StartContext, share: number, alphaN: number, alphaD: number): number[] {
  const mean = (of: (i: number) => number) => logLoss.reduce((sum, _, i) => sum + of(i), 0) / logLoss.length;
  const sum = mean((i) => logLoss[i]!) / alphaD;
  const lnNc = mean((i) => features[i]![0]!) + (alphaD / alphaN) * (sum + Math.log(share));
  return [lnNc, mean((i) => features[i]![1]!) + sum + Math.log1p(-share), alphaN, alphaD];
}

/**
 * Loss during training, from size and steps at a large batch, `L(N, S) = (Nc / N)^alphaN + (Sc / S)^alphaS`.
 *
 * Kaplan et al.: Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, equation 1.6.
 *
 * @example
 * const law = kaplanSteps();
 * console.log(law.predict(law.published.kaplan!, { N: 1e9, S: 1e5 }).toFixed(4)); // 2.4005
 */
export const kaplanSteps = defineScalingLaw({
  name: 'kaplan-steps',
  summary: 'Loss from parameters and the least number of steps.',
  formula: 'L = (N_c / N)^α_N + (S_c / S)^α_S',
  params: fitParams,
  law: () => ({
    inputs: [parametersColumn, stepsColumn],
    parameters: [
      { name: 'Nc', scale: 'log', description: 'size at which the loss would be 1, with endless training' },
      { name: 'Sc', scale: 'log', description: 'steps at which an endless model would have a loss of 1' },
      { name: 'alphaN', scale: 'linear', runaway: 2, description: 'exponent of size' },
      { name: 'alphaS', scale: 'linear', runaway: 2, description: 'exponent of steps' },
    ],
    logPredict: ([lnNc, lnSc, alphaN, alphaS], [lnN, lnS], gradient) => {
      const size = alphaN! * (lnNc! - lnN!);
      const steps = alphaS! * (lnSc! - lnS!);
      const top = Math.max(size, steps);
      const sum = top + Math.log(Math.exp(size - top) + Math.exp(steps - top));
      const share = Math.exp(size - sum);
      gradient[0] = share * alphaN!;
      gradient[1] = (1 - share) * alphaS!;
      gradient[2] = share * (lnNc! - lnN!);
      gradient[3] = (1 - share) * (lnSc! - lnS!);
      return sum;
    },
    starts: () => [0.05, 0.1, 0.2].flatMap((alpha) => [0.3, 0.8].map((alphaS) => [32, 7.6, alpha, alphaS])),
    published: { kaplan: { Nc: 6.5e13, Sc: 2.1e3, alphaN: 0.077, alphaS: 0.76 } },
  }),
});

/**
 * The batch size beyond which more data in parallel helps little, in tokens: `B_crit = B* / L^(1/alphaB)`.
 *
 * @param loss in nats/token, > 0
 * @throws DomainError for a loss that is not positive
 *
 * Kaplan et al. 2020, arXiv:2001.08361, equation 1.4.
 *
 * @example
 * console.log(criticalBatchSize(3).toExponential(3)); // 1.123e+6
 */
export function criticalBatchSize(loss: number, { scale = 2.1e8, alpha = 0.21 } = {}): number {
  if (!(loss > 0)) throw new DomainError(`criticalBatchSize: loss must be greater than 0, got ${loss}`);
  return scale / loss ** (1 / alpha);
}
