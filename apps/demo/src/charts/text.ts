import type { Chart, Series } from './chart.js';
import { short } from './scale.js';

/** A chart in a sentence: where each line ends. */
export function summary({ series, x, rule }: Chart): string {
  const parts = series.flatMap(({ name, points }) => {
    const point = rule === undefined ? points.at(-1) : points.find((candidate) => Math.abs(candidate.x - rule) < 1e-9);
    return point ? [`${name} ${short(point.y)} at ${x} ${short(point.x)}`] : [];
  });
  return parts.length === 0 ? 'nothing measured yet' : parts.join('; ');
}

/** A chart's numbers as rows: x, then a column per line; the first row names them. */
export function rowsOf({ x, series }: Pick<Chart, 'x' | 'series'>): (string | number)[][] {
  const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const at = (line: Series, value: number) => line.points.find((point) => point.x === value)?.y ?? '';
  return [
    [x, ...series.map(({ name }) => name)],
    ...xs.map((value) => [value, ...series.map((line) => at(line, value))]),
  ];
}

/** A chart's numbers as CSV (RFC 4180). */
export function csvOf(chart: Pick<Chart, 'x' | 'series'>): string {
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  return rowsOf(chart)
    .map((row) => `${row.map(cell).join(',')}\r\n`)
    .join('');
}

/** A chart as a Vega-Lite specification with its data inline, as the command writes them. */
export function vegaLiteOf({ title, x, y, series }: Chart): Record<string, unknown> {
  const axis = (field: string, name: string) => ({ field, type: 'quantitative', title: name });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 480,
    height: 300,
    data: { values: series.flatMap(({ name, points }) => points.map((point) => ({ series: name, ...point }))) },
    mark: { type: 'line', clip: true },
    encoding: {
      x: axis('x', x),
      y: axis('y', y),
      color: { field: 'series', type: 'nominal', legend: { orient: 'top', title: null, labelLimit: 0 } },
      strokeDash: { field: 'series', type: 'nominal' },
    },
  };
}
