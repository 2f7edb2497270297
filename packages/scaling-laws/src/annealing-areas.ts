import { DomainError } from '@surprisal/core';

/** How the areas of a schedule are computed. */
export interface AnnealingOptions {
  /** Decay of the annealing momentum per step, in [0, 1]; default 0.999. */
  readonly lambda?: number;
  /** Steps of warm-up at the beginning of the rates; default 0. */
  readonly warmupSteps?: number;
  /**
   * How they count: `peak` (default, the authors' convention) as if the rate were that at the end of the warm-up, `raw` as
   * they are, `skip` not at all. Constants fitted under one convention mean nothing under another.
   */
  readonly warmup?: WarmupConvention;
}

/** How warm-up steps enter the areas of a schedule. */
export type WarmupConvention = 'peak' | 'raw' | 'skip';

/** The areas of a schedule at every step, `[T + 1]` each, in the unit of its rates. */
export interface AnnealingAreas {
  /** `m_i`: how fast the rate has been falling of late; negative where it rises. */
  readonly momentum: Float64Array;
  /** Forward area: the sum of rates so far, the first and the current one included. */
  readonly S1: Float64Array;
  /** Annealing area: the sum of momenta so far. */
  readonly S2: Float64Array;
}

/**
 * The forward area and the annealing area of learning rates `eta_0 .. eta_T`:
 * `S1(s) = Σ_{i<=s} eta_i`, `m_0 = 0`, `m_i = lambda m_{i-1} + eta_{i-1} - eta_i`, `S2(s) = Σ_{i<=s} m_i`.
 *
 * Both are linear in the rates; S2 does not change when all rates move together.
 *
 * @param rates one per step, finite and >= 0: of a schedule, or any array
 * @throws DomainError for no rates, rates below 0 or not finite, lambda outside [0, 1], more warm-up steps than rates
 *
 * Tissue, Wang, Wang: Scaling Law with Learning Rate Annealing, 2024, arXiv:2408.11029. Step 0 counts, as in the authors'
 * script.
 *
 * @example
 * const { S1, S2 } = annealingAreas([1, 1, 0.5, 0.5], { lambda: 0.5 });
 * console.log(S1.join(' '), '|', S2.join(' ')); // 1 2 2.5 3 | 0 0 0.5 0.75
 */
export function annealingAreas(
  rates: ArrayLike<number>,
  { lambda = 0.999, warmupSteps = 0, warmup = 'peak' }: AnnealingOptions = {},
): AnnealingAreas {
  checkAreas(rates, lambda, warmupSteps);
  const begin = warmup === 'skip' ? warmupSteps : 0;
  const rate = (i: number) => rates[warmup === 'peak' && i < warmupSteps ? warmupSteps : i]!;
  const [momentum, S1, S2] = [0, 1, 2].map(() => new Float64Array(rates.length)) as Triple;
  let [m, area, annealed] = [0, 0, 0];
  for (let i = begin; i < rates.length; i++) {
    m = i === begin ? 0 : lambda * m + (rate(i - 1) - rate(i));
    momentum[i] = m;
    S1[i] = area += rate(i);
    S2[i] = annealed += m;
  }
  return { momentum, S1, S2 };
}

type Triple = [Float64Array, Float64Array, Float64Array];

function checkAreas(rates: ArrayLike<number>, lambda: number, warmupSteps: number): void {
  if (rates.length === 0) throw new DomainError('annealingAreas: rates must hold at least one, got none');
  for (let i = 0; i < rates.length; i++) {
    if (rates[i]! >= 0 && rates[i]! < Infinity) continue;
    throw new DomainError(`annealingAreas: rates must be finite and at least 0, got ${rates[i]} at step ${i}`);
  }
  if (!(lambda >= 0 && lambda <= 1)) throw new DomainError(`annealingAreas: lambda must be in [0, 1], got ${lambda}`);
  if (!(Number.isSafeInteger(warmupSteps) && warmupSteps >= 0 && warmupSteps < rates.length)) {
    throw new DomainError(
      `annealingAreas: warmupSteps must be a whole number from 0 to ${rates.length - 1}, got ${warmupSteps}`,
    );
  }
}
