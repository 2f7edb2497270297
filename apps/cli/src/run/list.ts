import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@surprisal/core';
import { RunFolder } from './folder.js';

/** All runs below a folder, oldest first. A folder whose run.json cannot be read is left out. */
export function listRuns(root: string): RunFolder[] {
  const runs = foldersIn(root)
    .flatMap(foldersIn)
    .filter((path) => existsSync(join(path, 'run.json')))
    .flatMap((path) => startOf(RunFolder.open(path)));
  return runs.sort((a, b) => (a.started < b.started ? -1 : 1)).map(({ run }) => run);
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => join(folder, name)).sort();
}

function startOf(run: RunFolder): { run: RunFolder; started: string }[] {
  try {
    return [{ run, started: run.info.started }];
  } catch {
    return [];
  }
}

/**
 * The run of a path, of a name below a folder, or `last`.
 *
 * @throws DataError when there is none, or several
 */
export function findRun(root: string, name: string): RunFolder {
  if (existsSync(join(name, 'run.json'))) return RunFolder.open(name);
  const runs = listRuns(root);
  const found = name === 'last' ? runs.slice(-1) : runs.filter((run) => run.path.endsWith(name));
  if (found.length === 1) return found[0]!;
  const why = found.length === 0 ? 'no such run' : `${found.length} such runs`;
  throw new DataError(`${name}: ${why} in ${root}; surprisal runs lists them`);
}
