/** What a chart shows: lines, and points that belong to no line. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Values of y to point out: a line across, with its name. */
  readonly levels?: readonly Level[];
  /** Draws a shape at some points of a line, and the last value at its end; default true. */
  readonly marks?: boolean;
  /** A value of x to point out: a line up, and the value of each series there. */
  readonly rule?: number;
  /** What is to be seen, in a sentence; default: where the lines end. */
  readonly text?: string;
}

export interface Axis {
  readonly name: string;
  /** Default 0. A logarithmic axis needs one above. */
  readonly min?: number;
  /** What lies above is cut off; default: as far as the points go. */
  readonly max?: number;
  /** Logarithmic; with ticks at powers of 2 where that is said. */
  readonly log?: boolean | 2;
}

/** A line of a chart, or a cloud of points. */
export interface Series {
  /** Short; stands at the end of the line. */
  readonly key: string;
  /** In the legend and in texts; default: the key. */
  readonly name?: string;
  readonly points: readonly Point[];
  /** Points that are not joined. */
  readonly scattered?: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Level {
  readonly y: number;
  readonly name: string;
  /** The name stands below: nothing else is there. */
  readonly below?: boolean;
}

/**
 * Where an axis begins and ends.
 *
 * @returns numbers that a scale can be made of, whatever the points are
 */
export function extentOf(chart: Chart, axis: 'x' | 'y'): { readonly min: number; readonly max: number } {
  const { log = false, min = log ? 1 : 0, max } = chart[axis];
  const values = chart.series.flatMap(({ points }) => points.map((point) => point[axis]));
  const levels = axis === 'y' ? (chart.levels ?? []).map(({ y }) => y) : [];
  const highest = [...values, ...levels].reduce(
    (high, value) => (Number.isFinite(value) ? Math.max(high, value) : high),
    min,
  );
  return { min, max: max ?? (highest > min ? highest : log ? 10 * min : min + 1) };
}
