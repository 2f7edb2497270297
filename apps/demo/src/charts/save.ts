import { el } from '../dom.js';
import { type Cell, csvOf } from './numbers.js';

/** Has the browser save a text or an address of data as a file. */
export function save(name: string, content: string, type?: string): void {
  const href = type ? URL.createObjectURL(new Blob([content], { type })) : content;
  el('a', { href, download: name }).click();
  if (type) setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Has the browser save rows as CSV, under a name without an ending. */
export const saveCsv = (name: string, rows: readonly (readonly Cell[])[]): void =>
  save(`${name}.csv`, csvOf(rows), 'text/csv');
