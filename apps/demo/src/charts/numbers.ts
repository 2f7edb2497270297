import type { Chart, Point, Series } from './chart.js';

const threeDigits = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  useGrouping: false,
});

/**
 * A chart in a sentence: where its lines end, or are at the value that is pointed out.
 *
 * @param name what a line is called, by default as in the legend
 */
export function summary(
  { series, x, rule, text }: Pick<Chart, 'series' | 'x' | 'rule' | 'text'>,
  name = nameOf,
): string {
  if (text !== undefined) return text;
  const at = rule ?? Math.max(...series.map(({ points }) => points.at(-1)?.x ?? 0));
  const parts = series.flatMap((line) => {
    const point = line.points.findLast((candidate) => candidate.x <= at + 1e-9);
    return point ? [`${name(line)} ${threeDigits.format(point.y || 0)}`] : [];
  });
  return parts.length === 0 ? 'nothing measured yet' : `${parts.join(', ')} at ${x.name} ${Number(at.toPrecision(3))}`;
}

const nameOf = ({ key, name = key }: Series): string => name;

/** A chart's numbers as rows: x, then a column per series; the first row names them. Where a series has several points at an x, there are as many rows. */
export function rowsOf({ x, series }: Pick<Chart, 'series' | 'x'>): Cell[][] {
  const columns = series.map(({ points }) => byX(points));
  const xs = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  const rowsAt = (value: number) => {
    const cells = columns.map((column) => column.get(value) ?? []);
    const count = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: count }, (_, i) => [value, ...cells.map((points) => points[i]?.y ?? '')]);
  };
  return [[x.name, ...series.map(nameOf)], ...xs.flatMap(rowsAt)];
}

function byX(points: readonly Point[]): Map<number, Point[]> {
  const groups = new Map<number, Point[]>();
  for (const point of points) groups.set(point.x, [...(groups.get(point.x) ?? []), point]);
  return groups;
}

export type Cell = string | number;

/** Rows as CSV (RFC 4180). */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
