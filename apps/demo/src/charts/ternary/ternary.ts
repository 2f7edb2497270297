/** A function of the probabilities of three classes, and what it pulls them to. */
export interface Ternary {
  readonly title: string;
  /** Of the three classes: at the top, on the left, on the right. */
  readonly corners: readonly [string, string, string];
  /** What is drawn in colour. */
  readonly name: string;
  /** The values at {@link gridOf} as many divisions, in its order. */
  readonly divisions: number;
  readonly values: ArrayLike<number>;
  readonly arrows: readonly Arrow[];
  /** A point to point out. */
  readonly mark?: Barycentric;
  /** Which colour of the style sheet. */
  readonly colour: 'series-0' | 'series-1';
}

export interface Arrow {
  readonly at: Barycentric;
  /** A direction: it sums to 0. */
  readonly along: Barycentric;
}

/** Of the corners at the top, on the left and on the right. */
export type Barycentric = readonly [number, number, number];

/** The points of a triangular grid, row by row from the top. */
export const gridOf = (divisions: number): Barycentric[] =>
  stepsOf(divisions).map((steps) => steps.map((step) => step / divisions) as unknown as Barycentric);

/** How many steps each point is from the three sides. */
function stepsOf(divisions: number): Barycentric[] {
  const points: Barycentric[] = [];
  for (let row = 0; row <= divisions; row++) for (let k = 0; k <= row; k++) points.push([divisions - row, row - k, k]);
  return points;
}

/** The middles of the upright triangles between the points of such a grid. */
export const middlesOf = (divisions: number): Barycentric[] =>
  stepsOf(divisions - 1).map((steps) => steps.map((step) => (step + 1 / 3) / divisions) as unknown as Barycentric);

/** The corners of all triangles between the points of a grid, by index. */
export function trianglesOf(divisions: number): [number, number, number][] {
  const triangles: [number, number, number][] = [];
  for (let row = 0; row < divisions; row++) {
    const [start, below] = [(row * (row + 1)) / 2, ((row + 1) * (row + 2)) / 2];
    for (let k = 0; k <= row; k++) {
      triangles.push([start + k, below + k, below + k + 1]);
      if (k < row) triangles.push([start + k, below + k + 1, start + k + 1]);
    }
  }
  return triangles;
}

/**
 * Where contours are drawn: each colour covers about as much of the triangle as any other, whatever the values are.
 *
 * @returns increasing; none where all values are alike
 */
export function levelsOf(values: ArrayLike<number>, colours = 9): number[] {
  const sorted = Float64Array.from(values).sort();
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  if (most - least < 1e-6 * Math.max(1, Math.abs(most))) return [];
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const levels = Array.from({ length: colours - 1 }, (_, i) => Number(quantile((i + 1) / colours).toPrecision(2)));
  return [...new Set(levels)].filter((level) => level > least && level < most);
}
