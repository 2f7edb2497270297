import { createRegistry } from '@surprisal/core';
import { type Table, readTable } from '@surprisal/data/tables';
import plugins from 'virtual:surprisal-plugins/scaling-law';
import { answer } from '../../lab/worker-side.js';
import { bestSplit, splitsAround } from './best-split.js';
import { Fit } from './fit.js';
import { matchesOf } from './matches.js';
import type { Reply, Request, TableSource } from './messages.js';

const registry = createRegistry(plugins);

let table: Table | undefined;
let fit: Fit | undefined;

const post: (reply: Reply) => void = answer<Request, Reply>({
  async open({ source }) {
    fit = table = undefined;
    table = await readTable(await bytesOf(source), { name: source.name });
    const { name, length, columns } = table;
    const names = Object.keys(columns);
    post({ type: 'opened', name, rows: length, columns: names, matches: matchesOf(registry, names) });
  },
  async fit({ run, ...settings }) {
    if (!table) return;
    fit?.stop();
    const current = new Fit(registry, table, settings);
    fit = current;
    post({ type: 'fitted', run, ...current.result });
    const of = await current.resample((done, all) => post({ type: 'progress', run, done, of: all }));
    if (of) post({ type: 'intervals', run, resamples: settings.resamples, of });
  },
  spend({ compute }): void {
    if (!fit?.loss) return post({ type: 'unsplit' });
    const best = bestSplit(fit.loss, compute);
    const interval = fit.intervalOf((loss) => bestSplit(loss, compute).N);
    post({ type: 'spent', compute, best, curve: splitsAround(best, fit.loss, compute), ...(interval && { interval }) });
  },
});

async function bytesOf({ name, file }: TableSource): Promise<ArrayBuffer> {
  if (file) return file.arrayBuffer();
  const response = await fetch(new URL(`../tables/${name}.json`, self.location.href));
  if (!response.ok)
    throw new Error(`the table ${name} cannot be fetched (HTTP ${response.status}); load the page again`);
  return response.arrayBuffer();
}
