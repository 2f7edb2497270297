import type { Study, StudyEvent } from '@surprisal/core';
import type { RunFolder } from './folder.js';
import type { RunResults } from './info.js';
import { writePlot } from './plots.js';
import { writeReport } from './report.js';
import type { Sink } from './runner.js';

/** Keeps a run in its folder: metrics and checkpoints as they come, and at the end claims, tables, plots and the report. */
export class Recorder implements Sink {
  readonly #results: RunResults[number][];

  constructor(
    readonly folder: RunFolder,
    restored: RunResults = [],
  ) {
    this.#results = [...restored];
  }

  get results(): RunResults {
    return this.#results;
  }

  event(event: StudyEvent): void {
    if (event.type === 'metric') this.folder.appendMetric(event.values);
    else if (event.type === 'checkpoint') this.folder.saveCheckpoint(event.state, this.#results);
    else if (event.type === 'artifact') this.folder.writeArtifact(event.name, event.content);
    else if (event.type !== 'progress') this.#results.push(event);
  }

  /** Writes all that is shown at the end of a run. */
  async finish(study: Study): Promise<void> {
    this.folder.writeJson('result.json', this.#results);
    const claims = this.#results.filter((event) => event.type === 'claim');
    this.folder.writeJson(
      'claims.json',
      claims.map(({ type: _, ...claim }) => claim),
    );
    for (const event of this.#results) if (event.type === 'plot') await writePlot(this.folder, event);
    await writeReport(study, this.folder, this.#results);
    this.#end('FINISHED');
  }

  /** Marks the run as ended by the user: it can be resumed. */
  stop(): void {
    this.#end('KILLED');
  }

  /** Marks the run as failed and keeps why. */
  fail(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.folder.log(`failed: ${error instanceof Error ? (error.stack ?? problem) : problem}`);
    this.#end('FAILED', problem);
  }

  #end(status: 'FINISHED' | 'KILLED' | 'FAILED', problem?: string): void {
    this.folder.close();
    this.folder.update({ status, ended: new Date().toISOString(), problem });
    this.folder.log(status.toLowerCase());
  }
}
