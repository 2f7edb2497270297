import { DomainError } from '@surprisal/core';
import { type InputColumn, type OutputColumn, type Runs, domainInWords, isInDomain } from './runs.js';

/** A constant of a law that fits find. */
export interface LawParameter<P extends string = string> {
  readonly name: P;
  /** `'log'` for a positive constant that fits look for by its logarithm: its internal coordinate is ln A. */
  readonly scale: 'log' | 'linear';
  /** Bounds, in the parameter's own units. A fit that ends at one says so. */
  readonly lower?: number;
  readonly upper?: number;
  /** Another parameter that it is held equal to, and so not fitted. */
  readonly tiedTo?: P;
  /** A value above which a refit to resampled runs counts as run away. */
  readonly runaway?: number;
  readonly description: string;
}

/** Values of a law's parameters, by name, in their own units. */
export type Constants<P extends string = string> = Readonly<Record<P, number>>;

/** What a prediction is for: one run, or columns of runs. */
export type Inputs = Readonly<Record<string, number>> | Runs;

/** What a fit's starting points may be made from. */
export interface StartContext {
  /** The features of each row: logarithms of the inputs unless the law says otherwise. */
  readonly features: readonly Float64Array[];
  readonly logLoss: Float64Array;
}

/** The maths of a law. Internal coordinates theta are the parameters, ln of those with a log scale. */
export interface LawMaths<P extends string = string> {
  readonly inputs: readonly InputColumn[];
  /** Default: `loss`, in nats/token. */
  readonly output?: OutputColumn;
  readonly parameters: readonly LawParameter<P>[];
  /**
   * ln of the prediction for one run. Writes its gradient with respect to theta. NaN or infinite where the law gives no positive
   * finite number: fits step back from there.
   *
   * @param x the run's features
   */
  readonly logPredict: (theta: Float64Array, x: Float64Array, gradient: Float64Array) => number;
  /** What `logPredict` is given of a run's inputs. Default: their logarithms. */
  readonly features?: (inputs: Float64Array) => ArrayLike<number>;
  /** A few points, in internal coordinates, from which fits start. */
  readonly starts: (context: StartContext) => readonly ArrayLike<number>[];
  /** A wide grid of starting points, where the law's paper has one. */
  readonly grid?: () => readonly ArrayLike<number>[];
  /** Fits in steps: in each, the parameters named are held, and only the rows that pass take part. Default: all at once. */
  readonly stages?: readonly FitStage<P>[];
  readonly published?: Readonly<Record<string, Constants<P>>>;
}

/** One step of a fit in steps. */
export interface FitStage<P extends string = string> {
  readonly hold: readonly P[];
  readonly rows?: (inputs: Float64Array) => boolean;
}

/**
 * Internal coordinates of named parameters.
 *
 * @throws DomainError for a parameter that is missing, not finite, or not positive on a log scale
 */
export function toInternal<P extends string>(
  owner: string,
  { parameters }: LawMaths<P>,
  constants: Constants<P>,
): Float64Array {
  return Float64Array.from(parameters, ({ name, scale }) => {
    const value: unknown = constants[name];
    if (typeof value !== 'number' || !Number.isFinite(value) || (scale === 'log' && value <= 0)) {
      const expected = scale === 'log' ? 'a number greater than 0' : 'a finite number';
      throw new DomainError(
        `${owner}: parameter ${name} must be ${expected}, got ${value === undefined ? 'nothing' : String(value)}`,
      );
    }
    return scale === 'log' ? Math.log(value) : value;
  });
}

/** Named parameters of internal coordinates. */
export function toConstants<P extends string>({ parameters }: LawMaths<P>, theta: ArrayLike<number>): Constants<P> {
  const entries = parameters.map(({ name, scale }, k) => [name, scale === 'log' ? Math.exp(theta[k]!) : theta[k]!]);
  return Object.fromEntries(entries) as Constants<P>;
}

/** The features of a run. */
export const featuresOf = (maths: LawMaths<string>, inputs: Float64Array): Float64Array =>
  maths.features ? Float64Array.from(maths.features(inputs)) : inputs.map(Math.log);

/** Predictions for one run (a number) or columns of runs. */
export function predictRows(
  owner: string,
  maths: LawMaths<string>,
  theta: Float64Array,
  inputs: Inputs,
): number | Float64Array {
  const columns = maths.inputs.map((input) => inputOf(owner, input, inputs));
  const scratch = new Float64Array(theta.length);
  const at = (row: number) => {
    const values = Float64Array.from(columns, (column, k) => checked(owner, maths.inputs[k]!, column[row]!));
    const logValue = maths.logPredict(theta, featuresOf(maths, values), scratch);
    if (logValue > -Infinity) return Math.exp(logValue);
    throw new DomainError(
      `${owner}: gives no positive loss for ${describe(maths, values)}; the law does not hold there`,
    );
  };
  if (columns.every((_, k) => typeof inputs[maths.inputs[k]!.name] === 'number')) return at(0);
  const n = Math.max(...columns.map(({ length }) => length));
  if (columns.some(({ length }) => length !== n)) {
    throw new DomainError(
      `${owner}: inputs must be of one length, got ${columns.map(({ length }) => length).join(', ')}`,
    );
  }
  return Float64Array.from({ length: n }, (_, row) => at(row));
}

/** Derivatives of the prediction for one run, in the units of the parameters. */
export function gradientAt<P extends string>(
  owner: string,
  maths: LawMaths<P>,
  constants: Constants<P>,
  inputs: Readonly<Record<string, number>>,
): Constants<P> {
  const theta = toInternal(owner, maths, constants);
  const gradient = new Float64Array(theta.length);
  const values = Float64Array.from(maths.inputs, (input) => checked(owner, input, inputOf(owner, input, inputs)[0]!));
  const value = Math.exp(maths.logPredict(theta, featuresOf(maths, values), gradient));
  const unit = (k: number) => (maths.parameters[k]!.scale === 'log' ? Math.exp(theta[k]!) : 1);
  const entries = maths.parameters.map(({ name }, k) => [name, (value * gradient[k]!) / unit(k)]);
  return Object.fromEntries(entries) as Constants<P>;
}

const describe = ({ inputs }: LawMaths<string>, values: Float64Array) =>
  inputs.map(({ name }, k) => `${name} = ${values[k]}`).join(', ');

function inputOf(owner: string, input: InputColumn, inputs: Inputs): ArrayLike<number> {
  const given = inputs[input.name] as number | ArrayLike<number> | undefined;
  if (given !== undefined) return typeof given === 'number' ? [given] : given;
  throw new DomainError(`${owner}: input ${input.name} (${input.unit}) must be given, got nothing`);
}

function checked(owner: string, input: InputColumn, value: number): number {
  if (isInDomain(input, value)) return value;
  throw new DomainError(`${owner}: ${input.name} must be a number ${domainInWords(input)}, got ${value}`);
}
