import { type ParamInfo, parseText } from '@surprisal/core';
import type { CatalogueMethod } from '../methods/catalogue.js';
import type { Chosen } from './chosen.js';
import type { ControlValue } from './controls.js';

/** How one field of a lab's state is written in an address, and read from one. */
export interface Field<T> {
  readonly initial: T;
  /** The texts that a value is written as: of the field itself (part `''`), and of parts of it. */
  write(value: T): readonly (readonly [part: string, text: string])[];
  /** @returns the value with one such text taken in, or undefined where that is not understood */
  read(value: T, text: string, part: string): T | undefined;
}

/** A field of a single value, which has a control. */
export interface Setting<T extends ControlValue> extends Field<T> {
  readonly param: Omit<ParamInfo, 'name'>;
}

type Described = Pick<ParamInfo, 'description' | 'minimum' | 'maximum' | 'step'>;

/** A number within limits. */
export const number = (initial: number, described: Described) =>
  setting<number>({ ...described, type: 'number', default: initial });

/** A whole number within limits. */
export const integer = (initial: number, described: Described) =>
  setting<number>({ step: 1, ...described, type: 'integer', default: initial });

/** One of some words; the first of them unless said otherwise. */
export const choice = <const C extends string>(
  choices: readonly C[],
  description: string,
  initial: NoInfer<C> = choices[0]!,
) => setting<C>({ type: 'choice', choices, description, default: initial });

/** Any text. */
export const text = (initial: string, description = '') =>
  setting<string>({ type: 'text', description, default: initial });

/** The seed of all that is drawn. */
export const seed = integer(1, { minimum: 0, maximum: 999_999, description: 'the same seed gives the same picture' });

/** The next seed, for a button. */
export const seedAfter = (value: number) => (value % seed.param.maximum!) + 1;

function setting<T extends ControlValue>(param: Setting<T>['param']): Setting<T> {
  return {
    param,
    initial: param.default as T,
    write: (value) => [['', String(value)]],
    read: (_, text, part) => (part === '' ? (valueOf(param, text) as T | undefined) : undefined),
  };
}

/** A method among some, with its parameters. */
export function method(methods: readonly CatalogueMethod[], initial: Chosen): Field<Chosen> {
  const find = (name: string) => methods.find((one) => one.name === name);
  return {
    initial,
    write: ({ name, params }) => [
      ['', name],
      ...Object.entries(params).map(([part, value]) => [part, String(value)] as const),
    ],
    read({ name, params }, text, part) {
      if (part === '') return find(text) && { name: text, params: {} };
      const param = find(name)?.params.find((one) => one.name === part);
      const value = param && valueOf(param, text);
      return value === undefined ? undefined : { name, params: { ...params, [part]: value } };
    },
  };
}

/** The value that a text stands for, or undefined where it is not one of the parameter. */
function valueOf(param: Omit<ParamInfo, 'name'>, text: string): ControlValue | undefined {
  const value = parseText(param, text);
  const { type, choices = [], minimum = -Infinity, maximum = Infinity, above } = param;
  if (type === 'choice') return choices.includes(text) ? text : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (type !== 'number' && type !== 'integer') return text;
  if (typeof value !== 'number' || (type === 'integer' && !Number.isInteger(value))) return undefined;
  return value >= minimum && value <= maximum && !(above && value === minimum) ? value : undefined;
}
