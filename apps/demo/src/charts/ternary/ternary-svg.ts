import { type Barycentric, type Ternary, gridOf, levelsOf, trianglesOf } from './ternary.js';

type Place = readonly [x: number, y: number];
/** A place and the value there. */
type Vertex = readonly [x: number, y: number, value: number];
type Triangle = readonly Vertex[];
type Colour = 'ink' | 'faint' | Ternary['colour'];

const MARGIN = { side: 24, top: 24, bottom: 66 };
const FONT = 12;
/** How strong the strongest colour is: arrows must be seen on it. */
const STRONGEST = 0.62;
/** The height of an equilateral triangle. */
const RISE = Math.sqrt(3) / 2;
/** Of the arrows, those among this share of the longest are cut to one length. */
const CUT = 0.1;

/**
 * A ternary plot: bands of colour between contours, linear between the points of the grid, and arrows.
 *
 * @param width in pixels; the height follows from it
 * @param colour what stands for a colour, as for {@link themeOf}
 */
export function ternarySvg(
  plot: Ternary,
  width: number,
  colour: (name: Colour) => string,
  background = 'none',
): string {
  const side = width - 2 * MARGIN.side;
  const height = side * RISE + MARGIN.top + MARGIN.bottom;
  const place = placing(side);
  const levels = levelsOf(plot.values);
  const fill = colour(plot.colour);
  const triangles = verticesOf(plot, place);
  const contours = levels.map((level) => path(contourOf(triangles, level), colour('faint'), 0.8)).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${round(height)}" viewBox="0 0 ${width} ${round(height)}"`,
    ` font-family="system-ui, sans-serif" font-size="${FONT}">`,
    `<rect width="100%" height="100%" fill="${background}"/>`,
    bandsOf(triangles, levels, fill),
    contours,
    path(`M${[place([1, 0, 0]), place([0, 1, 0]), place([0, 0, 1])].map(at).join('L')}Z`, colour('ink'), 1),
    path(arrowsOf(plot, side, place), colour('ink'), 1.3, 'stroke-linecap="round"'),
    plot.mark ? markOf(place(plot.mark), colour('ink')) : '',
    cornersOf(plot, place, colour('ink')),
    legendOf(levels, { width, top: height - 34, fill, ink: colour('faint'), name: plot.name }),
    '</svg>',
  ].join('');
}

const placing =
  (side: number) =>
  ([top, , right]: Barycentric): Place => [
    MARGIN.side + side * (right + top / 2),
    MARGIN.top + side * RISE * (1 - top),
  ];

const opacity = (band: number, bands: number) => round((STRONGEST * (band + 0.5)) / bands);

function bandsOf(triangles: readonly Triangle[], levels: readonly number[], fill: string): string {
  const ends = [-Infinity, ...levels, Infinity];
  const pieces = Array.from({ length: ends.length - 1 }, () => '');
  for (const triangle of triangles) {
    const [least, most] = [Math.min(...triangle.map(([, , v]) => v)), Math.max(...triangle.map(([, , v]) => v))];
    for (let band = 0; band < pieces.length; band++) {
      const [low, high] = [ends[band]!, ends[band + 1]!];
      if (most < low || least >= high) continue;
      const piece = clipped(clipped(triangle, low, 1), high, -1);
      if (piece.length > 2) pieces[band] += `M${piece.map(at).join('L')}Z`;
    }
  }
  return pieces
    .map((d, band) => `<path d="${d}" fill="${fill}" fill-opacity="${opacity(band, pieces.length)}"/>`)
    .join('');
}

function verticesOf(plot: Ternary, place: (point: Barycentric) => Place): Triangle[] {
  const vertices = gridOf(plot.divisions).map((point, i): Vertex => [...place(point), plot.values[i]!]);
  return trianglesOf(plot.divisions).map((corners) => corners.map((corner) => vertices[corner]!));
}

/** The part of a polygon on one side of a level: above (1) or below (-1). */
function clipped(polygon: readonly Vertex[], level: number, sign: 1 | -1): Vertex[] {
  if (!Number.isFinite(level)) return [...polygon];
  return polygon.flatMap((from, i) => {
    const to = polygon[(i + 1) % polygon.length]!;
    const [inside, next] = [sign * (from[2] - level) >= 0, sign * (to[2] - level) >= 0];
    return [...(inside ? [from] : []), ...(inside !== next ? [between(from, to, level)] : [])];
  });
}

function between(from: Vertex, to: Vertex, level: number): Vertex {
  const share = (level - from[2]) / (to[2] - from[2]);
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), level];
}

function contourOf(triangles: readonly Triangle[], level: number): string {
  let d = '';
  for (const triangle of triangles) {
    const crossings = triangle.flatMap((from, i) => {
      const to = triangle[(i + 1) % 3]!;
      return from[2] >= level !== to[2] >= level ? [between(from, to, level)] : [];
    });
    if (crossings.length === 2) d += `M${crossings.map(at).join('L')}`;
  }
  return d;
}

/** Arrows of the lengths of the directions, the longest as long as the points are apart. */
function arrowsOf({ arrows }: Ternary, side: number, place: (point: Barycentric) => Place): string {
  const [x0, y0] = place([0, 0, 0]);
  const drawn = arrows.map(({ at: from, along }) => {
    const [dx, dy] = [place(along)[0] - x0, place(along)[1] - y0];
    return { from: place(from), dx, dy, length: Math.hypot(dx, dy) };
  });
  const lengths = drawn.map(({ length }) => length).sort((a, b) => a - b);
  const longest = lengths[Math.floor((1 - CUT) * lengths.length)] ?? 0;
  if (!(longest > 1e-9)) return '';
  const apart = side / Math.sqrt(2 * arrows.length);
  return drawn
    .map(({ from, dx, dy, length }) => {
      const scale = (0.85 * apart) / Math.max(longest, length);
      return length < 1e-3 * longest ? '' : arrow(from, dx * scale, dy * scale);
    })
    .join('');
}

function arrow([x, y]: Place, dx: number, dy: number): string {
  const [from, tip]: [Place, Place] = [
    [x - dx / 2, y - dy / 2],
    [x + dx / 2, y + dy / 2],
  ];
  const head = Math.min(0.35, 5 / Math.hypot(dx, dy));
  const barb = (turn: number): Place => [
    tip[0] - head * (dx - turn * 0.6 * dy),
    tip[1] - head * (dy + turn * 0.6 * dx),
  ];
  return `M${at(from)}L${at(tip)}M${at(barb(1))}L${at(tip)}L${at(barb(-1))}`;
}

const markOf = ([x, y]: Place, ink: string) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="8" fill="none" stroke="${ink}" stroke-width="2.5"/>`;

function cornersOf({ corners }: Ternary, place: (point: Barycentric) => Place, ink: string): string {
  const [top, left, right] = [place([1, 0, 0]), place([0, 1, 0]), place([0, 0, 1])];
  const text = ([x, y]: Place, anchor: string, words: string) =>
    `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-weight="600" fill="${ink}">${words}</text>`;
  return [
    text([top[0], top[1] - 9], 'middle', corners[0]),
    text([left[0] - 14, left[1] + 17], 'start', corners[1]),
    text([right[0] + 14, right[1] + 17], 'end', corners[2]),
  ].join('');
}

interface Legend {
  readonly width: number;
  readonly top: number;
  readonly fill: string;
  readonly ink: string;
  readonly name: string;
}

/** The colours in a row, with the levels between them. */
function legendOf(levels: readonly number[], { width, top, fill, ink, name }: Legend): string {
  const left = MARGIN.side - 14;
  const step = (width - 2 * left) / (levels.length + 1);
  const boxes = Array.from(
    { length: levels.length + 1 },
    (_, band) =>
      `<rect x="${round(left + band * step)}" y="${round(top)}" width="${round(step)}" height="10" fill="${fill}" fill-opacity="${opacity(band, levels.length + 1)}"/>`,
  );
  const label = (x: number, words: string) =>
    `<text x="${round(x)}" y="${round(top + 24)}" text-anchor="middle" font-size="11" fill="${ink}">${words}</text>`;
  const labels = levels.map((level, i) => label(left + (i + 1) * step, shortOf(level)));
  const alone = levels.length === 0 ? [label(width / 2, `${name}: the same everywhere`)] : [];
  return [...boxes, ...labels, ...alone].join('');
}

/** Two digits, as short as can be. */
const shortOf = (value: number) =>
  String(value)
    .replace(/^(-?)0\./, '$1.')
    .replace('e+', 'e');
const round = (value: number) => Math.round(100 * value) / 100;
const at = ([x, y]: Place | Vertex) => `${Math.round(10 * x) / 10} ${Math.round(10 * y) / 10}`;
const path = (d: string, stroke: string, width: number, more = '') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" ${more}/>`;
