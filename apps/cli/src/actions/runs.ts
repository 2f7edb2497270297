import type { TableEvent } from '@surprisal/core';
import { readConfig } from '../config.js';
import type { Output } from '../output.js';
import { numberOf, showValue } from '../run/format.js';
import type { RunFolder } from '../run/folder.js';
import { findRun, listRuns } from '../run/list.js';
import { layout } from '../terminal/table.js';

/** `surprisal runs` */
export function runs(output: Output, root: string): void {
  const all = listRuns(root);
  const rows = all.map((run) => ({
    path: run.path,
    study: run.info.study,
    seed: run.info.seed,
    quick: run.info.quick,
    status: run.status,
    started: run.info.started,
    ...claimsOf(run),
  }));
  output.result({ runs: rows });
  if (rows.length === 0) return output.print(`no runs in ${root}`);
  const cells = rows.map((row) => [
    row.path,
    `${row.study}${row.quick ? ' (quick)' : ''}`,
    String(row.seed),
    row.status,
    !row.claims ? '' : `${row.held} of ${row.claims}`,
    row.started,
  ]);
  for (const line of layout(['run', 'study', 'seed', 'status', 'claims held', 'started'], cells)) output.print(line);
}

/** How many claims a finished run checked, and how many of them held. */
function claimsOf(run: RunFolder): { claims?: number; held?: number } {
  if (run.status !== 'FINISHED') return {};
  const claims = run.results.filter((event) => event.type === 'claim');
  return { claims: claims.length, held: claims.filter(({ holds }) => holds).length };
}

/** The folder of all runs: from the flag, the environment, the file, or `runs`. */
export async function rootOf({ runs: flag }: { readonly runs?: string }): Promise<string> {
  return flag ?? process.env.SURPRISAL_RUNS ?? (await readConfig()).runs ?? 'runs';
}

/** `surprisal runs compare A B`: what differs in their parameters, and their tables beside each other. */
export function compareRuns(output: Output, root: string, names: readonly [string, string]): void {
  const [a, b] = names.map((name) => findRun(root, name)) as [RunFolder, RunFolder];
  const flat = ({ info }: RunFolder): Record<string, unknown> => ({
    study: info.study,
    seed: info.seed,
    engine: info.engine,
    quick: info.quick,
    ...info.params,
  });
  const [first, second] = [flat(a), flat(b)];
  const parameters = [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .map((name) => ({ name, a: first[name], b: second[name] }))
    .filter((row) => JSON.stringify(row.a) !== JSON.stringify(row.b));
  const metrics = differences(numbers(a), numbers(b));
  output.result({ a: a.path, b: b.path, parameters, metrics });
  output.print(`A: ${a.path}\nB: ${b.path}\n`);
  const text = (value: unknown) => JSON.stringify(value) ?? '';
  if (parameters.length === 0) output.print('the same parameters');
  else
    for (const line of layout(
      ['parameter', 'A', 'B'],
      parameters.map((row) => [row.name, text(row.a), text(row.b)]),
    ))
      output.print(line);
  output.print('');
  const cells = metrics.map((row) => [
    row.name,
    row.a?.toFixed(3) ?? '',
    row.b?.toFixed(3) ?? '',
    row.difference?.toFixed(3) ?? '',
  ]);
  for (const line of layout(['result', 'A', 'B', 'B - A'], cells, [false, true, true, true])) output.print(line);
}

function numbers(run: RunFolder): Map<string, number> {
  const tables = run.status === 'FINISHED' ? run.results.filter((event) => event.type === 'table') : [];
  return new Map(tables.flatMap((table) => cellsOf(table)));
}

const cellsOf = ({ columns, rows }: TableEvent): [string, number][] =>
  rows.flatMap((row) =>
    columns.slice(1).flatMap(({ key, title }): [string, number][] => {
      const value = numberOf(row[key]);
      return Number.isNaN(value) ? [] : [[`${showValue(row[columns[0]!.key])}, ${title}`, value]];
    }),
  );

const differences = (a: Map<string, number>, b: Map<string, number>) =>
  [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const [first, second] = [a.get(name), b.get(name)];
    return {
      name,
      a: first,
      b: second,
      difference: first === undefined || second === undefined ? undefined : second - first,
    };
  });
