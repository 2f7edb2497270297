import { type Scale, scale, short } from './scale.js';
import { summary } from './text.js';

/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a line chart shows. */
export interface Chart {
  readonly title: string;
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  readonly xMax?: number;
  readonly yMin?: number;
  /** What lies above is cut off. */
  readonly yMax?: number;
  /** Draws a shape at points and the last value at the end of each line; default true. */
  readonly marks?: boolean;
  /** A value of x to point out: a line across, and a shape where each series meets it. */
  readonly rule?: number;
}

/** How large to draw it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

// Each series has a colour (in the style sheet), a dash and a shape of its own.
const DASHES = ['', '8 4', '2 3', '10 3 2 3'];
const SHAPES = ['M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0', 'M0,-5L5,4L-5,4Z', 'M-4,-4H4V4H-4Z', 'M0,-5L5,0L0,5L-5,0Z'];
const LEFT = 50;
const RIGHT = 44;
const BOTTOM = 42;
const LINE = 18;

/** Draws a chart as SVG text. It takes fonts and colours from the style sheet of the page it is put into. */
export function chartSvg(chart: Chart, { width, height }: Frame): string {
  const top = chart.series.length * LINE + 14;
  const x = scale(0, chart.xMax ?? Math.max(0, ...values(chart, 'x')), [LEFT, width - RIGHT]);
  const [low, high] = [
    chart.yMin ?? Math.min(0, ...values(chart, 'y')),
    chart.yMax ?? Math.max(0, ...values(chart, 'y')),
  ];
  const y = scale(low, high, [height - BOTTOM, top]);
  const parts = [
    ...axes(chart, { width, height, x, y }),
    ...chart.series.flatMap((series, i) => [line(series, i, chart, x, y), legend(series, i)]),
    ...(chart.marks === false ? [] : ends(chart, x, y)),
    ...(chart.rule === undefined ? [] : rule(chart, x, y)),
  ];
  const label = escape(`${chart.title}: ${summary(chart)}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts.join('')}</svg>`;
}

const values = ({ series }: Chart, axis: keyof Point) =>
  series.flatMap(({ points }) => points.map((point) => point[axis]).filter(Number.isFinite));

interface Axes extends Frame {
  readonly x: Scale;
  readonly y: Scale;
}

function axes(chart: Chart, { width, height, x, y }: Axes): string[] {
  const [low, high] = [y.at(y.ticks[0]!), y.at(y.ticks.at(-1)!)];
  const rows = y.ticks.map((tick) => {
    const at = place(y.at(tick));
    return `<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${at}" y2="${at}"/>${text(LEFT - 8, y.at(tick) + 4, short(tick), 'end')}`;
  });
  const columns = x.ticks.map((tick) => text(x.at(tick), height - BOTTOM + 17, short(tick), 'middle'));
  return [
    ...rows,
    ...columns,
    text((LEFT + width - RIGHT) / 2, height - 5, chart.x, 'middle'),
    `<text class="faint" transform="translate(12,${place((low + high) / 2)}) rotate(-90)" text-anchor="middle">${escape(chart.y)}</text>`,
  ];
}

function line({ points }: Series, i: number, { marks = true }: Chart, x: Scale, y: Scale): string {
  const top = y.ticks.at(-1)! * 1.0001;
  const shown = points.filter((point) => Number.isFinite(point.y) && point.y <= top);
  const path = shown
    .map((point, k) => `${k === 0 ? 'M' : 'L'}${place(x.at(point.x))},${place(y.at(point.y))}`)
    .join('');
  const every = Math.ceil(shown.length / 12);
  const shapes = marks
    ? shown.filter((_, k) => k % every === 0).map((point) => shape(i, x.at(point.x), y.at(point.y)))
    : [];
  return `<g class="s${i}"><path class="line" d="${path}" stroke-dasharray="${DASHES[i]}"/>${shapes.join('')}</g>`;
}

function legend({ name }: Series, i: number): string {
  const y = 10 + i * LINE;
  return `<g class="s${i}"><path class="line" d="M${LEFT},${y}h30" stroke-dasharray="${DASHES[i]}"/>${shape(i, LEFT + 15, y)}</g>${text(LEFT + 38, y + 4, name, 'start', 'name')}`;
}

/** The last value of each line, beside its end; two that would overlap are moved apart. */
function ends({ series }: Chart, x: Scale, y: Scale): string[] {
  const last = series.flatMap(({ points }, i) => (points.length > 0 ? [{ i, ...points.at(-1)! }] : []));
  const placed = last.map((end) => ({ ...end, at: y.at(end.y) })).sort((a, b) => a.at - b.at);
  placed.forEach((end, k) => k > 0 && (end.at = Math.max(end.at, placed[k - 1]!.at + 14)));
  return placed.map(({ i, x: value, y: number, at }) =>
    text(x.at(value) + 8, at + 4, short(number), 'start', `end s${i}`),
  );
}

function rule({ series, rule: value = 0 }: Chart, x: Scale, y: Scale): string[] {
  const at = place(x.at(value));
  const crossings = series.flatMap(({ points }, i) => {
    const point = points.find((candidate) => Math.abs(candidate.x - value) < 1e-9);
    return point ? [`<g class="s${i}">${shape(i, x.at(value), y.at(point.y))}</g>`] : [];
  });
  return [
    `<line class="rule" x1="${at}" x2="${at}" y1="${y.at(y.ticks[0]!)}" y2="${y.at(y.ticks.at(-1)!)}"/>`,
    ...crossings,
  ];
}

const shape = (i: number, x: number, y: number) =>
  `<path class="shape" d="${SHAPES[i]}" transform="translate(${place(x)},${place(y)})"/>`;

const text = (x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', style = 'faint') =>
  `<text class="${style}" x="${place(x)}" y="${place(y)}" text-anchor="${anchor}">${escape(content)}</text>`;

const place = (pixels: number) => String(Number(pixels.toFixed(1)));

const escape = (content: string) =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
