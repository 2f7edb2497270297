import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { DataError, type MetricEvent, type StudyState } from '@surprisal/core';
import { type Checkpoint, Checkpoints } from './checkpoints.js';
import { makeFolder, readJson, toJson, writeWhole } from './files.js';
import type { RunInfo, RunResults, RunStatus } from './info.js';
import { isGone } from './machine.js';

/** The folder of one run. */
export class RunFolder {
  readonly #checkpoints: Checkpoints;
  #metrics: number | undefined;

  private constructor(readonly path: string) {
    this.#checkpoints = new Checkpoints(join(path, 'checkpoints'));
  }

  /**
   * Makes the folder `root/DATE/TIME-study-seedN`; an old run is never written over.
   *
   * @throws DataError when it cannot be made
   */
  static create(root: string, info: RunInfo): RunFolder {
    const [date, time] = info.started.split('T') as [string, string];
    const stem = join(root, date, `${time.slice(0, 8).replaceAll(':', '')}-${info.study}-seed${info.seed}`);
    try {
      makeFolder(join(root, date));
      const folder = new RunFolder(makeNew(stem));
      mkdirSync(join(folder.path, 'checkpoints'));
      folder.writeJson('run.json', info);
      return folder;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DataError(`${root}: runs cannot be kept there (${code}); name another folder with --runs`);
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
    writeWhole(join(this.path, name), content);
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, toJson(value));
  }

  /** @throws DataError for a name that leads out of the folder */
  writeArtifact(name: string, content: string | Uint8Array): void {
    if (isAbsolute(name) || normalize(name).startsWith('..'))
      throw new DataError(`artifact: name must stay inside the run folder, got "${name}"`);
    this.write(join('artifacts', name), content);
  }

  get info(): RunInfo {
    return readJson(join(this.path, 'run.json')) as RunInfo;
  }

  update(change: { readonly [K in keyof RunInfo]?: RunInfo[K] | undefined }): void {
    this.writeJson('run.json', { ...this.info, ...change });
  }

  /** The status as one should read it: a run whose process is gone was interrupted. */
  get status(): RunStatus | 'INTERRUPTED' {
    const { status, process: owner } = this.info;
    return status === 'RUNNING' && isGone(owner) ? 'INTERRUPTED' : status;
  }

  /** Appends a line to metrics.jsonl; it is with the system at once. */
  appendMetric(values: MetricEvent['values']): void {
    this.#metrics ??= openSync(this.#metricsFile, 'a');
    writeSync(this.#metrics, `${JSON.stringify(values)}\n`);
  }

  get metrics(): MetricEvent['values'][] {
    if (!existsSync(this.#metricsFile)) return [];
    const lines = readFileSync(this.#metricsFile, 'utf8').split('\n').slice(0, -1); // a line without its end is half a line
    return lines.map((line) => JSON.parse(line) as MetricEvent['values']);
  }

  log(text: string): void {
    appendFileSync(join(this.path, 'log.txt'), `${new Date().toISOString()} ${text}\n`);
  }

  /** Saves a state to go on from. */
  saveCheckpoint(state: StudyState, results: RunResults): void {
    if (this.#metrics !== undefined) fsyncSync(this.#metrics); // never shorter than the checkpoint says
    const metricsBytes = existsSync(this.#metricsFile) ? statSync(this.#metricsFile).size : 0;
    this.#checkpoints.save({ state, results, metricsBytes });
  }

  /**
   * The last state that was saved, if any. Metrics that were measured after it are cut off: the run measures them again.
   *
   * @throws DataError when it is corrupt
   */
  restore(): Checkpoint | undefined {
    const last = this.#checkpoints.last();
    if (last === undefined) rmSync(this.#metricsFile, { force: true });
    else if (existsSync(this.#metricsFile)) truncateSync(this.#metricsFile, last.metricsBytes);
    return last;
  }

  /** What a finished run showed at its end. */
  get results(): RunResults {
    return readJson(join(this.path, 'result.json')) as RunResults;
  }

  close(): void {
    if (this.#metrics !== undefined) closeSync(this.#metrics);
    this.#metrics = undefined;
  }

  get #metricsFile(): string {
    return join(this.path, 'metrics.jsonl');
  }
}

/** Makes a folder that was not there, numbered where the name is taken. */
function makeNew(stem: string): string {
  for (let n = 1; ; n++) {
    const path = n === 1 ? stem : `${stem}-${n}`;
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
