import { DataError, unknownName } from '@surprisal/core';
import type { Table } from './tables.js';

/** The formats that tables are read from. */
export type TableFormat = 'csv' | 'json' | 'jsonl' | 'parquet';

/** A column of a table: numbers, or text. */
export type Column = Float64Array | readonly string[];

/** A cell as a format gives it: text, a number, or something that is shown as text. */
export type Cell = unknown;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING = /^(|na|n\/a|nan|null|none|-)$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** Cells as numbers when each is a number or empty, as text otherwise. */
export function columnOf(cells: readonly Cell[]): Column {
  const numbers = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const number = numberOf(cells[i]);
    if (number === undefined) return cells.map(textOf);
    numbers[i] = number;
  }
  return numbers.every(Number.isNaN) && cells.some((cell) => typeof cell === 'string' && cell.trim() !== '')
    ? cells.map(textOf)
    : numbers;
}

/** The number that a cell holds: NaN for none, undefined for what is no number. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (cell === null || cell === undefined) return NaN;
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  if (NUMBER.test(text)) return Number(text);
  if (MISSING.test(text)) return NaN;
  const infinite = INFINITE.exec(text);
  return infinite ? Number(`${infinite[1]}Infinity`) : undefined;
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell as string | number | boolean | bigint);
}

/**
 * A column as finite numbers.
 *
 * @throws UnknownNameError with a did-you-mean for a column that there is not; DataError that names the first row whose cell is no finite
 * number, the column, the value and what to write instead
 *
 * @example
 * const runs = await readTable('params,loss\n7B,1.94\n', { name: 'runs.csv' });
 * try {
 *   numberColumn(runs, 'params');
 * } catch (error) {
 *   console.log(error.message); // runs.csv: row 1, column params must be a number, got "7B"; write 7e9
 * }
 */
export function numberColumn({ columns, name }: Pick<Table, 'columns' | 'name'>, column: string): Float64Array {
  if (!Object.hasOwn(columns, column)) throw unknownName(`column of ${name}`, column, Object.keys(columns));
  const cells = columns[column]!;
  if (cells instanceof Float64Array && cells.every(Number.isFinite)) return cells;
  const row = cells instanceof Float64Array ? cells.findIndex((cell) => !Number.isFinite(cell)) : firstText(cells);
  const cell = cells[row]!;
  const place = `${name}: row ${row + 1}, column ${column}`;
  if (typeof cell === 'string' && !MISSING.test(cell.trim()))
    throw new DataError(`${place} must be a number, got "${cell}"; ${mendOf(cell.trim())}`);
  const what = typeof cell === 'number' && !Number.isNaN(cell) ? 'must be finite, got Infinity' : 'has no number';
  throw new DataError(`${place} ${what}; fill it in, or delete the row`);
}

const firstText = (cells: readonly string[]) => {
  const row = cells.findIndex((cell) => numberOf(cell) === undefined);
  return row >= 0 ? row : 0;
};

const POWERS: Readonly<Record<string, number>> = { k: 3, m: 6, b: 9, g: 9, t: 12 };

/** What to write instead of a cell that is almost a number. */
function mendOf(text: string): string {
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return `write ${text.replaceAll(',', '')}, without separators`;
  if (/^[+-]?\d{1,3}([ _']\d{3})+(\.\d+)?$/.test(text))
    return `write ${text.replace(/[ _']/g, '')}, without separators`;
  if (/^[+-]?\d+,\d+$/.test(text)) return `write ${text.replace(',', '.')}, with a point`;
  const [, number, unit] = /^([+-]?[\d.]+(?:e[+-]?\d+)?)\s*([a-z%]+.*)$/i.exec(text) ?? [];
  if (number === undefined || !NUMBER.test(number)) return 'write a number such as 1.5e9, or leave the column out';
  const power = POWERS[unit!.toLowerCase()];
  return power === undefined ? `write ${number}, without a unit` : `write ${number}e${power}`;
}
