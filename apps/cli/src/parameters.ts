import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
import { UsageError } from './exit.js';

/** Where a parameter's value came from. Later ones win. */
export type Origin = 'default' | 'quick' | 'file' | 'environment' | 'flag' | 'resumed';

/** Merged parameters with the origin of each. */
export interface Merged {
  readonly params: Record<string, unknown>;
  readonly origins: Readonly<Record<string, Origin>>;
}

/** `surprisal.config.json` in the current folder. */
export interface ConfigFile {
  readonly seed?: number;
  readonly engine?: string;
  readonly runs?: string;
  /** Parameters by study. */
  readonly studies?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const CONFIG = 'surprisal.config.json';

/** @throws UsageError when the file is there and is no JSON object */
export function readConfig(): ConfigFile {
  const path = resolve(CONFIG);
  if (!existsSync(path)) return {};
  try {
    const config = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`${path}: must be JSON: ${(error as Error).message.split('\n')[0]}`);
  }
  throw new UsageError(`${path}: must hold a JSON object with seed, engine, runs, studies`);
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const environmentName = (name: string) => `SURPRISAL_${kebab(name).replaceAll('-', '_').toUpperCase()}`;

/** Gives a command one flag per parameter of a study. */
export function addParameterFlags(command: Command, study: Study): void {
  for (const param of describeParams(study.params)) {
    const flag = `--${kebab(param.name)}`;
    if (command.options.some((option) => option.long === flag)) continue;
    const value = param.type === 'numbers' ? 'a,b,...' : param.type === 'choice' ? 'name' : param.type;
    command.addOption(new Option(`${flag} <${value}>`, helpOf(param)).helpGroup(`Parameters of ${study.name}:`));
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
  take(
    'flag',
    fromTexts(infos, (name) => flags[name] as string | undefined),
  );
  take('flag', Object.fromEntries(set.map((text) => assignment(text, infos))));
  return { params: parseParams(study.name, study.params.strict(), values), origins };
}

function fromTexts(infos: readonly ParamInfo[], textOf: (name: string) => string | undefined): Record<string, unknown> {
  return Object.fromEntries(
    infos.flatMap((info) => {
      const text = textOf(info.name);
      return text === undefined ? [] : [[info.name, parseText(info, text)]];
    }),
  );
}

function assignment(text: string, infos: readonly ParamInfo[]): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set must be key=value, got "${text}"`);
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  const info = infos.find((candidate) => candidate.name === name);
  return [name, info ? parseText(info, value) : value];
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
