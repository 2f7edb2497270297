import { DataError } from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';
import { type ParabolaFit, fitParabola } from './parabola.js';

/** Runs for approach 2: some sizes at each of some budgets. */
export interface IsoFlopRuns {
  /** FLOP: rows with the same number belong together. */
  readonly C: ArrayLike<number>;
  readonly N: ArrayLike<number>;
  readonly loss: ArrayLike<number>;
}

/** A budget and its best size. */
export interface IsoFlopBudget {
  readonly C: number;
  readonly N: number;
  /** `C / (6 N)`. */
  readonly D: number;
  /** The parabola's loss at its vertex. */
  readonly loss: number;
}

/** What approach 2 gives. */
export interface IsoFlopFit {
  /** By rising budget. */
  readonly budgets: readonly IsoFlopBudget[];
  /** Budgets without an answer, and why. */
  readonly dropped: readonly { readonly C: number; readonly reason: string }[];
  /** `ln N = lnPrefactorN + a ln C` and `ln D = lnPrefactorD + b ln C`, by least squares. */
  readonly a: number;
  readonly lnPrefactorN: number;
  readonly b: number;
  readonly lnPrefactorD: number;
}

/**
 * Approach 2 of Chinchilla: at each compute budget a parabola of loss against ln N, whose vertex is the best size; then the powers of
 * compute with which best size and tokens (D = C / (6 N)) grow.
 *
 * A budget whose parabola opens downward, or has its vertex outside the sizes tried, is left out and reported.
 *
 * @throws DataError for fewer than three sizes at a budget, and when fewer than two budgets have an answer
 *
 * Hoffmann et al. 2022, arXiv:2203.15556, section 3.2.
 *
 * @example
 * const law = chinchilla();
 * const sizes = [0.25, 0.5, 1, 2, 4];
 * const budgets = [1e18, 1e19, 1e20];
 * const C = budgets.flatMap((budget) => sizes.map(() => budget));
 * const N = budgets.flatMap((budget) => sizes.map((size) => size * allocate(law.published.epoch!, budget).N));
 * const D = C.map((budget, i) => budget / (6 * N[i]!));
 * const { a } = isoFlop({ C, N, loss: law.predict(law.published.epoch!, { N, D }) });
 * console.log(a.toFixed(3)); // 0.513
 */
export function isoFlop({ C, N, loss }: IsoFlopRuns): IsoFlopFit {
  const budgets: IsoFlopBudget[] = [];
  const dropped: { C: number; reason: string }[] = [];
  for (const budget of Float64Array.from(new Set(C as number[])).sort()) {
    const rows = Array.from(C, (_, i) => i).filter((i) => C[i] === budget);
    const sizes = rows.map((i) => checked('N', N[i]!, i));
    if (new Set(sizes).size < 3) {
      throw new DataError(`isoFlop: each budget needs three sizes, got ${new Set(sizes).size} at C = ${budget}`);
    }
    const parabola = fitParabola(
      sizes.map(Math.log),
      rows.map((i) => checked('loss', loss[i]!, i)),
    );
    const reason = faultOf(parabola);
    const best = Math.exp(parabola.vertex);
    if (reason) dropped.push({ C: budget, reason });
    else budgets.push({ C: budget, N: best, D: budget / (6 * best), loss: parabola.minimum });
  }
  return { budgets, dropped, ...exponents(budgets, dropped) };
}

function checked(name: string, value: number, row: number): number {
  if (value > 0 && value < Infinity) return value;
  throw new DataError(`isoFlop: ${name} must be greater than 0, got ${value} in row ${row + 1}`);
}

function faultOf({ curvature, isInside }: ParabolaFit): string | undefined {
  if (!(curvature > 0)) return 'the parabola opens downward';
  return isInside ? undefined : 'the vertex lies outside the sizes tried';
}

function exponents(budgets: readonly IsoFlopBudget[], dropped: readonly { C: number; reason: string }[]) {
  if (budgets.length < 2) {
    const why = dropped.map(({ C, reason }) => `; at C = ${C} ${reason}`).join('');
    throw new DataError(`isoFlop: two budgets at least must have a best size, got ${budgets.length}${why}`);
  }
  const lnC = budgets.map(({ C }) => Math.log(C));
  const size = fitLine(
    lnC,
    budgets.map(({ N }) => Math.log(N)),
  );
  const data = fitLine(
    lnC,
    budgets.map(({ D }) => Math.log(D)),
  );
  return { a: size.slope, lnPrefactorN: size.intercept, b: data.slope, lnPrefactorD: data.intercept };
}
