import { join } from 'node:path';
import { QUICK } from '../actions/show.js';
import { UsageError } from '../exit.js';
import { writeWhole } from '../run/files.js';
import type { RunFolder } from '../run/folder.js';
import { scalarEvent, textEvent, versionEvent } from './event.js';
import { describe, titleOf } from './facts.js';
import { seriesOf } from './series.js';
import { frame } from './tfrecord.js';

/** What was written for TensorBoard. */
export interface TensorBoardFiles {
  /** The folder of the run, below the one that was named. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly series: number;
  readonly values: number;
}

/**
 * Writes a run for TensorBoard: `DATE/RUN` below the folder holds its parameters as a text, and a folder per series its numbers.
 * Names depend on the run alone, so that a second export takes the place of the first.
 */
export function writeTensorBoard(run: RunFolder, root: string): TensorBoardFiles {
  const { started } = run.info;
  const folder = join(root, started.slice(0, 'yyyy-mm-dd'.length), titleOf(run));
  const series = seriesOf(run.metrics, started);
  if (series.length === 0) throw new UsageError(`${run.path}: this run has no metrics`);
  const names = folderNames(series.map(({ name }) => name));
  const text = textEvent(Date.parse(started) / 1000, 'run', markdown(run));
  const events = new Map<string, Uint8Array[]>([['', [text]]]);
  series.forEach(({ points }, i) => {
    events.set(names[i]!, [...(events.get(names[i]!) ?? []), ...points.map(scalarEvent)]);
  });
  const files = [...events].map(([name, of]) => writeEvents(join(folder, name), started, of));
  return { folder, files, series: series.length, values: series.reduce((sum, { points }) => sum + points.length, 0) };
}

function writeEvents(folder: string, started: string, events: readonly Uint8Array[]): string {
  const seconds = Date.parse(started) / 1000;
  const file = join(folder, `events.out.tfevents.${Math.floor(seconds)}.surprisal`);
  writeWhole(file, Buffer.concat([versionEvent(seconds), ...events].map(frame)));
  return file;
}

const LONGEST = 100;

/** Names of series as names of folders, on any system, each once. */
function folderNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    // eslint-disable-next-line no-control-regex -- control characters are among what file systems refuse
    const safe = name.replace(/[\\/:*?"<>|\x00-\x1f]|^\.+|[. ]+$/g, '_').slice(0, LONGEST);
    let free = safe;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${safe} ${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

/** What a run is, as a table for TensorBoard's page of texts. */
function markdown(run: RunFolder): string {
  const { facts, params } = describe(run.info);
  const rows = [...Object.entries(facts), ...Object.entries(params)];
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const table = ['| | |', '| --- | --- |', ...rows.map(([key, value]) => `| ${cell(key)} | ${cell(value)} |`)];
  return [...(run.info.quick ? [`**${QUICK}**`, ''] : []), ...table].join('\n');
}
