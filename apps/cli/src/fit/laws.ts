import type { Registry } from '@surprisal/core';
import type { Table } from '@surprisal/data/tables';
import { type ColumnMap, type ScalingLaw, matchColumns } from '@surprisal/scaling-laws';
import { UsageError, exitCodes } from '../exit.js';
import type { Output } from '../output.js';
import { layout } from '../terminal/table.js';

/** A law that is installed, with how a table's columns would serve it, or why they do not. */
interface Candidate {
  readonly name: string;
  readonly formula: string;
  readonly law: ScalingLaw;
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
    return { name, formula, law, ...match(law, table, overrides) };
  });
  const fitting = candidates.filter(({ columns }) => columns !== undefined);
  output.result({
    table: { name: table.name, rows: table.length, columns: Object.keys(table.columns) },
    laws: candidates.map(({ law: { inputs, output: out }, ...candidate }) => ({ ...candidate, inputs, output: out })),
  });
  if (fitting.length === 0) {
    const wanted = candidates.map(
      ({ name, law }) => `${name} ${[...law.inputs, law.output].map((one) => one.name).join(', ')}`,
    );
    throw new UsageError(
      `${table.name}: no law fits the columns ${Object.keys(table.columns).join(', ')}; laws read ${wanted.join('; ')}: say which is which by --columns`,
    );
  }
  output.print(`${table.name}: ${table.length} rows, columns ${Object.keys(table.columns).join(', ')}\n`);
  const rows = fitting.map(({ name, formula, columns }) => [name, formula, showColumns(columns!)]);
  for (const line of layout(['law', 'formula', 'columns'], rows)) output.print(line);
  output.note(`\nfit one:  surprisal fit ${table.name} --law ${fitting[0]!.name}`);
  return exitCodes.ok;
}

function match(law: ScalingLaw, table: Table, overrides?: ColumnMap): Pick<Candidate, 'columns' | 'problem'> {
  try {
    return { columns: matchColumns(law, Object.keys(table.columns), overrides) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** `N, loss = val_loss`: the law's columns, with the table's where it has another name. */
export const showColumns = (columns: ColumnMap): string =>
  Object.entries(columns)
    .map(([name, column]) => (name === column ? name : `${name} = ${column}`))
    .join(', ');
