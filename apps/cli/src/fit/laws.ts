import type { Registry } from '@surprisal/core';
import type { Table } from '@surprisal/data/tables';
import type { ColumnMap, LawColumns, ScalingLaw } from '@surprisal/scaling-laws';
import { UsageError, exitCodes } from '../exit.js';
import type { Output } from '../output.js';
import { layout } from '../terminal/table.js';
import { curveColumns } from './curves.js';
import { CURVE_LAW } from './fit-curves.js';
import { matchTable, showColumns } from './match.js';

/** A law that is installed, with how a table's columns would serve it, or why they do not. */
interface Candidate {
  readonly name: string;
  readonly formula: string;
  /** What it reads of a table. */
  readonly reads: LawColumns;
  readonly columns?: ColumnMap;
  readonly problem?: string;
}

/** Without `--law`: which laws the columns fit, and how each is called. */
export function suggestLaws(
  output: Output,
  registry: Registry,
  table: Table,
  overrides: ColumnMap | undefined,
): number {
  const candidates = registry.methods('scaling-law').map((method): Candidate => {
    const law = method() as ScalingLaw;
    const { name, formula = '' } = method.info;
    const reads = name === CURVE_LAW ? curveColumns(law) : law;
    return { name, formula, reads, ...match(reads, table, overrides) };
  });
  const names = Object.keys(table.columns);
  output.result({
    table: { name: table.name, rows: table.length, columns: names },
    laws: candidates.map(({ reads: { inputs, output: out }, ...candidate }) => ({ ...candidate, inputs, output: out })),
  });
  const fitting = candidates.filter(({ columns }) => columns !== undefined);
  if (fitting.length === 0) {
    const wanted = candidates.map(({ name, reads }) => `${name} ${readsOf(reads)}`);
    throw new UsageError(
      `${table.name}: no law fits the columns ${names.join(', ')}; laws read ${wanted.join('; ')}: say which is which by --columns`,
    );
  }
  output.print(`${table.name}: ${table.length} rows, columns ${names.join(', ')}\n`);
  const rows = fitting.map(({ name, formula, reads, columns }) => [name, formula, showColumns(reads, columns!)]);
  for (const line of layout(['law', 'formula', 'columns'], rows)) output.print(line);
  showOthers(output, candidates);
  const [{ name }] = fitting as [Candidate];
  const schedule = name === CURVE_LAW ? " --schedule 'CURVE=cosine:total=STEPS,peak=RATE'" : '';
  output.note(`\nfit one:  surprisal fit ${table.name} --law ${name}${schedule}`);
  return exitCodes.ok;
}

const readsOf = ({ inputs, output }: LawColumns) => [...inputs, output].map(({ name }) => name).join(', ');

/** Laws that would fit if it were said which column is which. */
function showOthers(output: Output, candidates: readonly Candidate[]): void {
  const others = candidates.filter(({ problem }) => problem?.includes('could both be'));
  if (others.length === 0) return;
  const names = others.map(({ name, reads }) => `${name} (${readsOf(reads)})`);
  output.print(output.colors.dim(`\nwith --columns to say which is which: ${names.join('; ')}`));
}

function match(law: LawColumns, table: Table, overrides?: ColumnMap): Pick<Candidate, 'columns' | 'problem'> {
  try {
    return { columns: matchTable(law, Object.keys(table.columns), overrides) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
