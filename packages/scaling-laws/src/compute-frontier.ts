import { fitLine } from '@surprisal/core/numerics';
import { type PowerTrendFit, type PowerTrendOptions, fitPowerTrend, touchFromBelow } from './fit-power-trend.js';
import type { SizeTrend } from './optimal-size.js';
import { type HullAxes, checkColumn, lowerConvexHull, paretoFrontier } from './pareto-frontier.js';
import type { PowerTrend } from './power-trend.js';

/** How a frontier is found and fitted. */
export interface ComputeFrontierOptions extends PowerTrendOptions {
  /** Default `lnC-lnL`; the paper does not say. */
  readonly axes?: HullAxes;
  /** Leave the corners of the smallest and of the largest model out of the fits: they bend the trend of sizes. Default false. */
  readonly trimEnds?: boolean;
}

/** The best losses that compute buys, and the sizes that reach them. */
export interface ComputeFrontier {
  /** Indices of the points that none beats, by ascending compute. */
  readonly pareto: readonly number[];
  /** Those of the corners of their lower convex hull. */
  readonly hull: readonly number[];
  /** `ln N = logPrefactor + beta ln C` by least squares over corners, and the same as (C / C0)^beta; null for fewer than three. */
  readonly sizes: (SizeTrend & { readonly logPrefactor: number; readonly r2: number }) | null;
  /** The trend of the loss over corners; null for fewer than four. */
  readonly loss: PowerTrendFit | null;
  /** The same, lowered until it lies below all points and touches one; null when the trend is, or cannot be lowered so. */
  readonly touching: PowerTrend | null;
  readonly warnings: readonly string[];
}

/**
 * The frontier of loss versus compute over the points of all learning curves, the size that is best for a budget, and the trend of
 * the loss along it.
 *
 * @param points compute, loss and size of all points of all curves, pooled in any order; > 0
 * @throws ShapeError when the columns differ in length; DomainError for values that are not > 0
 *
 * Henighan et al. 2020, arXiv:2010.14701, section 2.
 *
 * @example
 * const [C, N] = [[1, 10, 100, 1000], [10, 100, 1000, 10_000]];
 * const { sizes, hull } = computeFrontier({ C, N, L: C.map((c) => 1 + c ** -0.2) });
 * console.log(sizes!.beta.toFixed(3), hull); // 1.000 [ 0, 1, 2, 3 ]
 */
export function computeFrontier(
  points: { readonly C: ArrayLike<number>; readonly L: ArrayLike<number>; readonly N: ArrayLike<number> },
  { axes = 'lnC-lnL', trimEnds = false, ...fitOptions }: ComputeFrontierOptions = {},
): ComputeFrontier {
  const { C, L, N } = points;
  checkColumn('computeFrontier', 'N', N, C.length);
  const pareto = paretoFrontier(points);
  const hull = lowerConvexHull(points, pareto, axes);
  const corners = trimEnds ? withoutEnds(hull, N) : hull;
  const at = (column: ArrayLike<number>, indices: readonly number[]) => indices.map((i) => column[i]!);
  const sizes = corners.length < 3 ? null : fitSizes(at(C, corners), at(N, corners));
  const loss = corners.length < 4 ? null : fitPowerTrend(at(C, corners), at(L, corners), fitOptions);
  return {
    pareto,
    hull,
    sizes,
    loss,
    touching: loss && touchFromBelow(loss.trend, at(C, pareto), at(L, pareto)),
    warnings: [
      ...(sizes ? [] : [`The frontier has ${corners.length} corners: three are needed for a trend of sizes.`]),
      ...(loss
        ? loss.warnings
        : [`The frontier has ${corners.length} corners: four are needed for a trend of the loss.`]),
    ],
  };
}

function withoutEnds(hull: readonly number[], N: ArrayLike<number>): number[] {
  const sizes = hull.map((i) => N[i]!);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  return hull.filter((i) => N[i] !== smallest && N[i] !== largest);
}

function fitSizes(C: readonly number[], N: readonly number[]) {
  const { intercept, slope, r2 } = fitLine(C.map(Math.log), N.map(Math.log));
  return { C0: Math.exp(-intercept / slope), beta: slope, logPrefactor: intercept, r2 };
}
