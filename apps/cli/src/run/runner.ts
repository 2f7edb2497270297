import { type Contestant, type DataLoader, type Study, type StudyEvent, type StudyState } from '@surprisal/core';
import type { RunFolder, RunResults } from './folder.js';
import { writePlot } from './plots.js';
import { writeReport } from './report.js';

export interface RunStudyOptions {
  readonly study: Study;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly engine: string;
  readonly data: DataLoader;
  readonly folder: RunFolder;
  readonly contestants?: readonly Contestant[];
  readonly signal: AbortSignal;
  /** What an earlier process left of the run. */
  readonly restored?: { readonly state: StudyState; readonly results: RunResults } | undefined;
  /** Is shown every event as it comes. */
  onEvent(event: StudyEvent): void;
}

/**
 * Runs a study and keeps its folder: metrics as they come, checkpoints, and at the end claims, tables, plots and the report.
 *
 * @returns the results; undefined when the run was asked to end
 */
export async function runStudy(options: RunStudyOptions): Promise<RunResults | undefined> {
  const { study, folder, params, seed, engine, data, contestants, signal, restored, onEvent } = options;
  const results = [...(restored?.results ?? [])];
  const context = {
    params,
    seed,
    engine,
    data,
    signal,
    ...(restored && { resume: restored.state }),
    ...(contestants && { contestants }),
  };
  try {
    for await (const event of study.run(context)) {
      if (event.type === 'metric') folder.appendMetric(event.values);
      else if (event.type === 'checkpoint') folder.saveCheckpoint(event.state, results);
      else if (event.type === 'artifact') folder.write(`artifacts/${event.name}`, event.content);
      else if (event.type !== 'progress') results.push(event);
      onEvent(event);
    }
    if (signal.aborted && results.length === 0) return stop(folder);
    await writeResults(folder, results);
    folder.update({ status: 'FINISHED', ended: new Date().toISOString() });
    await writeReport(study, folder, results);
    return results;
  } catch (error) {
    folder.log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    folder.update({
      status: 'FAILED',
      ended: new Date().toISOString(),
      problem: error instanceof Error ? error.message : String(error),
    });
    throw error;
  } finally {
    folder.close();
  }
}

function stop(folder: RunFolder): undefined {
  folder.update({ status: 'KILLED', ended: new Date().toISOString() });
  return undefined;
}

async function writeResults(folder: RunFolder, results: RunResults): Promise<void> {
  const claims = results.filter((event) => event.type === 'claim');
  folder.writeJson('result.json', results);
  folder.writeJson(
    'claims.json',
    claims.map(({ type: _, ...claim }) => claim),
  );
  for (const event of results) if (event.type === 'plot') await writePlot(folder, event);
}
