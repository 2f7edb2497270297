import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DataError, type Datasets } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { type Table, readTable } from '@surprisal/data/tables';
import { readUserFile } from '../user-files.js';

/**
 * The table in a file, on stdin (`-`), or that comes with the data package under a name.
 *
 * @throws DataError or UnknownNameError when there is none, or it cannot be read
 */
export async function readSource(source: string): Promise<Table> {
  if (source === '-') return readTable(await buffer(process.stdin), { name: 'stdin' });
  if (existsSync(source)) return readTable(await readUserFile(source), { name: basename(source) });
  if (/[./\\]/.test(source))
    throw new DataError(`${source}: no such file; give a table of runs, or the name of one that is built in`);
  const data: unknown = await nodeData(source as keyof Datasets);
  return readTable(JSON.stringify(tableOf(data, source)), { name: source, format: 'json' });
}

interface Curves {
  readonly curves: Readonly<Record<string, { readonly step: readonly number[]; readonly loss: readonly number[] }>>;
}

/** What a data set holds as columns: loss curves one below the other. */
function tableOf(data: unknown, name: string): object {
  if (typeof data === 'object' && data !== null) {
    if ('columns' in data) return data;
    if ('curves' in data) return columnsOf((data as Curves).curves);
  }
  throw new DataError(
    `${name}: is no table of runs; surprisal fit takes a file, chinchilla-epoch, chinchilla-kyo-takano or lr-schedule-loss-curves`,
  );
}

const columnsOf = (curves: Curves['curves']) => ({
  curve: Object.entries(curves).flatMap(([name, { step }]) => step.map(() => name)),
  step: Object.values(curves).flatMap(({ step }) => step),
  loss: Object.values(curves).flatMap(({ loss }) => loss),
});
