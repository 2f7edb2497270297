import { DataError } from '@surprisal/core';
import { type Cell, columnOf } from './tables-columns.js';
import type { TableContent } from './tables.js';

type Facts = Readonly<Record<string, unknown>>;

const isFacts = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object per line, each a row. */
export function readJsonLines(text: string, name: string): TableContent {
  const lines = text.split(/\r?\n/);
  const rows = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const row = parse(line, `${name}: line ${i + 1}`);
    if (isFacts(row)) return [row];
    throw new DataError(`${name}: line ${i + 1} must be a JSON object, got ${line.slice(0, 40)}; write a row per line`);
  });
  return { columns: columnsOfRows(rows) };
}

/** One JSON value: rows, columns, columns among other facts, or what pandas writes. */
export function readJson(text: string, name: string): TableContent {
  const value = parse(text, name);
  if (Array.isArray(value)) return { columns: columnsOfRows(rowsOf(value, name)) };
  if (!isFacts(value)) throw shapeless(name, 'one value');
  const { columns, data } = value;
  if (isNames(columns) && Array.isArray(data)) return { columns: columnsOfRows(namedRows(columns, data, name)) };
  const named = isNames(columns) ? columns : Object.keys(value).filter((key) => isColumn(value[key]));
  if (named.length === 0)
    throw shapeless(name, `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing'}`);
  const about = Object.fromEntries(Object.entries(value).filter(([key]) => !named.includes(key) && key !== 'columns'));
  return { columns: equalColumns(value, named, name), about };
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError(
      `${place} must be JSON: ${(error as Error).message.split('\n')[0]}; write it anew, or cut it to whole rows`,
    );
  }
}

const shapeless = (name: string, got: string) =>
  new DataError(`${name}: must hold rows [{"N": 1, ...}, ...] or columns {"N": [1, ...], ...}, got ${got}`);

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

/** A list, or what pandas writes for a column: cells by their index. */
export const isColumn = (value: unknown): boolean =>
  Array.isArray(value) || (isFacts(value) && '0' in value && Object.keys(value).every((key) => /^\d+$/.test(key)));

function rowsOf(rows: readonly unknown[], name: string): Facts[] {
  return rows.map((row, r) => {
    if (isFacts(row)) return row;
    throw new DataError(
      `${name}: row ${r + 1} must be an object {"N": 1, ...}, got ${JSON.stringify(row)?.slice(0, 40)}`,
    );
  });
}

function namedRows(names: readonly string[], rows: readonly unknown[], name: string): Facts[] {
  return rows.map((row, r) => {
    if (Array.isArray(row) && row.length === names.length)
      return Object.fromEntries(names.map((key, c) => [key, row[c] as unknown]));
    throw new DataError(`${name}: row ${r + 1} of data must be a list of ${names.length} cells, one per column`);
  });
}

function equalColumns(facts: Facts, names: readonly string[], name: string): TableContent['columns'] {
  const lists = names.map((key): readonly Cell[] => {
    const column = facts[key];
    if (!isColumn(column)) throw new DataError(`${name}: column ${key} must be a list, got ${typeof column}`);
    return Object.values(column as Facts);
  });
  const odd = lists.findIndex((list) => list.length !== lists[0]!.length);
  if (odd > 0)
    throw new DataError(
      `${name}: columns must be of equal length, got ${lists[0]!.length} of ${names[0]} and ${lists[odd]!.length} of ${names[odd]}`,
    );
  return Object.fromEntries(names.map((key, c) => [key, columnOf(lists[c]!)]));
}

/** Rows as columns: all keys, in order of first appearance; a cell is empty where a row lacks the key. */
export function columnsOfRows(rows: readonly Facts[]): TableContent['columns'] {
  const flat = rows.map((row) => flatten(row));
  const names = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((key) => [key, columnOf(flat.map((row) => row[key]))]));
}

const flatten = (row: Facts, prefix = ''): Facts =>
  Object.assign(
    {},
    ...Object.entries(row).map(([key, value]) =>
      isFacts(value) && !(value instanceof Date) ? flatten(value, `${prefix}${key}.`) : { [prefix + key]: value },
    ),
  ) as Facts;
