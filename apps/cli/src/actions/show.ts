import { join } from 'node:path';
import type { StudyEvent } from '@surprisal/core';
import { exitCodes } from '../exit.js';
import type { Output } from '../output.js';
import type { RunFolder } from '../run/folder.js';
import type { RunResults } from '../run/info.js';
import { singleSeedNote } from '../run/format.js';
import { printChart, printCurves } from '../terminal/chart.js';
import { printClaims, printTable } from '../terminal/table.js';

export const QUICK = 'quick form: a smoke run on little data, its numbers are no result';

/** What came of a run: its exit code, and what `--json` says of it. */
export interface Outcome {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Shows a run's results; fails when a claim does not hold. */
export function show(output: Output, folder: RunFolder, results: RunResults): Outcome {
  const { quick } = folder.info;
  const claims = results.filter((event) => event.type === 'claim');
  const report = join(folder.path, 'report.html');
  printCurves(output, folder.metrics);
  for (const event of results) {
    if (event.type === 'table') printTable(output, event);
    if (event.type === 'plot') printChart(output, event);
  }
  const single = singleSeedNote(results.filter((event) => event.type === 'table'));
  if (single) output.print(`\n${single}`);
  printClaims(output, claims);
  if (quick) output.print(`\n${output.colors.yellow(QUICK)}`);
  output.print(`\nreport: ${report}`);
  const code = claims.every((claim) => claim.holds) ? exitCodes.ok : exitCodes.failed;
  const tables = results.filter((event) => event.type === 'table').map(withoutType);
  return { code, json: { ...factsOf(folder), report, claims: claims.map(withoutType), tables } };
}

/** What `--json` says of any run. */
export function factsOf(folder: RunFolder): Record<string, unknown> {
  const { study, quick, seed, engine, params, methods } = folder.info;
  return { run: folder.path, status: folder.status, study, quick, seed, engine, params, methods };
}

const withoutType = <E extends StudyEvent>({ type: _, ...event }: E) => event;
