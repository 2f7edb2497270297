import { DomainError, ShapeError } from '@surprisal/core';
import { type AnnealingOptions, annealingAreas } from './annealing-areas.js';

/** A measured loss curve and the learning rates it was trained with. */
export interface LossCurve {
  /** For messages and for the bootstrap's blocks; default "curve 0", "curve 1", ... */
  readonly name?: string;
  /** The rate of every step, of a schedule or any array. */
  readonly rates: ArrayLike<number>;
  /** The steps at which the loss was measured: indices into the rates. */
  readonly steps: ArrayLike<number>;
  /** Nats per token, > 0, one per step measured. */
  readonly loss: ArrayLike<number>;
}

/** Loss curves as rows of a table: what the annealing law is fitted to. */
export interface AnnealingRuns {
  readonly S1: Float64Array;
  readonly S2: Float64Array;
  readonly loss: Float64Array;
  /** The curve of each row. Rows of a curve are not independent: a bootstrap draws whole curves or blocks of them. */
  readonly curve: readonly string[];
  readonly step: Int32Array;
}

/**
 * Turns loss curves into rows of areas and losses. Steps within the warm-up are left out.
 *
 * @param options lambda, and how the warm-up counts: for all curves
 * @throws ShapeError when a curve has not one loss per step; DomainError for a step outside of the rates or with S1 = 0, for a loss
 * that is not > 0, and when no row is left
 *
 * @example
 * const curve = { rates: constant()({ total: 100, peak: 0.1 }), steps: [10, 100], loss: [3.2, 3] };
 * const { S1, S2 } = annealingRuns([curve]);
 * console.log(S1[0]!.toFixed(1), S2[1]); // 1.1 0
 */
export function annealingRuns(curves: readonly LossCurve[], options: AnnealingOptions = {}): AnnealingRuns {
  const rows = curves.flatMap((curve, i) => rowsOf(curve, curve.name ?? `curve ${i}`, options));
  if (rows.length === 0) throw new DomainError('annealingRuns: at least one measured step after the warm-up is needed, got none'); // prettier-ignore
  const column = (name: 'S1' | 'S2' | 'loss') => Float64Array.from(rows, (row) => row[name]);
  return {
    S1: column('S1'),
    S2: column('S2'),
    loss: column('loss'),
    curve: rows.map(({ curve }) => curve),
    step: Int32Array.from(rows, ({ step }) => step),
  };
}

function rowsOf({ rates, steps, loss }: LossCurve, curve: string, options: AnnealingOptions) {
  const owner = `annealingRuns: ${curve}`;
  if (steps.length !== loss.length) {
    throw new ShapeError(`${owner}: loss must hold one value per step, ${steps.length}, got ${loss.length}`);
  }
  const { S1, S2 } = annealingAreas(rates, options);
  return Array.from(steps, (step, i) => ({ curve, step, loss: loss[i]!, S1: S1[step]!, S2: S2[step]! })).filter(
    (row) => {
      if (row.step < (options.warmupSteps ?? 0) && row.step >= 0) return false;
      checkStep(owner, row.step, S1);
      if (row.loss > 0 && row.loss < Infinity) return true;
      throw new DomainError(`${owner}: loss must be greater than 0, got ${row.loss} at step ${row.step}`);
    },
  );
}

/**
 * Labels for a block bootstrap of loss curves: neighbouring points of one curve share one. Noise along a curve is correlated, so that
 * resampling single points makes intervals too narrow.
 *
 * @param length points per block, a whole number >= 1; default 10
 * @throws DomainError for another length
 *
 * Künsch: The Jackknife and the Bootstrap for General Stationary Observations, 1989.
 *
 * @example
 * console.log(curveBlocks({ curve: ['a', 'a', 'a', 'b'] }, 2)); // [ 'a 0', 'a 0', 'a 1', 'b 0' ]
 */
export function curveBlocks({ curve }: Pick<AnnealingRuns, 'curve'>, length = 10): string[] {
  if (!(Number.isSafeInteger(length) && length >= 1)) {
    throw new DomainError(`curveBlocks: length must be a whole number, at least 1, got ${length}`);
  }
  const seen = new Map<string, number>();
  return curve.map((name) => {
    const place = seen.get(name) ?? 0;
    seen.set(name, place + 1);
    return `${name} ${Math.floor(place / length)}`;
  });
}

/** Refuses a step outside of a schedule, and one at which no rate has been above 0, where the law is infinite. */
export function checkStep(owner: string, step: number, S1: ArrayLike<number>): void {
  if (!(Number.isSafeInteger(step) && step >= 0 && step < S1.length)) {
    throw new DomainError(`${owner}: steps must be whole numbers from 0 to ${S1.length - 1}, got ${step}`);
  }
  if (S1[step]! > 0) return;
  throw new DomainError(`${owner}: no rate has been above 0 at step ${step}, where the law is infinite; begin later`);
}
