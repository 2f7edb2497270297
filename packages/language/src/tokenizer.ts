import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';

/** What every tokenizer takes and gives: shapes, units, what it throws. */
export interface Tokenizer {
  /**
   * @param values finite numbers, at least one
   * @throws DomainError for a value that is not finite, or none
   */
  (values: readonly number[]): number;
}

declare module '@surprisal/core' {
  interface Kinds {
    tokenizer: Tokenizer;
  }
}

/** What a tokenizer is made of: its metadata and its maths. */
export interface TokenizerDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'tokenizer', S>, 'kind'> {
  readonly compute: (values: readonly number[], params: z.output<S>) => number;
}

/** Makes a method of the kind. What all of them share stands here, once. */
export function defineTokenizer<S extends z.ZodObject>({
  compute,
  ...info
}: TokenizerDefinition<S>): Method<'tokenizer', S, Tokenizer> {
  return defineMethod<'tokenizer', S, Tokenizer>({ kind: 'tokenizer', ...info }, (params) => (values) => {
    checkValues(info.name, values);
    return compute(values, params);
  });
}

function checkValues(owner: string, values: readonly number[]): void {
  if (values.length === 0) throw new DomainError(`${owner}: values must hold at least one number, got none`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DomainError(`${owner}: values must be finite, got ${values[bad]} at index ${bad}`);
}
