import { DataError } from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';

/** Loss curves for approach 1: one row per checkpoint; all rows of one N are one run. */
export interface LossCurves {
  readonly N: ArrayLike<number>;
  readonly D: ArrayLike<number>;
  readonly loss: ArrayLike<number>;
}

/** The envelope of runs: which size is best at each budget. */
export interface Envelope {
  /** For each budget, the size with the lowest loss and that loss; NaN where no run reaches. */
  readonly N: Float64Array;
  readonly loss: Float64Array;
  /** `N_opt = prefactor C^a`, by least squares in logarithms over budgets with an answer. */
  readonly a: number;
  readonly lnPrefactor: number;
}

interface Curve {
  readonly N: number;
  readonly lnC: readonly number[];
  readonly loss: readonly number[];
}

/**
 * Approach 1 of Chinchilla: for each compute budget, the model size whose loss curve (interpolated linearly in ln C, C = 6 N D) is
 * lowest there, and the power of compute with which that size grows.
 *
 * @param budgets FLOP
 * @throws DataError when fewer than two budgets have an answer
 *
 * Hoffmann et al. 2022, arXiv:2203.15556, section 3.1.
 *
 * @example
 * const curves = { N: [1e7, 1e7, 1e8, 1e8], D: [1e8, 1e11, 1e8, 1e11], loss: [4, 3, 5, 2.5] };
 * const { N } = envelope(curves, [1e17, 1e19]);
 * console.log(N[0], N[1]); // 10000000 100000000
 */
export function envelope(curves: LossCurves, budgets: ArrayLike<number>): Envelope {
  const runs = curvesOf(curves);
  const best = Array.from(budgets, (budget) => bestAt(runs, Math.log(budget)));
  const answered = best.flatMap(({ N }, i) => (Number.isNaN(N) ? [] : [i]));
  if (answered.length < 2) {
    throw new DataError(
      `envelope: two budgets at least must lie within runs, got ${answered.length} of ${budgets.length}`,
    );
  }
  const line = fitLine(
    answered.map((i) => Math.log(budgets[i]!)),
    answered.map((i) => Math.log(best[i]!.N)),
  );
  return {
    N: Float64Array.from(best, ({ N }) => N),
    loss: Float64Array.from(best, ({ loss }) => loss),
    a: line.slope,
    lnPrefactor: line.intercept,
  };
}

function curvesOf({ N, D, loss }: LossCurves): Curve[] {
  const rows = Array.from(N, (n, i) => ({ n, lnC: Math.log(6 * n * D[i]!), loss: loss[i]! }));
  const bad = rows.findIndex((row) => !Number.isFinite(row.lnC) || !Number.isFinite(row.loss));
  if (bad >= 0) throw new DataError(`envelope: N, D and loss must be positive numbers, got another in row ${bad + 1}`);
  return Array.from(new Set(N as number[]), (n) => {
    const own = rows.filter((row) => row.n === n).sort((a, b) => a.lnC - b.lnC);
    return { N: n, lnC: own.map((row) => row.lnC), loss: own.map((row) => row.loss) };
  });
}

function bestAt(curves: readonly Curve[], lnC: number): { N: number; loss: number } {
  let best = { N: NaN, loss: NaN };
  for (const curve of curves) {
    const loss = interpolate(curve, lnC);
    if (loss < best.loss || (Number.isNaN(best.loss) && !Number.isNaN(loss))) best = { N: curve.N, loss };
  }
  return best;
}

/** NaN outside the run. */
function interpolate({ lnC, loss }: Curve, at: number): number {
  const slack = 1e-12 * Math.abs(at); // a budget at a run's end is in it, whatever the rounding
  if (at < lnC[0]! - slack || at > lnC.at(-1)! + slack) return NaN;
  const next = lnC.findIndex((value) => value >= at);
  if (next <= 0) return loss.at(next)!; // at the first point, or (-1) the last
  const share = (at - lnC[next - 1]!) / (lnC[next]! - lnC[next - 1]!);
  return loss[next - 1]! * (1 - share) + loss[next]! * share;
}
