import type { StudyEvent } from '@surprisal/core';
import type { Origin } from '../parameters.js';

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

/** The process that a run is made by: `start` tells it from a later one of the same number, where the system says it. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly start?: string;
}

/** `run.json`: all that is needed to know what a run was, and to run it again. */
export interface RunInfo {
  readonly version: 1;
  readonly study: string;
  readonly status: RunStatus;
  /** A smoke run: its numbers are no result. */
  readonly quick: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly origins: Readonly<Record<string, Origin>>;
  readonly seed: number;
  readonly engine: string;
  /** Texts of the methods that a comparison compares. */
  readonly methods?: readonly string[];
  readonly command: readonly string[];
  readonly started: string;
  readonly ended?: string;
  readonly process: Owner;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly packages: Readonly<Record<string, string>>;
  readonly git?: { readonly commit: string; readonly dirty: boolean };
  /** Why it failed. */
  readonly problem?: string;
}

/** Results so far: what a run shows at its end, and what a checkpoint must keep beside the state. */
export type RunResults = readonly Exclude<StudyEvent, { type: 'progress' | 'metric' | 'checkpoint' | 'artifact' }>[];
