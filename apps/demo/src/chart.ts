/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  readonly yMin?: number;
  readonly yMax?: number;
  readonly xMax?: number;
  /** A shape at every point; default true. */
  readonly markers?: boolean;
}

const WIDTH = 480;
const HEIGHT = 300;
const LEFT = 52;
const BOTTOM = 44;
const TOP = 12;
const RIGHT = 14;

/** Okabe and Ito's colours, apart for colour-blind eyes, darkened for contrast; each line has a dash and a shape of its own as well. */
export const COLOURS = ['#0062a3', '#b34700', '#007a5a', '#9c3d78'];
const DASHES = ['', '7 4', '2 3', '9 3 2 3'];
const SHAPES = ['M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0', 'M0,-5L5,4L-5,4Z', 'M-4,-4H4V4H-4Z', 'M0,-5L5,0L0,5L-5,0Z'];

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const short = (value: number) => String(Number(value.toPrecision(3)));

/** Draws a chart as SVG text, with a legend by colour, dash and shape. */
export function chartSvg({ title, x, y, series, yMin, yMax, xMax, markers = true }: Chart): string {
  const all = series.flatMap(({ points }) => points).filter((point) => Number.isFinite(point.y));
  const xs = ticks(Math.min(0, ...all.map((point) => point.x)), xMax ?? Math.max(1e-9, ...all.map((point) => point.x)));
  const ys = ticks(
    yMin ?? Math.min(0, ...all.map((point) => point.y)),
    yMax ?? Math.max(1e-9, ...all.map((point) => point.y)),
  );
  const [x0, x1] = [xs[0]!, xs.at(-1)!];
  const [y0, y1] = [ys[0]!, ys.at(-1)!];
  const px = (value: number) => LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (value: number) => HEIGHT - BOTTOM - ((Math.min(value, y1) - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
  const grid = ys.map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(value)}" y2="${py(value)}"/><text x="${LEFT - 6}" y="${py(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const scale = xs.map(
    (value) => `<text x="${px(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(value)}</text>`,
  );
  const lines = series.map(({ points }, i) => {
    const shown = points.filter((point) => Number.isFinite(point.y) && point.y <= y1 * 1.0001);
    const path = shown
      .map((point, k) => `${k === 0 ? 'M' : 'L'}${px(point.x).toFixed(1)},${py(point.y).toFixed(1)}`)
      .join('');
    const every = Math.ceil(shown.length / 12);
    const shapes = markers
      ? shown
          .filter((_, k) => k % every === 0)
          .map(
            (point) =>
              `<path d="${SHAPES[i % 4]}" transform="translate(${px(point.x).toFixed(1)},${py(point.y).toFixed(1)})"/>`,
          )
      : [];
    return `<g class="s${i % 4}"><path d="${path}" fill="none" stroke-width="2" stroke-dasharray="${DASHES[i % 4]}" stroke="currentColor"/><g fill="currentColor">${shapes.join('')}</g></g>`;
  });
  const legend = series.map(
    ({ name }, i) =>
      `<g class="s${i % 4}" transform="translate(${LEFT + 10 + i * ((WIDTH - LEFT) / Math.max(2, series.length))},${HEIGHT + 12})"><line x1="0" x2="22" y1="0" y2="0" stroke="currentColor" stroke-width="2" stroke-dasharray="${DASHES[i % 4]}"/>${markers ? `<path fill="currentColor" d="${SHAPES[i % 4]}" transform="translate(11,0)"/>` : ''}<text x="28" y="4">${escape(name)}</text></g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT + 28}" role="img" aria-label="${escape(`${title}: ${summary({ title, x, y, series })}`)}"><style>.chart text{font:12px system-ui,sans-serif;fill:currentColor}.chart .grid{stroke:currentColor;stroke-opacity:.18}${COLOURS.map((colour, i) => `.s${i}{color:var(--series-${i},${colour})}.s${i} text{fill:var(--ink,#1b1f24)}`).join('')}</style>${grid.join('')}${scale.join('')}<text x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escape(x)}</text><text transform="translate(13,${(HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text>${lines.join('')}${legend.join('')}</svg>`;
}

/** A chart in a sentence: where each line ends. */
export function summary({ series, x }: Pick<Chart, 'title' | 'x' | 'y' | 'series'>): string {
  const parts = series.flatMap(({ name, points }) =>
    points.length === 0 ? [] : [`${name} ${short(points.at(-1)!.y)} at ${x} ${short(points.at(-1)!.x)}`],
  );
  return parts.length === 0 ? 'nothing measured yet' : parts.join('; ');
}

/** A chart's numbers as rows: x, then a column per line. */
export function rowsOf({ x, series }: Chart): (string | number)[][] {
  const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const at = (line: Series, value: number) => line.points.find((point) => point.x === value)?.y ?? '';
  return [
    [x, ...series.map(({ name }) => name)],
    ...xs.map((value) => [value, ...series.map((line) => at(line, value))]),
  ];
}

function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999)! * power;
  const first = Math.floor(low / size + 1e-9);
  const last = Math.ceil(high / size - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * size);
}
