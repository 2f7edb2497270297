import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, type StudyState, decodeSafetensors, encodeSafetensors } from '@surprisal/core';
import { readJson, toJson, writeWhole } from './files.js';
import type { RunResults } from './info.js';

/** A state to go on from, with what the run had measured by then. */
export interface Checkpoint {
  readonly state: StudyState;
  readonly results: RunResults;
  /** The length of metrics.jsonl. */
  readonly metricsBytes: number;
}

const KEPT = 2;

/** The checkpoints of a run: `NNNNNN.json` with `NNNNNN.safetensors`. The last two stay, so that one may be spoiled. */
export class Checkpoints {
  constructor(readonly folder: string) {}

  save({ state, results, metricsBytes }: Checkpoint): void {
    const names = this.#names();
    const name = String(Number(names.at(-1) ?? 0) + 1).padStart(6, '0');
    writeWhole(join(this.folder, `${name}.safetensors`), encodeSafetensors(state.arrays));
    // The JSON comes last: a checkpoint without it does not count.
    writeWhole(join(this.folder, `${name}.json`), toJson({ json: state.json, metricsBytes, results }));
    for (const old of names.slice(0, Math.max(0, names.length + 1 - KEPT))) {
      rmSync(join(this.folder, `${old}.json`));
      rmSync(join(this.folder, `${old}.safetensors`), { force: true });
    }
  }

  /**
   * The last checkpoint that can be read; undefined when none was saved.
   *
   * @throws DataError when there are some and none can be read
   */
  last(): Checkpoint | undefined {
    let problem: unknown;
    for (const name of this.#names().reverse()) {
      try {
        return this.#read(name);
      } catch (error) {
        problem ??= error;
      }
    }
    if (problem) throw problem;
    return undefined;
  }

  #read(name: string): Checkpoint {
    const { json, metricsBytes, results } = readJson(join(this.folder, `${name}.json`)) as Saved;
    const file = join(this.folder, `${name}.safetensors`);
    if (!existsSync(file)) throw new DataError(`${file}: missing; start the run anew`);
    return { state: { json, arrays: decodeSafetensors(readFileSync(file), file) }, metricsBytes, results };
  }

  #names(): string[] {
    if (!existsSync(this.folder)) return [];
    const files = readdirSync(this.folder).filter((name) => /^\d+\.json$/.test(name));
    return files.map((name) => name.slice(0, -'.json'.length)).sort();
  }
}

interface Saved extends Omit<Checkpoint, 'state'> {
  readonly json: unknown;
}
