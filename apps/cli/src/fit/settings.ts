import { UsageError } from '../exit.js';
import type { OutputOptions } from '../output.js';
import { parseSeed } from '../parameters.js';
import { readColumnMap, readCount, readInputs, readNumber, readShare } from '../flag-values.js';

/** The flags of `surprisal fit`, as texts. */
export interface FitFlags extends OutputOptions {
  readonly law?: string;
  readonly set?: readonly string[];
  readonly columns?: string;
  readonly dropTop?: string;
  readonly fix?: string;
  readonly bootstrap?: string;
  readonly profile?: boolean;
  readonly interval?: string;
  readonly holdOut?: string;
  readonly seed?: string;
  readonly predict?: readonly string[];
  readonly budget?: readonly string[];
  readonly plot?: string;
  readonly schedule?: readonly string[];
  readonly predictSchedule?: readonly string[];
  readonly total?: string;
  readonly warmup?: string;
  readonly peak?: string;
  readonly min?: string;
  readonly warmupAs?: string;
  readonly lambda?: string;
}

/** How to fit, and what to say. */
export interface FitSettings {
  readonly columns: Readonly<Record<string, string>>;
  readonly dropTop: number;
  readonly fixed: Readonly<Record<string, number>>;
  /** How many resamples; 0: no bootstrap. */
  readonly bootstrap: number;
  readonly profile: boolean;
  readonly coverage: number;
  readonly holdOut?: number;
  readonly seed: number;
  readonly predict: readonly Readonly<Record<string, number>>[];
  readonly budgets: readonly number[];
}

/**
 * Reads the flags that all laws share, before any file is.
 *
 * @throws UsageError for one that is malformed
 */
export function readSettings(flags: FitFlags): FitSettings {
  if (flags.bootstrap !== undefined && flags.profile)
    throw new UsageError('--bootstrap and --profile are two ways to intervals; give one');
  return {
    columns: flags.columns === undefined ? {} : readColumnMap(flags.columns),
    dropTop: flags.dropTop === undefined ? 0 : readCount('--drop-top', flags.dropTop, 0),
    fixed: flags.fix === undefined ? {} : readInputs('--fix', flags.fix),
    bootstrap: flags.profile ? 0 : readCount('--bootstrap', flags.bootstrap ?? '200', 0),
    profile: flags.profile ?? false,
    coverage: flags.interval === undefined ? 0.95 : readShare('--interval', flags.interval),
    ...(flags.holdOut !== undefined && { holdOut: readShare('--hold-out', flags.holdOut) }),
    seed: flags.seed === undefined ? 1 : parseSeed(flags.seed),
    predict: (flags.predict ?? []).map((text) => readInputs('--predict', text)),
    budgets: (flags.budget ?? []).map((text) => readBudget(text)),
  };
}

function readBudget(text: string): number {
  const value = readNumber('--budget', text);
  if (value > 0) return value;
  throw new UsageError(`--budget must be a number of FLOP greater than 0, such as 1e24, got "${text}"`);
}
