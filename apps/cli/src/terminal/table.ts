import type { ClaimEvent, TableEvent } from '@surprisal/core';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Output } from '../output.js';
import { bestRow, decimalsOf, showColumn, showValue } from '../run/format.js';
import { terminalWidth } from './width.js';

/** The least width that a column of text is wrapped to. */
const NARROW = 24;

/** Text in aligned columns; numbers to the right. On a terminal the widest column of text is wrapped to fit. */
export function layout(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[] = [],
  available = (terminalWidth(process.stdout) ?? Infinity) - 2,
): string[] {
  const widths = head.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i]!)].map((cell) => stringWidth(cell))),
  );
  const excess = widths.reduce((sum, width) => sum + width + 2, -2) - available;
  const widest = widths.indexOf(Math.max(...widths.filter((_, i) => !right[i])));
  if (excess > 0 && widths[widest]! > NARROW) widths[widest] = Math.max(NARROW, widths[widest]! - excess);
  const lines = (cells: readonly string[]) => {
    const wrapped = cells.map((cell, i) => (i === widest ? wrapAnsi(cell, widths[i]!) : cell).split('\n'));
    const count = Math.max(...wrapped.map((parts) => parts.length));
    return Array.from({ length: count }, (_, n) =>
      wrapped
        .map((parts, i) => pad(parts[n] ?? '', widths[i]!, right[i]))
        .join('  ')
        .trimEnd(),
    );
  };
  return [...lines(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.flatMap(lines)];
}

function pad(text: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

/** A table of results: arrows for the better direction, a sign beside the best. */
export function printTable(output: Output, { name, columns, rows }: TableEvent): void {
  const [up, down, star] = output.ascii ? [' (up)', ' (down)', '*'] : [' ↑', ' ↓', '★'];
  const head = columns.map(({ title, better }) => title + (better === 'higher' ? up : better === 'lower' ? down : ''));
  const shown = columns.map((column) => {
    const best = bestRow(column, rows);
    const mark = (r: number) => (best === r ? ` ${star}` : column.better ? '  ' : '');
    return showColumn(rows.map((row) => row[column.key])).map((cell, r) => plain(cell, output.ascii) + mark(r));
  });
  const right = columns.map(({ key }) => rows.every((row) => typeof row[key] !== 'string'));
  const cells = rows.map((_, r) => shown.map((column) => column[r]!));
  output.print(`\n${output.colors.bold(name)}`);
  for (const line of layout(head, cells, right)) output.print(line);
}

const plain = (text: string, ascii: boolean) => (ascii ? text.replace('±', '+-') : text);

/** The claims: verdict by word and sign, the paper's figure beside the measured one. */
export function printClaims(output: Output, claims: readonly ClaimEvent[]): void {
  if (claims.length === 0) return;
  const { green, red, bold, dim } = output.colors;
  output.print(`\n${bold('claims')}`);
  for (const { holds, says, paper, measured, note } of claims) {
    const [yes, no] = output.ascii ? ['[holds]', '[does not hold]'] : ['✓ holds', '✗ does not hold'];
    output.print(`${holds ? green(yes) : red(no)}: ${says}`);
    output.print(
      `    paper: ${showValue(paper)}; measured: ${plain(showValue(measured, decimalsOf([measured])), output.ascii)}`,
    );
    if (note) output.print(dim(`    ${note}`));
  }
}
