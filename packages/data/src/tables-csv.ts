import { DataError } from '@surprisal/core';
import Papa from 'papaparse';
import { columnOf } from './tables-columns.js';
import type { TableContent } from './tables.js';

/** Separated values: the first line names the columns, every other has as many cells. */
export function readCsv(text: string, name: string): TableContent {
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken)
    throw new DataError(
      `${name}: row ${broken.row ?? 0} has a quote that does not end (${broken.code}); close or delete it`,
    );
  const [head, ...rows] = data.map((row) => row.map((cell) => cell.trim()));
  checkHead(head!, name);
  rows.forEach((row, r) => {
    if (row.length !== head!.length)
      throw new DataError(
        `${name}: row ${r + 1} must have ${head!.length} cells, as the header, got ${row.length}; put cells that hold the separator in quotes`,
      );
  });
  return { columns: Object.fromEntries(head!.map((title, c) => [title, columnOf(rows.map((row) => row[c]))])) };
}

function checkHead(head: readonly string[], name: string): void {
  if (head.every((title) => columnOf([title]) instanceof Float64Array))
    throw new DataError(
      `${name}: the first line must name the columns, got ${head.join(', ')}; add a line such as N,D,loss`,
    );
  const empty = head.indexOf('');
  if (empty > 0) throw new DataError(`${name}: column ${empty + 1} has no name; give it one in the first line`);
  const twice = head.find((title, c) => head.indexOf(title) !== c);
  if (twice !== undefined) throw new DataError(`${name}: two columns are named ${twice}; rename one`);
}
