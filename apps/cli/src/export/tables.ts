import type { TableEvent } from '@surprisal/core';
import { decimalsOf, showValue } from '../run/format.js';
import { toCsv } from '../run/plots.js';

const cells = ({ columns, rows }: TableEvent) =>
  rows.map((row) => columns.map(({ key }) => showValue(row[key], decimalsOf(rows.map((other) => other[key])))));
const titles = ({ columns }: TableEvent) => columns.map(({ title }) => title);

/** A table as CSV; an estimate takes three columns. */
export const csv = (table: TableEvent) =>
  toCsv(
    table.rows.map((row) =>
      Object.fromEntries(
        table.columns.flatMap(({ key, title }): [string, unknown][] => {
          const value = row[key];
          if (typeof value !== 'object') return [[title, value]];
          return [
            [title, value.mean],
            [`${title} s.e.`, value.standardError],
            [`${title} n`, value.n],
          ];
        }),
      ),
    ),
  );

/** A table as Markdown. */
export function markdown(table: TableEvent): string {
  const row = (values: readonly string[]) => `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return row(titles(table)) + row(titles(table).map(() => '---')) + cells(table).map(row).join('');
}

/** A table as a LaTeX tabular. */
export function latex(table: TableEvent): string {
  const escape = (text: string) => text.replace(/[%&_#$]/g, '\\$&').replace('±', '$\\pm$');
  const row = (values: readonly string[]) => `${values.map(escape).join(' & ')} \\\\\n`;
  return `\\begin{tabular}{l${'r'.repeat(table.columns.length - 1)}}\n\\hline\n${row(titles(table))}\\hline\n${cells(table).map(row).join('')}\\hline\n\\end{tabular}\n`;
}
