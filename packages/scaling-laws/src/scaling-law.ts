import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';

/** What every scaling-law takes and gives: shapes, units, what it throws. */
export interface ScalingLaw {
  /**
   * @param values finite numbers, at least one
   * @throws DomainError for a value that is not finite, or none
   */
  (values: readonly number[]): number;
}

declare module '@surprisal/core' {
  interface Kinds {
    'scaling-law': ScalingLaw;
  }
}

/** What a scaling-law is made of: its metadata and its maths. */
export interface ScalingLawDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'scaling-law', S>, 'kind'> {
  readonly compute: (values: readonly number[], params: z.output<S>) => number;
}

/** Makes a method of the kind. What all of them share stands here, once. */
export function defineScalingLaw<S extends z.ZodObject>({
  compute,
  ...info
}: ScalingLawDefinition<S>): Method<'scaling-law', S, ScalingLaw> {
  return defineMethod<'scaling-law', S, ScalingLaw>({ kind: 'scaling-law', ...info }, (params) => (values) => {
    checkValues(info.name, values);
    return compute(values, params);
  });
}

function checkValues(owner: string, values: readonly number[]): void {
  if (values.length === 0) throw new DomainError(`${owner}: values must hold at least one number, got none`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DomainError(`${owner}: values must be finite, got ${values[bad]} at index ${bad}`);
}
