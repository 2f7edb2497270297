/** What a line chart shows. While it is drawn, points, names and the end of the x axis may change, and nothing else. */
export interface Chart {
  readonly title: string;
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Where the x axis ends; both axes begin at 0. */
  readonly xMax: number;
  /** What lies above is cut off; default: as high as the points go. */
  readonly yMax?: number;
  /** Draws a shape at some points, and the last value at the end of each line; default true. */
  readonly marks?: boolean;
  /** A value of x to point out: a line across, and the value of each series there. */
  readonly rule?: number;
}

/** A line of a chart. */
export interface Series {
  /** Short; stands at the end of the line. */
  readonly key: string;
  /** In the legend and in texts; default: the key. */
  readonly name?: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
