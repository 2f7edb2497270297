import type { z } from 'zod';
import { DomainError } from './errors.js';
import type { Kind, Kinds } from './kinds.js';
import type { Paper } from './papers.js';
import { nearest } from './suggest.js';

/** What a method says about itself. The CLI, the demo and the docs show nothing else. */
export interface MethodInfo<K extends Kind = Kind, S extends z.ZodObject = z.ZodObject> {
  readonly kind: K;
  /** Unique within its kind, kebab-case: `'generalized-cross-entropy'`. */
  readonly name: string;
  /** One sentence in plain words. */
  readonly summary: string;
  /** The formula in plain text, shown beside pictures. */
  readonly formula?: string;
  /** The paper it comes from; absent for a baseline that none of the 60 papers introduces. */
  readonly paper?: Paper;
  /** Names, defaults, ranges and help texts of the parameters: every one has a default, so that `method()` works. */
  readonly params: S;
}

/** A factory: parameters in, an instance of its kind out. `info` is its metadata. */
export interface Method<K extends Kind, S extends z.ZodObject, I extends Kinds[K]> {
  (params?: z.input<S>): I;
  readonly info: MethodInfo<K, S>;
}

/** Any method of one kind, or of any kind, when its parameters do not matter. */
export interface AnyMethod<K extends Kind = Kind> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- parameters are checked by the schema at run time
  (params?: any): Kinds[K];
  readonly info: MethodInfo<K>;
}

/**
 * Makes a method from its metadata and a function that builds an instance from checked parameters.
 *
 * Parameters are parsed by `info.params` (unknown names are refused) before `create` sees them.
 *
 * @throws DomainError when a parameter is unknown, of the wrong type or out of range
 *
 * @example
 * import { z } from 'zod';
 *
 * declare module '@surprisal/core' {
 *   interface Kinds {
 *     schedule: (step: number) => number;
 *   }
 * }
 * const halving = defineMethod(
 *   { kind: 'schedule', name: 'halving', summary: 'Falls by half.', params: z.object({ every: z.number().default(1) }) },
 *   ({ every }) => (step) => 0.5 ** (step / every),
 * );
 * console.log(halving({ every: 10 })(20)); // 0.25
 */
export function defineMethod<K extends Kind, S extends z.ZodObject, I extends Kinds[K]>(
  info: MethodInfo<K, S>,
  create: (params: z.output<S>) => I,
): Method<K, S, I> {
  const schema = info.params.strict();
  const method = (params?: z.input<S>): I => create(parseParams(info.name, schema, params ?? {}) as z.output<S>);
  return Object.assign(method, { info });
}

/**
 * Parses parameters with a schema and turns what is wrong with them into one line.
 *
 * @throws DomainError `NAME: PARAMETER must be ..., got ...`
 */
export function parseParams<S extends z.ZodObject>(owner: string, schema: S, params: unknown): z.output<S> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new DomainError(`${owner}: ${describeIssue(result.error.issues[0]!, schema, params)}`);
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodObject, params: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape);
    const suggestion = nearest(issue.keys[0]!, known);
    const hint = suggestion ? `did you mean "${suggestion}"?` : `expected one of ${known.join(', ') || 'none'}`;
    return `unknown parameter "${issue.keys[0]}": ${hint}`;
  }
  const received = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], params);
  return `${issue.path.join('.') || 'parameters'} must be ${expectation(issue)}, got ${show(received)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}${sized(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${sized(issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map(show).join(', ')}`;
    default:
      return `valid (${issue.message})`;
  }
}

const sized = (origin: string) => (origin === 'array' ? ' items long' : origin === 'string' ? ' characters long' : '');

const show = (value: unknown) => (value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value));
