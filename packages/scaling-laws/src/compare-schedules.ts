import { DomainError } from '@surprisal/core';
import type { AnnealingOptions } from './annealing-areas.js';
import type { AnnealingConstants } from './lr-annealing.js';
import { predictCurve } from './predict-curve.js';
import { type DecayShape, warmupStableDecay } from './schedules.js';

/** A schedule in a ranking. */
export interface RankedSchedule {
  readonly name: string;
  /** Predicted at its last step, nats per token. */
  readonly finalLoss: number;
  /** Whether the loss is not positive, or the last rate is 0: there the law is too good to be true. */
  readonly doubtful: boolean;
}

/**
 * Ranks schedules by the loss that the annealing law predicts at their last step, the lowest first.
 *
 * Compare schedules of one peak and one length that end above 0: multiplying all rates, or adding a tail of zeros, always lowers
 * the law's loss and seldom a model's. Those it flatters are marked as doubtful.
 *
 * @param schedules rates by name, in the unit of those that the constants were fitted to
 * @param options lambda and warm-up as in the fit
 * @throws DomainError for a schedule without a rate above 0
 *
 * Tissue, Wang, Wang 2024, arXiv:2408.11029.
 *
 * @example
 * const span = { total: 20_000, peak: 2e-4, min: 2e-5 };
 * const constants = { L0: 2.6, A: 0.5, C: 0.4, alpha: 0.5 };
 * const ranking = compareSchedules(constants, { cosine: cosine()(span), wsd: warmupStableDecay()(span) });
 * console.log(ranking.map(({ name }) => name).join(' < ')); // wsd < cosine
 */
export function compareSchedules(
  constants: AnnealingConstants,
  schedules: Readonly<Record<string, ArrayLike<number>>>,
  options: AnnealingOptions = {},
): RankedSchedule[] {
  return Object.entries(schedules)
    .map(([name, rates]) => ({ name, ...finalOf(constants, rates, options) }))
    .sort((a, b) => a.finalLoss - b.finalLoss);
}

function finalOf(constants: AnnealingConstants, rates: ArrayLike<number>, options: AnnealingOptions) {
  const last = rates.length - 1;
  const finalLoss = predictCurve(constants, rates, { ...options, steps: [last] }).loss[0]!;
  return { finalLoss, doubtful: !(finalLoss > 0) || rates[last] === 0 };
}

/** The run whose decay is planned. */
export interface AnnealPlan {
  readonly total: number;
  readonly peak: number;
  /** The last rate, > 0: the law cannot be trusted with rates of 0. */
  readonly min: number;
  /** Steps of linear warm-up, default 0. */
  readonly warmup?: number;
  /** How the rate falls, default linear. */
  readonly shape?: DecayShape;
  /** Shares of all steps to try, in (0, 1]; default 0.02, 0.04, ... as far as the warm-up leaves room. */
  readonly fractions?: readonly number[];
}

/** How long a warmup-stable-decay schedule should decay. */
export interface AnnealFraction {
  /** Share of all steps that decays. */
  readonly fraction: number;
  readonly finalLoss: number;
  /** All that were tried, in order of their fractions: a curve to look at, for it is flat about its minimum. */
  readonly scan: readonly { readonly fraction: number; readonly finalLoss: number }[];
  /** Whether the best is the shortest or the longest decay tried, so that the scan did not bracket it. */
  readonly atEdge: boolean;
}

/**
 * The share of a run over which a warmup-stable-decay schedule should decay, by the loss that the annealing law predicts at its end.
 *
 * Only the length is free. Peak and last rate are given and the last is above 0, for the law always prefers higher peaks and tails of
 * zeros.
 *
 * @param options lambda and warm-up convention as in the fit; warm-up steps are the plan's
 * @throws DomainError when min is not > 0, or no fraction is to be tried; as {@link warmupStableDecay} for the rest
 *
 * Tissue, Wang, Wang 2024, arXiv:2408.11029.
 *
 * @example
 * const constants = { L0: 2.6, A: 0.5, C: 0.4, alpha: 0.5 };
 * const best = bestAnnealFraction(constants, { total: 20_000, peak: 2e-4, min: 2e-5 });
 * console.log(best.fraction > 0.05 && best.fraction < 0.6, best.atEdge); // true false
 */
export function bestAnnealFraction(
  constants: AnnealingConstants,
  { total, peak, min, warmup = 0, shape = 'linear', fractions }: AnnealPlan,
  options: Omit<AnnealingOptions, 'warmupSteps'> = {},
): AnnealFraction {
  if (!(min > 0)) {
    throw new DomainError(
      `bestAnnealFraction: min must be greater than 0, got ${min}; the law cannot be trusted with rates of 0`,
    );
  }
  const room = 1 - warmup / total;
  const tried = fractions ?? Array.from({ length: 50 }, (_, i) => (i + 1) / 50).filter((fraction) => fraction <= room);
  if (tried.length === 0) throw new DomainError('bestAnnealFraction: fractions must not be empty');
  const finalLoss = (decay: number) => {
    const rates = warmupStableDecay({ decay, shape })({ total, peak, min, warmup });
    return finalOf(constants, rates, { ...options, warmupSteps: warmup }).finalLoss;
  };
  const scan = tried.toSorted((a, b) => a - b).map((fraction) => ({ fraction, finalLoss: finalLoss(fraction) }));
  const best = scan.reduce((least, point) => (point.finalLoss < least.finalLoss ? point : least));
  return { ...best, scan, atEdge: best === scan[0] || best === scan.at(-1) };
}
