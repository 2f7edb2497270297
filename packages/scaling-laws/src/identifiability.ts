import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { LawParameter } from './law-maths.js';
import { type Problem, jacobian } from './objective.js';

/** What runs cannot tell. */
export interface Diagnosis<P extends string = string> {
  readonly unidentified: readonly P[];
  readonly warnings: readonly string[];
}

/** Relative change of the prediction per unit of an internal coordinate below which a parameter does nothing. */
const INSENSITIVE = 1e-6;
/** Share of the largest singular value below which a direction of parameters does nothing. */
const SINGULAR = 1e-7;
/** How much of a parameter lies along such a direction before it counts as untold. */
const INVOLVED = 0.05;

/**
 * Which parameters of a fit the runs do not tell: those that the predictions do not react to, those that others can stand in for (a
 * singular Jacobian), those at a bound, and those whose standard error is a factor of ten, or as large as the parameter.
 *
 * @param free the parameters that were fitted
 */
export function diagnose<P extends string>(problem: Problem<P>, theta: Float64Array, free: readonly P[]): Diagnosis<P> {
  const { parameters } = problem.maths;
  const places = parameters.flatMap(({ name }, k) => (free.includes(name) ? [k] : []));
  const rows = jacobian(problem, theta).map((row) => places.map((k) => row[k]!));
  const warnings = fewValues(problem);
  const unidentified = new Set<P>();
  const report = (found: readonly number[], says: (names: string) => string) => {
    const names = found.map((k) => parameters[places[k]!]!.name).filter((name) => !unidentified.has(name));
    for (const name of names) unidentified.add(name);
    if (names.length > 0) warnings.push(says(names.join(', ')));
  };
  const edge = places.flatMap((k, place) => (isAtBound(parameters[k]!, theta[k]!) ? [place] : []));
  report(edge, (names) => `${names} ended at a bound: the runs do not tell its value`);
  const lengths = places.map((_, k) => Math.sqrt(rows.reduce((sum, row) => sum + row[k]! ** 2, 0) / rows.length));
  const idle = lengths.flatMap((length, k) => (length < INSENSITIVE ? [k] : []));
  report(idle, (names) => `the predictions do not depend on ${names} where the runs are`);
  const active = lengths.flatMap((length, k) => (length >= INSENSITIVE ? [k] : []));
  const spread = decompose(rows, active, lengths);
  report(spread.dependent, (names) => `other values of ${names} fit as well: the runs do not tell them apart`);
  const errors = standardErrors(problem, theta, spread);
  const vague = errors.flatMap((error, k) => (isVague(parameters[places[k]!]!, theta[places[k]!]!, error) ? [k] : []));
  report(vague, (names) => `the standard error of ${names} is as large as the value, or a factor of ten`);
  if (rows.length <= free.length)
    warnings.push(`${rows.length} runs for ${free.length} parameters leave nothing to judge the fit by`);
  return { unidentified: parameters.map(({ name }) => name).filter((name) => unidentified.has(name)), warnings };
}

/** Inputs of which the runs have fewer than three values: no curve can be told from those. */
function fewValues({ maths, rows }: Problem): string[] {
  return maths.inputs.flatMap(({ name }, k) => {
    const values = new Set(rows.inputs.filter((_, i) => rows.weights[i]! > 0).map((inputs) => inputs[k]));
    if (values.size >= 3) return [];
    return [`the runs have only ${values.size} value${values.size === 1 ? '' : 's'} of ${name}`];
  });
}

function isAtBound({ lower = -Infinity, upper = Infinity, scale }: LawParameter, coordinate: number): boolean {
  const value = scale === 'log' ? Math.exp(coordinate) : coordinate;
  const near = (bound: number) =>
    Number.isFinite(bound) && Math.abs(value - bound) <= 1e-9 * Math.max(1, Math.abs(bound));
  return near(lower) || near(upper);
}

interface Spread {
  readonly dependent: readonly number[];
  /** Square roots of the diagonal of (J'J)^-1 for each parameter; Infinity for idle and dependent ones. */
  readonly reach: readonly number[];
}

/** Singular values of the Jacobian with columns of one length: what combinations of parameters the predictions react to. */
function decompose(
  rows: readonly (readonly number[])[],
  active: readonly number[],
  lengths: readonly number[],
): Spread {
  const reach = lengths.map(() => Infinity);
  if (active.length === 0) return { dependent: [], reach };
  const scaled = new Matrix(rows.map((row) => active.map((k) => row[k]! / lengths[k]! / Math.sqrt(rows.length))));
  const { diagonal, rightSingularVectors: v } = new SingularValueDecomposition(scaled, { autoTranspose: true });
  const isNull = (j: number) => !(diagonal[j]! > SINGULAR * diagonal[0]!) || diagonal[j] === undefined;
  const dependent = active.filter((_, i) => active.some((_, j) => isNull(j) && Math.abs(v.get(i, j)) > INVOLVED));
  active.forEach((k, i) => {
    const sum = active.reduce((total, _, j) => total + (v.get(i, j) / diagonal[j]!) ** 2, 0);
    if (!dependent.includes(k)) reach[k] = Math.sqrt(sum / rows.length) / lengths[k]!;
  });
  return { dependent, reach };
}

/** Asymptotic standard errors of the internal coordinates. */
function standardErrors({ maths, rows }: Problem, theta: Float64Array, { reach }: Spread): number[] {
  const scratch = new Float64Array(theta.length);
  const used = Array.from({ length: rows.n }, (_, i) => i).filter((i) => rows.weights[i]! > 0);
  const squares = used.map((i) => (rows.logLoss[i]! - maths.logPredict(theta, rows.features[i]!, scratch)) ** 2);
  const variance = squares.reduce((sum, square) => sum + square, 0) / Math.max(1, used.length - reach.length);
  return reach.map((value) => (variance === 0 ? 0 : Math.sqrt(variance) * value));
}

const isVague = ({ scale }: LawParameter, coordinate: number, error: number): boolean =>
  error > (scale === 'log' ? Math.LN10 : Math.abs(coordinate));
