import type { ClaimEvent, Column, Estimate, TableEvent } from '@surprisal/core';
import type { Output } from '../output.js';
import { decimalsOf, numberOf, showValue } from '../run/format.js';

/** Text in aligned columns; numbers to the right. */
export function layout(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[] = [],
): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

type Row = TableEvent['rows'][number];

/** The row with the best value of a column that has a better direction; undefined when all are alike. */
export function bestRow({ key, better }: Column, rows: readonly Row[]): number | undefined {
  const values = rows.map((row) => numberOf(row[key]));
  if (!better || rows.length < 2 || values.every((value) => value === values[0])) return undefined;
  return values.indexOf((better === 'higher' ? Math.max : Math.min)(...values.filter((value) => !Number.isNaN(value))));
}

/** A table of results: arrows for the better direction, a sign beside the best. */
export function printTable(output: Output, { name, columns, rows }: TableEvent): void {
  const [up, down, star] = output.ascii ? [' (up)', ' (down)', '*'] : [' ↑', ' ↓', '★'];
  const head = columns.map(({ title, better }) => title + (better === 'higher' ? up : better === 'lower' ? down : ''));
  const decimals = columns.map(({ key }) => decimalsOf(rows.map((row) => row[key])));
  const cells = rows.map((row, r) =>
    columns.map(
      (column, c) =>
        showCell(row[column.key], decimals[c]!, output.ascii) +
        (bestRow(column, rows) === r ? ` ${star}` : column.better ? '  ' : ''),
    ),
  );
  const right = columns.map(({ key }) => rows.every((row) => typeof row[key] !== 'string'));
  output.print(`\n${output.colors.bold(name)}`);
  for (const line of layout(head, cells, right)) output.print(line);
}

const showCell = (value: number | string | Estimate | undefined, decimals: number, ascii: boolean) => {
  const text = showValue(value, decimals);
  return ascii ? text.replace('±', '+-') : text;
};

/** The claims: verdict by word and sign, the paper's figure beside the measured one. */
export function printClaims(output: Output, claims: readonly ClaimEvent[]): void {
  if (claims.length === 0) return;
  const { green, red, bold, dim } = output.colors;
  output.print(`\n${bold('claims')}`);
  for (const { holds, says, paper, measured, note } of claims) {
    const [yes, no] = output.ascii ? ['[holds]', '[does not hold]'] : ['✓ holds', '✗ does not hold'];
    output.print(`${holds ? green(yes) : red(no)}: ${says}`);
    output.print(
      `    paper: ${showValue(paper)}; measured: ${showCell(measured, decimalsOf([measured]), output.ascii)}`,
    );
    if (note) output.print(dim(`    ${note}`));
  }
}
