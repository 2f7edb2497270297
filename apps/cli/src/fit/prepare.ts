import type { Registry } from '@surprisal/core';
import { type Table, numberColumn } from '@surprisal/data/tables';
import type { ColumnMap, Runs, ScalingLaw } from '@surprisal/scaling-laws';
import { readMethod } from '../method-text.js';
import { paramsOfSet } from '../parameters.js';
import { matchTable } from './match.js';

/** A law as the command line names it, with its parameters. */
export interface ChosenLaw {
  readonly law: ScalingLaw;
  readonly formula: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Reads `chinchilla:loss=abs-log` and the assignments of `--set`. */
export function chooseLaw(registry: Registry, text: string, set: readonly string[]): ChosenLaw {
  const { method, params: given } = readMethod(registry, 'scaling-law', text);
  const params = { ...given, ...paramsOfSet(method.info, set) };
  return { law: method(params) as ScalingLaw, formula: method.info.formula ?? '', params };
}

/** The columns of a table that a law reads, as numbers. */
export interface PreparedRuns {
  readonly columns: ColumnMap;
  readonly runs: Runs;
  /** How many rows are as one before them. */
  readonly duplicates: number;
}

/** Finds a law's columns and reads them as numbers. */
export function prepareRuns(law: ScalingLaw, table: Table, overrides: ColumnMap): PreparedRuns {
  const columns = matchTable(law, Object.keys(table.columns), overrides);
  const runs = Object.fromEntries(Object.values(columns).map((name) => [name, numberColumn(table, name)]));
  return { columns, runs, duplicates: countDuplicates(Object.values(runs)) };
}

/** How many rows are as one before them. */
export function countDuplicates(columns: readonly ArrayLike<number>[]): number {
  const rows = Array.from(columns[0] ?? [], (_, row) => columns.map((column) => column[row]).join());
  return rows.length - new Set(rows).size;
}
