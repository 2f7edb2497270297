import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';

/** What a transform is fitted to: sets of candidates, and which of each was the truth. */
export interface UtilityData {
  /** `[n][C]`, the utilities of each set's candidates; sets may differ in size. -Infinity: cannot be. */
  readonly utilities: readonly ArrayLike<number>[];
  /** `[n]`, the true candidate of each set; -1 where the truth is not among them. */
  readonly targets: ArrayLike<number>;
  /** `[n][C]`, how much is gained by each candidate, for fits by gain; default 1 for the truth and 0 for the others. */
  readonly gains?: readonly ArrayLike<number>[];
}

/** Utilities of a set of candidates to their probabilities, `[C]`. */
export interface FittedTransform {
  /** @throws DomainError for an empty set, NaN and Infinity, and when every utility is -Infinity */
  (utilities: ArrayLike<number>): Float64Array;
  /** How often the truth was not among the candidates that it was fitted to; NaN when it was fitted to none. */
  readonly missRate: number;
}

/**
 * Turns utilities into probabilities that fit what was observed. E is what a fit shows beside: a temperature, frequencies.
 *
 * These transforms are ours: the paper's own equation is not known here, and can be added behind the same interface.
 *
 * @example
 * const fitted = gibbs({ fit: 'fixed', beta: 2 }).fit({ utilities: [], targets: [] });
 * console.log(fitted([Math.log(3), 0])[0]!.toFixed(2)); // 0.90
 */
export interface UtilityTransform<E extends object = object> {
  /** @throws DomainError for an empty set, utilities that are NaN or Infinity, and targets that are no candidates */
  fit(data: UtilityData): FittedTransform & E;
  readonly method: string;
}

declare module '@surprisal/core' {
  interface Kinds {
    'utility-transform': UtilityTransform;
  }
}

/** A set of candidates whose truth is among them. */
export interface Observation {
  readonly utilities: ArrayLike<number>;
  readonly target: number;
  readonly gains?: ArrayLike<number>;
}

/** What a fit gives: the probabilities of a set, and what it shows. */
export interface TransformFit<E extends object> {
  /** `[C]`, >= 0; need not sum to 1. */
  readonly probabilities: (utilities: ArrayLike<number>) => Float64Array;
  readonly shows: E;
}

/** A transform's metadata and its fit. */
export interface UtilityTransformDefinition<S extends z.ZodObject, E extends object> extends Omit<
  MethodInfo<'utility-transform', S>,
  'kind'
> {
  readonly fit: (observations: readonly Observation[], params: z.output<S>) => TransformFit<E>;
}

/**
 * Makes a transform method from its fit. Checks, truths that are no candidates, impossible candidates and normalisation are the same for all
 * transforms and stand here.
 */
export function defineUtilityTransform<S extends z.ZodObject, E extends object>({
  fit,
  ...info
}: UtilityTransformDefinition<S, E>): Method<'utility-transform', S, UtilityTransform<E>> {
  return defineMethod<'utility-transform', S, UtilityTransform<E>>(
    { kind: 'utility-transform', ...info },
    (params) => ({
      method: info.name,
      fit(data) {
        const observations = observed(info.name, data);
        const { probabilities, shows } = fit(observations, params);
        const transform = (utilities: ArrayLike<number>) => {
          checkUtilities(info.name, utilities);
          return normalised(utilities, probabilities(utilities));
        };
        return Object.assign(transform, shows, { missRate: 1 - observations.length / data.utilities.length });
      },
    }),
  );
}

/** The sets whose truth is among their candidates, and possible. */
function observed(owner: string, { utilities, targets, gains }: UtilityData): Observation[] {
  if (targets.length !== utilities.length || (gains && gains.length !== utilities.length)) {
    throw new DomainError(`${owner}: targets and gains must be as many as the ${utilities.length} sets of utilities`);
  }
  return utilities.flatMap((row, i) => {
    checkUtilities(owner, row, i);
    const target = targets[i]!;
    if (!Number.isInteger(target) || target < -1 || target >= row.length) {
      throw new DomainError(
        `${owner}: targets must be whole numbers from -1 to ${row.length - 1}, got ${target} at index ${i}`,
      );
    }
    if (target < 0 || row[target] === -Infinity) return [];
    return { utilities: row, target, ...(gains && { gains: gains[i]! }) };
  });
}

function checkUtilities(owner: string, utilities: ArrayLike<number>, row?: number): void {
  const where = row === undefined ? '' : ` in set ${row}`;
  const values = Array.from(utilities);
  const bad = values.findIndex((value) => !(value < Infinity));
  if (bad >= 0) {
    throw new DomainError(
      `${owner}: utilities must be numbers below Infinity, got ${values[bad]} at index ${bad}${where}`,
    );
  }
  if (values.every((value) => value === -Infinity)) {
    throw new DomainError(`${owner}: utilities must hold one above -Infinity, got none${where}`);
  }
}

/** Impossible candidates get 0, the others are made to sum to 1; where nothing is left, they are equally probable. */
function normalised(utilities: ArrayLike<number>, weights: Float64Array): Float64Array {
  const possible = weights.map((weight, c) => (utilities[c] === -Infinity ? 0 : weight));
  const total = possible.reduce((sum, weight) => sum + weight, 0);
  if (total > 0) return possible.map((weight) => weight / total);
  const equal = weights.map((_, c) => (utilities[c] === -Infinity ? 0 : 1));
  const count = equal.reduce((sum, one) => sum + one, 0);
  return equal.map((one) => one / count);
}
