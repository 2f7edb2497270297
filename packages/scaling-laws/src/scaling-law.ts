import { type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import { z } from 'zod';
import {
  type Constants,
  type Inputs,
  type LawMaths,
  type LawParameter,
  gradientAt,
  predictRows,
  toInternal,
} from './law-maths.js';
import { type FitOptions, type FitParams, type ScalingFit, fitLaw } from './fit.js';
import { fitObjective, objectiveScale } from './objective.js';
import { type InputColumn, type OutputColumn, type Runs, readRuns } from './runs.js';

/**
 * A scaling law: a formula from what a training run was given (parameters, tokens, compute) to its loss, with the constants to be
 * fitted to runs.
 *
 * @example
 * const law = chinchilla();
 * console.log(law.predict(law.published.epoch!, { N: 70e9, D: 1.4e12 }).toFixed(4)); // 1.9739
 */
export interface ScalingLaw<P extends string = string> {
  readonly method: string;
  readonly inputs: readonly InputColumn[];
  readonly output: OutputColumn;
  readonly parameters: readonly LawParameter<P>[];
  /** Constants that papers give, by the paper's name. */
  readonly published: Readonly<Record<string, Constants<P>>>;
  /**
   * The law's value for one run, or for columns of them.
   *
   * @throws DomainError for a parameter or input that is missing or out of its domain
   */
  predict(parameters: Constants<P>, inputs: Readonly<Record<string, number>>): number;
  predict(parameters: Constants<P>, inputs: Runs): Float64Array;
  /** The derivatives of {@link ScalingLaw.predict} for one run with respect to the parameters, in their own units. */
  gradient(parameters: Constants<P>, inputs: Readonly<Record<string, number>>): Constants<P>;
  /** The objective of a fit at given parameters, with its gradient in the law's internal coordinates (ln A for a log scale). */
  evaluate(parameters: Constants<P>, runs: Runs, options?: Pick<FitOptions<P>, 'columns'>): LawEvaluation;
  /**
   * Fits the law's parameters to runs.
   *
   * @param runs columns by name; other names than the law's are found by their aliases, or told by `options.columns`
   * @throws DataError for a column that is missing, a value that is out of domain (with its row), or fewer rows than parameters
   */
  fit(runs: Runs, options?: FitOptions<P>): ScalingFit<P>;
}

/** What {@link ScalingLaw.evaluate} gives. */
export interface LawEvaluation {
  readonly objective: number;
  readonly gradient: Float64Array;
  /** `ln L - ln Lhat` of each row. */
  readonly residuals: Float64Array;
  /** The runs, by the law's names. */
  readonly runs: Readonly<Record<string, Float64Array>>;
}

declare module '@surprisal/core' {
  interface Kinds {
    'scaling-law': ScalingLaw;
  }
}

/** Parameters that every law has: how it is fitted. Laws with more of them extend these. */
export const fitParams = z.object({
  loss: z
    .enum(['huber-log', 'abs-log', 'sq-log', 'asymmetric'])
    .default('huber-log')
    .describe('what is summed over runs: of log residuals, or (asymmetric) of residuals'),
  delta: z
    .number()
    .gt(0)
    .default(1e-3)
    .meta({ upTo: 0.1, step: 0.001 })
    .describe('width of the quadratic core of the Huber loss, in log loss'),
  asymmetry: z
    .number()
    .gt(0)
    .default(10)
    .meta({ upTo: 20, step: 1 })
    .describe('weight of runs below the law in the asymmetric loss'),
  reduction: z.enum(['sum', 'mean']).default('sum').describe('whether the objective is a sum or a mean over runs'),
  starts: z
    .enum(['grid', 'auto'])
    .default('grid')
    .describe('where fits start: a wide grid, if the law has one, or a few points'),
});

/** A law's metadata and its maths. */
export interface ScalingLawDefinition<S extends typeof fitParams, P extends string> extends Omit<
  MethodInfo<'scaling-law', S>,
  'kind'
> {
  /** The maths, which may depend on parameters of the method (how many breaks there are). */
  readonly law: (params: z.output<S>) => LawMaths<P>;
}

/**
 * Makes a scaling law from its maths: names and domains of inputs and parameters, the logarithm of the prediction with its
 * gradient, and where fits start. Reading of columns, prediction, fits, their checks and warnings are the same for all laws and
 * stand here.
 *
 * @example
 * const halving = defineScalingLaw({
 *   name: 'halving',
 *   summary: 'Loss falls as a power of data.',
 *   params: fitParams,
 *   law: () => ({
 *     inputs: [{ name: 'D', unit: 'tokens', description: 'training tokens', aliases: ['tokens'] }],
 *     parameters: [
 *       { name: 'B', scale: 'log', description: 'loss at one token' },
 *       { name: 'beta', scale: 'linear', description: 'exponent' },
 *     ],
 *     logPredict: ([lnB, beta], [lnD], gradient) => {
 *       gradient[0] = 1;
 *       gradient[1] = -lnD!;
 *       return lnB! - beta! * lnD!;
 *     },
 *     starts: () => [[2, 0.1]],
 *   }),
 * });
 * const fit = halving().fit({ tokens: [1e6, 1e7, 1e8], loss: [5, 4, 3.2] });
 * console.log(fit.parameters.beta.toFixed(3)); // 0.097
 */
export function defineScalingLaw<S extends typeof fitParams, const P extends string>({
  law,
  ...info
}: ScalingLawDefinition<S, P>): Method<'scaling-law', S, ScalingLaw<P>> {
  return defineMethod<'scaling-law', S, ScalingLaw<P>>({ kind: 'scaling-law', ...info }, (params) =>
    makeLaw(info.name, law(params), params),
  );
}

/** The output of laws that do not say otherwise. */
const LOSS: OutputColumn = {
  name: 'loss',
  unit: 'nats/token',
  description: 'loss at the end of training',
  aliases: ['L', 'test_loss', 'val_loss', 'validation_loss', 'eval_loss', 'final_loss', 'train_loss'],
};

function makeLaw<P extends string>(method: string, maths: LawMaths<P>, params: FitParams): ScalingLaw<P> {
  const law: ScalingLaw<P> = {
    method,
    inputs: maths.inputs,
    output: maths.output ?? LOSS,
    parameters: maths.parameters,
    published: maths.published ?? {},
    predict: ((parameters: Constants<P>, inputs: Inputs) =>
      predictRows(method, maths, toInternal(method, maths, parameters), inputs)) as ScalingLaw<P>['predict'],
    gradient: (parameters, inputs) => gradientAt(method, maths, parameters, inputs),
    evaluate(parameters, runs, options = {}) {
      const problem = { method, maths, params, rows: readRuns(law, maths, runs, options.columns) };
      const theta = toInternal(method, maths, parameters);
      const gradient = new Float64Array(theta.length);
      const scale = objectiveScale(problem);
      const objective = fitObjective(problem)(theta, gradient) * scale;
      const scratch = new Float64Array(theta.length);
      const { features, logLoss } = problem.rows;
      const residuals = logLoss.map((value, i) => value - maths.logPredict(theta, features[i]!, scratch));
      return { objective, gradient: gradient.map((g) => g * scale), residuals, runs: problem.rows.columns };
    },
    fit: (runs, options = {}) => fitLaw(law, maths, params, runs, options),
  };
  return law;
}
