import {
  type ParamInfo,
  type Study,
  describeParams,
  parseParams,
  parseText,
  rangeOf,
  unknownName,
} from '@surprisal/core';
import { type Command, Option } from 'commander';
import type { ConfigFile } from './config.js';
import { UsageError } from './exit.js';

/** Where a parameter's value came from. Later ones win. */
export type Origin = 'default' | 'quick' | 'file' | 'environment' | 'flag' | 'resumed';

/** Merged parameters with the origin of each. */
export interface Merged {
  readonly params: Record<string, unknown>;
  readonly origins: Readonly<Record<string, Origin>>;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const environmentName = (name: string) => `SURPRISAL_${kebab(name).replaceAll('-', '_').toUpperCase()}`;

/** Options that every run has: a parameter of such a name is set with `--set` or in the file. */
const reserved = 'quick seed engine set runs reuse fresh on yes help json quiet verbose color ascii'.split(' ');

/** Gives a command one flag per parameter of a study or method. */
export function addParameterFlags(
  command: Command,
  { name, params }: Pick<Study, 'name'> & { readonly params: Study['params'] | readonly ParamInfo[] },
): void {
  for (const param of describeParams(params)) {
    const flag = `--${kebab(param.name)}`;
    if (reserved.includes(param.name) || command.options.some((option) => option.long === flag)) continue;
    const value = param.type === 'numbers' ? 'a,b,...' : param.type === 'choice' ? 'name' : param.type;
    command.addOption(new Option(`${flag} <${value}>`, helpOf(param)).helpGroup(`Parameters of ${name}:`));
  }
}

/** What a parameter does, its range and default, in one line. */
export function helpOf(param: ParamInfo): string {
  const facts = [
    rangeOf(param),
    `default ${Array.isArray(param.default) ? param.default.join(',') : String(param.default)}`,
  ];
  return `${param.description} (${facts.filter(Boolean).join('; ')})`;
}

export interface MergeOptions {
  readonly study: Study;
  readonly quick: boolean;
  readonly config: ConfigFile;
  /** commander's options, by camel-case name. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** `key=value` texts of `--set`. */
  readonly set: readonly string[];
}

/**
 * Merges a study's parameters: defaults < quick form < configuration file < environment < flags.
 *
 * @throws DomainError, UnknownNameError or UsageError for a value or name that is not the study's
 */
export function mergeParameters({ study, quick, config, flags, set }: MergeOptions): Merged {
  const infos = describeParams(study.params);
  const origins: Record<string, Origin> = {};
  const values: Record<string, unknown> = {};
  const take = (origin: Origin, given: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(given)) {
      if (!infos.some((info) => info.name === name))
        throw unknownName(
          `parameter of ${study.name}`,
          name,
          infos.map((info) => info.name),
        );
      values[name] = value;
      origins[name] = origin;
    }
  };
  for (const { name } of infos) origins[name] = 'default';
  if (quick) take('quick', study.quick ?? {});
  take('file', config.studies?.[study.name] ?? {});
  take(
    'environment',
    fromTexts(infos, (name) => process.env[environmentName(name)]),
  );
  take('flag', paramsOfFlags(study, flags));
  for (const text of set) {
    const [[name, ...path], value] = assignment(text, infos);
    const before = values[name] ?? infos.find((info) => info.name === name)?.default;
    take('flag', { [name]: path.length === 0 ? value : within(before, path, value) });
  }
  return { params: parseParams(study.name, study.params.strict(), values), origins };
}

/** The parameters of a method or study that were given as flags. */
export const paramsOfFlags = (
  { params }: Pick<Study, 'params'>,
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> => fromTexts(describeParams(params), (name) => flags[name] as string | undefined);

/** The parameters that `key=value` texts of `--set` give a method. */
export const paramsOfSet = ({ params }: Pick<Study, 'params'>, set: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    set.map((text) => {
      const [[name, ...path], value] = assignment(text, describeParams(params));
      return [name, within({}, path, value)];
    }),
  );

function fromTexts(infos: readonly ParamInfo[], textOf: (name: string) => string | undefined): Record<string, unknown> {
  return Object.fromEntries(
    infos.flatMap((info) => {
      if (reserved.includes(info.name)) return [];
      const text = textOf(info.name);
      return text === undefined ? [] : [[info.name, parseText(info, text)]];
    }),
  );
}

/** `key=value` with the value as the parameter's type asks; `key.inner=value` reaches into a parameter that is an object. */
function assignment(text: string, infos: readonly ParamInfo[]): [[string, ...string[]], unknown] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new UsageError(`--set must be key=value, got "${text}"`);
  const path = key.split('.') as [string, ...string[]];
  const info = infos.find((candidate) => candidate.name === path[0]);
  if (!info || info.type === 'other') return [path, fromJson(value!)];
  return [[key], parseText(info, value!)];
}

/** A copy of an object with another value at a path. */
function within(object: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const fields = (typeof object === 'object' ? object : {}) as Record<string, unknown>;
  return { ...fields, [name]: within(fields[name], rest, value) };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A value from flag, environment, file or default, in this order, with its origin. */
export function pick<T>(
  flag: T | undefined,
  variable: string,
  parse: (text: string) => T,
  file: T | undefined,
  fallback: T,
): { value: T; origin: Origin } {
  if (flag !== undefined) return { value: flag, origin: 'flag' };
  const text = process.env[variable];
  if (text !== undefined) return { value: parse(text), origin: 'environment' };
  return file !== undefined ? { value: file, origin: 'file' } : { value: fallback, origin: 'default' };
}

/** @throws UsageError when it is no whole number */
export function parseSeed(text: string): number {
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(`seed must be a whole number, got "${text}"`);
}
