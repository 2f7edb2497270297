import type { PlotEvent } from '@surprisal/core';
import type { Output } from '../output.js';

interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface Encoding {
  readonly x?: { readonly field?: string; readonly title?: string };
  readonly y?: { readonly field?: string; readonly title?: string };
  readonly color?: { readonly field?: string };
}

const SYMBOLS = ['●', '▲', '■', '◆', '✚', '○', '△', '□'];
const ASCII_SYMBOLS = ['*', '+', 'x', 'o', '#', '@', '%', '&'];

/** Draws the lines of a Vega-Lite specification as text, fitting the width; false when it has none that text can show. */
export function printChart(output: Output, { name, caption, spec }: PlotEvent): boolean {
  const layer = (spec.layer as readonly Record<string, unknown>[] | undefined)?.[0] ?? spec;
  const { x, y, color } = (layer.encoding ?? {}) as Encoding;
  const rows = (spec.data as { values?: readonly Record<string, unknown>[] } | undefined)?.values;
  if (!rows || !x?.field || !y?.field) return false;
  const series = seriesOf(rows, x.field, y.field, color?.field);
  if (series.every(({ points }) => points.length < 2)) return false;
  const symbols = output.ascii ? ASCII_SYMBOLS : SYMBOLS;
  const width = Math.max(30, Math.min(80, process.stdout.columns ?? 80));
  output.print(`\n${output.colors.bold(name)}: ${caption}`);
  for (const line of drawLines(series, { width, height: 14, symbols, ascii: output.ascii })) output.print(line);
  output.print(
    `${' '.repeat(9)}${x.title ?? x.field} ${output.ascii ? '->' : '→'}, ${y.title ?? y.field} ${output.ascii ? '^' : '↑'}`,
  );
  output.print(`${' '.repeat(9)}${series.map((line, i) => `${symbols[i % symbols.length]} ${line.name}`).join('   ')}`);
  return true;
}

function seriesOf(rows: readonly Record<string, unknown>[], x: string, y: string, color: string | undefined): Series[] {
  const names = [...new Set(rows.map((row) => (color ? String(row[color]) : '')))];
  return names.map((name) => ({
    name,
    points: rows
      .filter((row) => (color ? String(row[color]) : '') === name)
      .map((row) => ({ x: Number(row[x]), y: Number(row[y]) }))
      .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y)),
  }));
}

/** The chart's lines: an axis of values to the left, one below, a symbol per series with dots between its points. */
export function drawLines(
  series: readonly Series[],
  { width, height, symbols, ascii }: { width: number; height: number; symbols: readonly string[]; ascii: boolean },
): string[] {
  const all = series.flatMap(({ points }) => points);
  const [left, right] = extent(all.map(({ x }) => x));
  const [low, high] = extent(all.map(({ y }) => y));
  const columns = width - 10;
  const grid = Array.from({ length: height }, () => Array<string>(columns).fill(' '));
  const column = (x: number) => Math.round(((x - left) / (right - left)) * (columns - 1));
  const row = (y: number) => Math.round(((high - y) / (high - low)) * (height - 1));
  for (const { points } of series) {
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[i - 1]!, points[i]!];
      for (let c = column(from.x) + 1; c < column(to.x); c++) {
        const share = (c - column(from.x)) / (column(to.x) - column(from.x));
        grid[row(from.y + share * (to.y - from.y))]![c] = ascii ? '.' : '·';
      }
    }
  }
  series.forEach(({ points }, i) =>
    points.forEach(({ x, y }) => (grid[row(y)]![column(x)] = symbols[i % symbols.length]!)),
  );
  const [wall, corner, floor] = ascii ? ['|', '+', '-'] : ['┤', '└', '─'];
  const lines = grid.map((cells, r) => {
    const label = r % 4 === 0 || r === height - 1 ? show(high - ((high - low) * r) / (height - 1)) : '';
    return `${label.padStart(8)}${wall}${cells.join('').trimEnd()}`;
  });
  const scale = show(left).padEnd(columns - show(right).length) + show(right);
  return [...lines, `${' '.repeat(8)}${corner}${floor.repeat(columns)}`, `${' '.repeat(9)}${scale}`];
}

function extent(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
}

const show = (value: number) => String(Number(value.toPrecision(4)));
