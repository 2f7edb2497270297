import { DataError } from '@surprisal/core';
import { readCsv } from './tables-csv.js';
import type { Column, TableFormat } from './tables-columns.js';
import { isColumn, readJson, readJsonLines } from './tables-json.js';
import { readParquet } from './tables-parquet.js';
import { decodeText } from './tables-text.js';

export { type Column, type TableFormat, numberColumn } from './tables-columns.js';

/** A table from a file: columns of equal length, by name, in the file's order. */
export interface Table {
  /** A column of numbers is a Float64Array, with NaN where a cell is empty; any other column is text, with '' there. */
  readonly columns: Readonly<Record<string, Column>>;
  /** The number of rows. */
  readonly length: number;
  readonly format: TableFormat;
  /** What errors call the table: the file's name. */
  readonly name: string;
  /** What a JSON file says beside its columns: units, description, source. */
  readonly about: Readonly<Record<string, unknown>>;
}

export interface ReadTableOptions {
  /** Default: what the name's ending says, else what the content looks like. */
  readonly format?: TableFormat;
  /** What errors call the table, and where its ending tells the format: `'runs.csv'`. Default `'table'`. */
  readonly name?: string;
}

/** What a format's reader gives. */
export interface TableContent {
  readonly columns: Readonly<Record<string, Column>>;
  readonly about?: Readonly<Record<string, unknown>>;
}

const endings: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

/**
 * Reads a table of runs, or any other, from the content of a file. The same in Node and in a page: it takes bytes or text, not paths.
 *
 * - `csv`: values separated by commas, semicolons, tabs or bars; the first line names the columns.
 * - `json`: a list of rows `[{"N": 1}, ...]`; columns `{"N": [1, ...]}`, alone or among other facts when `"columns": ["N"]` names them; what
 *   pandas writes by `to_json`, also with `orient="split"`.
 * - `jsonl`: a row per line. Inner objects become columns with a dot: `config.lr`.
 * - `parquet`: of any compression.
 *
 * A column is one of numbers when each of its cells is a number or empty; {@link numberColumn} says which cell is not.
 *
 * @throws DataError that names file, row, column, value and mend: for no rows, rows of unequal length, a column name that is there twice,
 * lists of unequal length, what is not of the format, and a file that was cut off
 *
 * @example
 * const { columns, length } = await readTable('N,D,loss\n7e10,1.4e12,1.94\n1e9,2e10,2.58\n', { name: 'runs.csv' });
 * console.log(length, columns.loss); // 2 Float64Array(2) [ 1.94, 2.58 ]
 */
export async function readTable(
  content: Uint8Array | ArrayBuffer | string,
  { format, name = 'table' }: ReadTableOptions = {},
): Promise<Table> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  if (bytes.length === 0) throw new DataError(`${name}: the file is empty; expected a table with named columns`);
  const chosen = format ?? formatOf(bytes, name);
  const { columns, about = {} } = chosen === 'parquet' ? await readParquet(bytes, name) : readText(bytes, chosen, name);
  const length = Object.values(columns)[0]?.length ?? 0;
  if (length === 0)
    throw new DataError(`${name}: the table has no rows; expected at least one below the names of the columns`);
  return { columns, length, format: chosen, name, about };
}

function readText(bytes: Uint8Array, format: Exclude<TableFormat, 'parquet'>, name: string): TableContent {
  const text = decodeText(bytes, name, 'a Parquet file');
  if (text.trim() === '') throw new DataError(`${name}: the file is empty; expected a table with named columns`);
  return { csv: readCsv, json: readJson, jsonl: readJsonLines }[format](text, name);
}

/** The magic bytes of Parquet decide, then the ending of the name, then the first character. */
function formatOf(bytes: Uint8Array, name: string): TableFormat {
  if (String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1') return 'parquet';
  const ending = endings[name.split('.').at(-1)!.toLowerCase()];
  if (ending !== undefined) return ending;
  const text = new TextDecoder().decode(bytes).trimStart();
  if (text.startsWith('[') || holdsColumns(text)) return 'json';
  return text.startsWith('{') ? 'jsonl' : 'csv';
}

/** Whether it is a JSON object of columns; one that holds none may be a line that stands alone. */
function holdsColumns(text: string): boolean {
  try {
    return Object.values(JSON.parse(text) as object).some(isColumn);
  } catch {
    return false;
  }
}
