import { type AnnealingOptions, annealingAreas } from './annealing-areas.js';
import { checkStep } from './annealing-curves.js';
import type { AnnealingConstants } from './lr-annealing.js';

/** A predicted loss curve. */
export interface CurvePrediction {
  readonly steps: Int32Array;
  /** Nats per token, one per step. */
  readonly loss: Float64Array;
  /** How many of the losses are not greater than 0: the law is unbounded below, and not to be believed long before. */
  readonly notPositive: number;
}

/**
 * The loss at the steps of a schedule, `L0 + A S1^-alpha - C S2`, returned as it comes, below 0 too.
 *
 * Beware of tails of zero rates: the law goes on falling there until S2 saturates, which no training does.
 *
 * @param rates one per step, of a schedule or any array, in the unit of those that the constants were fitted to
 * @param options lambda and warm-up as in the fit; `steps`: indices into the rates, default all after the warm-up from the first
 * rate above 0 on
 * @throws DomainError for a step outside of the rates, or one before the first rate above 0
 *
 * Tissue, Wang, Wang 2024, arXiv:2408.11029.
 *
 * @example
 * const rates = cosine()({ total: 200, peak: 0.02, min: 0.002 });
 * const constants = { L0: 2.628, A: 0.43, C: 0.41, alpha: 0.55 };
 * console.log(predictCurve(constants, rates, { lambda: 0.99, steps: [100, 200] }).loss.join(' ').slice(0, 7)); // 2.84339
 */
export function predictCurve(
  constants: AnnealingConstants,
  rates: ArrayLike<number>,
  { steps, ...options }: AnnealingOptions & { readonly steps?: ArrayLike<number> } = {},
): CurvePrediction {
  const { S1, S2 } = annealingAreas(rates, options);
  const chosen = steps ? Int32Array.from(steps) : stepsAfter(options.warmupSteps ?? 0, S1);
  const loss = Float64Array.from(chosen, (step) => {
    checkStep('predictCurve', step, S1);
    return annealedLoss(constants, S1[step]!, S2[step]!);
  });
  return { steps: chosen, loss, notPositive: loss.reduce((count, value) => count + (value > 0 ? 0 : 1), 0) };
}

/** The law itself, for a forward area > 0. */
export const annealedLoss = ({ L0, A, C, alpha }: AnnealingConstants, S1: number, S2: number): number =>
  L0 + A * S1 ** -alpha - C * S2;

function stepsAfter(warmup: number, S1: Float64Array): Int32Array {
  const positive = S1.findIndex((area) => area > 0);
  const first = Math.max(warmup, positive < 0 ? S1.length : positive);
  return Int32Array.from({ length: S1.length - first }, (_, i) => first + i);
}
