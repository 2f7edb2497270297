import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, makeProject, surprisal } from './project.js';

const grid = [
  ...[1, 2].flatMap((seed) =>
    [1, 2, 3].map((epoch) => ({ label: 'tau 1/2', noise: 0.4, seed, epoch, loss: seed / epoch })),
  ),
  { label: '../up', seed: 1, diverged: 1, loss: null },
];
const long = Array.from({ length: 2100 }, (_, i) => ({ step: i, loss: 1 / (i + 1) }));

/** A project with runs to export, one in each folder of runs. */
export interface Exportable {
  readonly folder: string;
  run(...args: string[]): Promise<Ended>;
  /** Where the run lies: `plain`, `grid` (labelled, quick), `long` or `failed`. */
  folderOf(runs: string): string;
  /** What it measured. */
  metricsOf(runs: string): { step: number; loss: number }[];
  remove(): void;
}

export async function makeExportable(): Promise<Exportable> {
  const { folder, remove } = makeProject();
  const run = (...args: string[]) => surprisal(args, { cwd: folder });
  const folderOf = (runs: string) => {
    const [day] = readdirSync(join(folder, runs));
    return join(folder, runs, day!, readdirSync(join(folder, runs, day!))[0]!);
  };
  const file = (runs: string) => join(folderOf(runs), 'metrics.jsonl');
  await Promise.all([
    run('reproduce', 'count', '--runs', 'plain', '--seed', '7'),
    run('reproduce', 'count', '--runs', 'grid', '--quick'),
    run('reproduce', 'count', '--runs', 'long'),
    run('reproduce', 'failing', '--runs', 'failed'),
  ]);
  for (const [runs, rows] of Object.entries({ grid, long }))
    writeFileSync(file(runs), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const parse = (line: string) => JSON.parse(line) as { step: number; loss: number };
  const metricsOf = (runs: string) => readFileSync(file(runs), 'utf8').trim().split('\n').map(parse);
  return { folder, run, folderOf, metricsOf, remove };
}

export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
