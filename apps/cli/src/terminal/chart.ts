import type { MetricEvent, PlotEvent } from '@surprisal/core';
import type { Output } from '../output.js';
import { type Curve, type Point, drawCurves } from './canvas.js';
import { smooth } from './smooth.js';
import { terminalWidth } from './width.js';

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly scattered?: boolean;
}

interface Layer {
  readonly mark?: string | { readonly type?: string };
  readonly encoding?: Encoding;
}

interface Encoding {
  readonly x?: { readonly field?: string; readonly title?: string };
  readonly y?: { readonly field?: string; readonly title?: string; readonly datum?: number };
  readonly color?: { readonly field?: string };
}

const SYMBOLS = ['●', '▲', '■', '◆', '✚', '○', '△', '□'];
const ASCII_SYMBOLS = ['*', '+', 'x', 'o', '#', '@', '%', '&'];
const HEIGHT = 12;
/** Curves with more points than this are smoothed, the raw values faint behind them. */
const SMOOTH_FROM = 40;
const SMOOTHING = 0.9;

/** How a chart is drawn. */
export interface ChartOptions {
  /** Whether long curves are smoothed, the raw values faint behind them. Default true. */
  readonly smooth?: boolean;
}

/** Draws the lines of a Vega-Lite specification as text, fitting the width; false when it has none that text can show. */
export function printChart(output: Output, { name, caption, spec }: PlotEvent, options: ChartOptions = {}): boolean {
  const layers = (spec.layer as readonly Layer[] | undefined) ?? [spec as Layer];
  const { mark, encoding: { x, y, color } = {} } = layers[0]!;
  const rows = (spec.data as { values?: readonly Record<string, unknown>[] } | undefined)?.values;
  if (!rows || !x?.field || !y?.field) return false;
  const scattered = (typeof mark === 'object' ? mark.type : mark) === 'point';
  const level = layers.slice(1).find(({ encoding }) => encoding?.y?.datum !== undefined)?.encoding!.y!.datum;
  const groups = Object.entries(groupBy(rows, (row) => (color?.field ? String(row[color.field]) : '')));
  const series = groups.map(([name, members]) => ({ name, points: pointsOf(members, x.field!, y.field!), scattered }));
  return print(output, `${name}: ${caption}`, series, [x.title ?? x.field, y.title ?? y.field], { ...options, level });
}

const CURVES = [
  { key: /^(loss|trainLoss|train_loss)$/, title: 'training loss' },
  { key: /accuracy$/i, title: 'accuracy' },
];

/** Draws the course of loss and accuracy over a run's epochs or steps, the mean over seeds, a curve per label. */
export function printCurves(output: Output, metrics: readonly MetricEvent['values'][]): void {
  for (const { key, title } of CURVES) {
    const y = metrics.flatMap((row) => Object.keys(row)).find((name) => key.test(name));
    const x = ['epoch', 'step'].find((name) => metrics.some((row) => name in row && y! in row));
    if (y === undefined || x === undefined) continue;
    const groups = Object.entries(groupBy(metrics, labelOf));
    const series = groups.map(([name, rows]) => ({ name, points: means(pointsOf(rows, x, y)) }));
    print(output, title, series, [x, y]);
  }
}

const labelOf = ({ label = '', noise }: MetricEvent['values']) =>
  noise === undefined ? String(label) : `${label}, noise ${noise}`;

/** One point per x, with the mean of its values. */
function means(points: readonly Point[]): Point[] {
  const groups = Object.values(groupBy(points, ({ x }) => String(x)));
  return groups
    .map((group) => ({ x: group[0]!.x, y: group.reduce((sum, { y }) => sum + y, 0) / group.length }))
    .sort((a, b) => a.x - b.x);
}

function print(
  output: Output,
  title: string,
  all: readonly Series[],
  [x, y]: readonly [string, string],
  { smooth = true, level }: ChartOptions & { readonly level?: number | undefined } = {},
): boolean {
  const symbols = output.ascii ? ASCII_SYMBOLS : SYMBOLS;
  const series = all.filter(({ points }) => points.length > 0).slice(0, symbols.length); // more could not be told apart
  if (!output.forPeople || series.every(({ points }) => points.length < 2)) return false;
  const { cyan, yellow, magenta, green, blue, red, dim, bold } = output.colors;
  const paints = [cyan, yellow, magenta, green, blue, red];
  const curves = series.map(({ points, scattered = false }, i): Curve => ({
    symbol: symbols[i]!,
    paint: paints[i % paints.length]!,
    scattered,
    ...(!smooth || scattered || points.length < SMOOTH_FROM ? { points } : { points: smoothed(points), faint: points }),
  }));
  const [across, up] = output.ascii ? ['->', '^'] : ['→', '↑'];
  const note = curves.some(({ faint }) => faint) ? `, smoothed by ${SMOOTHING}` : '';
  const left = all.length > series.length ? `   (${all.length - series.length} more in the report)` : '';
  const width = Math.max(30, Math.min(80, terminalWidth(process.stdout) ?? 80));
  output.print(`\n${bold(title)}`);
  const drawn = level === undefined ? curves : [levelLine(level, curves), ...curves];
  for (const line of drawCurves(drawn, { width, height: HEIGHT, ascii: output.ascii, dim })) output.print(line);
  output.print(dim(`          ${x} ${across}  ${y} ${up}${note}`));
  for (const line of legend(series, curves, width)) output.print(`          ${line}`);
  if (left) output.print(left);
  return true;
}

/** A faint line across, at a level. */
function levelLine(level: number, curves: readonly Curve[]): Curve {
  const xs = curves.flatMap(({ points }) => points.map(({ x }) => x));
  const [low, high] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const faint = Array.from({ length: 60 }, (_, i) => ({ x: low + ((high - low) * i) / 59, y: level }));
  return { symbol: '', points: [], faint };
}

/** `● one   ▲ two`, in as many lines as it takes. */
function legend(series: readonly Series[], curves: readonly Curve[], width: number): string[] {
  const lines: { text: string; length: number }[] = [];
  series.forEach(({ name }, i) => {
    if (name === '') return;
    const text = `${curves[i]!.paint!(curves[i]!.symbol)} ${name}`;
    const length = name.length + 5;
    const line = lines.at(-1);
    if (!line || line.length + length > width - 10) lines.push({ text, length });
    else Object.assign(line, { text: `${line.text}   ${text}`, length: line.length + length });
  });
  return lines.map(({ text }) => text);
}

function smoothed(points: readonly Point[]): Point[] {
  const values = smooth(
    points.map(({ y }) => y),
    SMOOTHING,
  );
  return points.map(({ x }, i) => ({ x, y: values[i]! }));
}

const pointsOf = (rows: readonly Readonly<Record<string, unknown>>[], x: string, y: string): Point[] =>
  rows
    .filter((row) => typeof row[x] === 'number' && typeof row[y] === 'number')
    .map((row) => ({ x: row[x] as number, y: row[y] as number }));

/** The items by key, in order of first appearance. (Object.groupBy needs a later Node.) */
function groupBy<T>(items: readonly T[], key: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const item of items) (groups[key(item)] ??= []).push(item);
  return groups;
}
