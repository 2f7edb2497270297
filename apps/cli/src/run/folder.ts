import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { DataError, type StudyEvent, type StudyState, decodeSafetensors, encodeSafetensors } from '@surprisal/core';
import type { Origin } from '../parameters.js';

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

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
  readonly process: { readonly pid: number; readonly host: string };
  readonly machine: Readonly<Record<string, unknown>>;
  readonly packages: Readonly<Record<string, string>>;
  readonly git?: { readonly commit: string; readonly dirty: boolean };
  readonly problem?: string;
}

/** Results so far: what a run shows at its end, and what a checkpoint must keep beside the state. */
export type RunResults = readonly Exclude<StudyEvent, { type: 'progress' | 'metric' | 'checkpoint' | 'artifact' }>[];

interface SavedCheckpoint {
  readonly json: unknown;
  readonly arrays: string;
  readonly metricsBytes: number;
  readonly results: RunResults;
}

const KEPT_CHECKPOINTS = 2;

/** The folder of one run. Files are written beside their place and moved there, so that none is ever half-written. */
export class RunFolder {
  #metrics: number | undefined;
  #checkpoints: number;

  private constructor(readonly path: string) {
    this.#checkpoints = this.#saved().length === 0 ? 0 : Number(this.#saved().at(-1)!.slice(0, 6));
  }

  /** Makes the folder `root/DATE/TIME-study-seedN`; an old run is never written over. */
  static create(root: string, study: string, seed: number, now: Date): RunFolder {
    const [date, time] = now.toISOString().split('T') as [string, string];
    const stem = join(root, date, `${time.slice(0, 8).replaceAll(':', '')}-${study}-seed${seed}`);
    mkdirSync(join(root, date), { recursive: true });
    for (let n = 1; ; n++) {
      const path = n === 1 ? stem : `${stem}-${n}`;
      try {
        mkdirSync(path);
        mkdirSync(join(path, 'checkpoints'));
        return new RunFolder(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** @throws DataError when it is no run folder */
  static open(path: string): RunFolder {
    if (!existsSync(join(path, 'run.json')))
      throw new DataError(`${path}: not a run folder (no run.json); surprisal runs lists them`);
    return new RunFolder(path);
  }

  get name(): string {
    return basename(this.path);
  }

  write(name: string, content: string | Uint8Array): void {
    const file = join(this.path, name);
    mkdirSync(join(file, '..'), { recursive: true });
    const descriptor = openSync(`${file}.part`, 'w');
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(`${file}.part`, file);
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  get info(): RunInfo {
    return readJson(join(this.path, 'run.json')) as RunInfo;
  }

  update(change: Partial<RunInfo>): void {
    this.writeJson('run.json', { ...this.info, ...change });
  }

  /** The status as one should read it: a running process that is gone was interrupted. */
  get status(): RunStatus | 'INTERRUPTED' {
    const { status, process: owner } = this.info;
    return status === 'RUNNING' && owner.host === hostname() && !alive(owner.pid) ? 'INTERRUPTED' : status;
  }

  appendMetric(values: Readonly<Record<string, unknown>>): void {
    this.#metrics ??= openSync(join(this.path, 'metrics.jsonl'), 'a');
    writeSync(this.#metrics, `${JSON.stringify(values)}\n`);
  }

  log(text: string): void {
    appendFileSync(join(this.path, 'log.txt'), `${new Date().toISOString()} ${text}\n`);
  }

  get metrics(): Record<string, number | string>[] {
    const file = join(this.path, 'metrics.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, number | string>);
  }

  /** Saves a state to go on from; the last two stay. */
  saveCheckpoint(state: StudyState, results: RunResults): void {
    const name = String(++this.#checkpoints).padStart(6, '0');
    const arrays = `checkpoints/${name}.safetensors`;
    this.write(arrays, encodeSafetensors(state.arrays));
    this.writeJson(`checkpoints/${name}.json`, {
      json: state.json,
      arrays,
      metricsBytes: this.#metricsBytes(),
      results,
    } satisfies SavedCheckpoint);
    for (const old of this.#saved().slice(0, -KEPT_CHECKPOINTS)) {
      rmSync(join(this.path, 'checkpoints', old));
      rmSync(join(this.path, 'checkpoints', old.replace('.json', '.safetensors')), { force: true });
    }
  }

  /**
   * The last state that was saved, if any. Metrics that were measured after it are cut off: the run measures them again.
   *
   * @throws DataError when it is corrupt
   */
  restore(): { state: StudyState; results: RunResults } | undefined {
    const last = this.#saved().at(-1);
    const metrics = join(this.path, 'metrics.jsonl');
    if (last === undefined) {
      rmSync(metrics, { force: true });
      return undefined;
    }
    const { json, arrays, metricsBytes, results } = readJson(join(this.path, 'checkpoints', last)) as SavedCheckpoint;
    const file = join(this.path, arrays);
    const state = { json, arrays: decodeSafetensors(readFileSync(file), file) };
    if (existsSync(metrics)) truncateSync(metrics, metricsBytes);
    return { state, results };
  }

  /** What a finished run showed at its end. */
  get results(): RunResults {
    return readJson(join(this.path, 'result.json')) as RunResults;
  }

  close(): void {
    if (this.#metrics !== undefined) closeSync(this.#metrics);
    this.#metrics = undefined;
  }

  #metricsBytes(): number {
    const file = join(this.path, 'metrics.jsonl');
    return existsSync(file) ? statSync(file).size : 0;
  }

  #saved(): string[] {
    const folder = join(this.path, 'checkpoints');
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.json'))
          .sort()
      : [];
  }
}

/** All runs below a folder, oldest first. */
export function listRuns(root: string): RunFolder[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root)
    .sort()
    .flatMap((date) => {
      const day = join(root, date);
      return statSync(day).isDirectory()
        ? readdirSync(day)
            .sort()
            .map((name) => join(day, name))
        : [];
    });
  return folders.filter((path) => existsSync(join(path, 'run.json'))).map((path) => RunFolder.open(path));
}

/**
 * The run of a path or of a name below a folder.
 *
 * @throws DataError when there is none
 */
export function findRun(root: string, name: string): RunFolder {
  if (existsSync(join(name, 'run.json'))) return RunFolder.open(name);
  const runs = listRuns(root);
  const found = name === 'last' ? runs.at(-1) : runs.find((run) => run.name === name || run.path.endsWith(name));
  if (found) return found;
  throw new DataError(`${name}: no such run in ${root}; surprisal runs lists them`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DataError(`${file}: cannot be read (${(error as Error).message.split('\n')[0]})`);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
