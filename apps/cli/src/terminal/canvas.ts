/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve, marked by its symbol; `faint` points are drawn behind all curves. */
export interface Curve {
  readonly symbol: string;
  readonly points: readonly Point[];
  /** Whether its points stand alone: neither joined nor marked. */
  readonly scattered?: boolean;
  readonly faint?: readonly Point[];
  /** Colours the curve's cells. */
  readonly paint?: (text: string) => string;
}

export interface CanvasOptions {
  /** In characters, axis included. */
  readonly width: number;
  readonly height: number;
  readonly ascii: boolean;
  readonly dim?: (text: string) => string;
}

const MARGIN = 10;
/** The bits of the eight dots of a braille character, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

interface Cell {
  dots: number;
  symbol?: string;
  paint?: ((text: string) => string) | undefined;
}

/**
 * Draws curves with axes as lines of text: braille dots, or `.` in ASCII, with the symbol of each curve along it.
 */
export function drawCurves(curves: readonly Curve[], { width, height, ascii, dim }: CanvasOptions): string[] {
  const points = curves.flatMap((curve) => [...curve.points, ...(curve.faint ?? [])]);
  const columns = width - MARGIN;
  const x = scale(extent(points.map((point) => point.x)), 2 * columns - 1);
  const [low, high] = extent(points.map((point) => point.y));
  const y = scale([low, high], 4 * height - 1);
  const cells = Array.from({ length: height }, () => Array.from({ length: columns }, (): Cell => ({ dots: 0 })));
  const dot = (column: number, level: number, paint?: (text: string) => string) => {
    const row = 4 * height - 1 - Math.round(level);
    const cell = cells[row >> 2]![Math.round(column) >> 1]!;
    cell.dots |= DOTS[row & 3]![Math.round(column) & 1]!;
    cell.paint = paint;
  };
  for (const { faint = [] } of curves) for (const point of faint) dot(x.at(point.x), y.at(point.y), dim);
  for (const { points, paint, scattered } of curves) {
    const place = (p: Point) => [x.at(p.x), y.at(p.y)] as const;
    const draw = (column: number, level: number) => dot(column, level, paint);
    if (scattered) for (const point of points) draw(...place(point));
    else trace(points, place, draw);
  }
  curves.forEach(({ points, symbol, paint, scattered }, i) => {
    for (const point of scattered ? [] : marks(points, i)) {
      const cell = cells[height - 1 - (Math.round(y.at(point.y)) >> 2)]![Math.round(x.at(point.x)) >> 1]!;
      Object.assign(cell, { symbol, paint });
    }
  });
  return frame(
    cells.map((row) => row.map((cell) => show(cell, ascii)).join('')),
    { ascii, columns, x, low, high },
  );
}

/** All points between the points of a curve. */
function trace(
  points: readonly Point[],
  place: (point: Point) => readonly [number, number],
  dot: (column: number, level: number) => void,
): void {
  points.forEach((point, i) => {
    const [toColumn, toLevel] = place(point);
    const [column, level] = place(points[Math.max(0, i - 1)]!);
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toColumn - column), Math.abs(toLevel - level))));
    for (let s = 1; s <= steps; s++)
      dot(column + ((toColumn - column) * s) / steps, level + ((toLevel - level) * s) / steps);
  });
}

const MARKS = 8;

/** The points that carry the symbol: all of a few; else some, at other places for each curve, so that none hides another. */
function marks(points: readonly Point[], curve: number): readonly Point[] {
  if (points.length <= MARKS) return points;
  const every = Math.ceil(points.length / MARKS);
  return points.filter((_, i) => i % every === (curve * 3) % every || i === points.length - 1);
}

function show({ dots, symbol, paint = (text) => text }: Cell, ascii: boolean): string {
  if (symbol !== undefined) return paint(symbol);
  if (dots === 0) return ' ';
  return paint(ascii ? '.' : String.fromCodePoint(0x2800 + dots));
}

interface Frame {
  readonly ascii: boolean;
  readonly columns: number;
  readonly x: Scale;
  readonly low: number;
  readonly high: number;
}

function frame(rows: readonly string[], { ascii, columns, x, low, high }: Frame): string[] {
  const [wall, corner, floor] = ascii ? ['|', '+', '-'] : ['┤', '└', '─'];
  const last = rows.length - 1;
  const lines = rows.map((row, r) => {
    const label = r % 4 === 0 || r === last ? label4(high - ((high - low) * r) / last) : '';
    return `${label.padStart(MARGIN - 2)}${wall} ${row.trimEnd()}`.trimEnd();
  });
  const [left, right] = [label4(x.from), label4(x.to)];
  const line = `${' '.repeat(MARGIN - 2)}${corner}${floor.repeat(columns + 1)}`;
  return [...lines, line, ' '.repeat(MARGIN) + left.padEnd(columns - right.length) + right];
}

interface Scale {
  readonly from: number;
  readonly to: number;
  at(value: number): number;
}

const scale = ([from, to]: readonly [number, number], steps: number): Scale => ({
  from,
  to,
  at: (value) => ((value - from) / (to - from)) * steps,
});

function extent(values: readonly number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
}

const label4 = (value: number) => String(Number(value.toPrecision(4)));
