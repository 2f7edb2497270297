/** Where a minimiser ended, and what it took to get there. */
export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** How often the objective was computed. */
  readonly evaluations: number;
  /** Whether a tolerance ended it, rather than the number of iterations or a line that could not be followed. */
  readonly converged: boolean;
}

/** Bounds of each variable; absent, or infinite, where there are none. */
export interface Bounds {
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
}

/** Moves a point into its bounds, in place. */
export function clampInto(x: Float64Array, { lower, upper }: Bounds): void {
  for (let i = 0; i < x.length; i++) {
    if (lower && x[i]! < lower[i]!) x[i] = lower[i]!;
    if (upper && x[i]! > upper[i]!) x[i] = upper[i]!;
  }
}
