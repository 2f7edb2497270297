import { DataError } from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';
import { fitParabola } from './parabola.js';

/** Losses of a sweep over learning rates at several widths: one row per run. */
export interface LearningRateSweep {
  readonly width: ArrayLike<number>;
  readonly learningRate: ArrayLike<number>;
  readonly loss: ArrayLike<number>;
}

/** How the best learning rate depends on width. */
export interface LearningRateTransfer {
  /** By rising width: the vertex of its parabola. */
  readonly optima: readonly { readonly width: number; readonly log2LearningRate: number }[];
  /** Widths without an optimum, and why. */
  readonly dropped: readonly { readonly width: number; readonly reason: string }[];
  /** `log2 lr = intercept + slope log2 width`. */
  readonly slope: number;
  readonly intercept: number;
  /** The learning rate that the line gives for a width. */
  learningRateAt(width: number): number;
}

/**
 * How the best learning rate moves with width: per width a parabola of loss in log2 of the learning rate, then a line of its vertex on
 * log2 of width. A slope near 0 is what the maximal-update parametrisation promises; near -1 is what Adam's hidden weights show
 * under the standard one.
 *
 * @throws DataError for fewer than three learning rates at a width, and when fewer than two widths have an optimum
 *
 * Yang et al.: Tensor Programs V: Tuning Large Neural Networks via Zero-Shot Hyperparameter Transfer, 2022, arXiv:2203.03466.
 *
 * @example
 * const rates = [-8, -7, -6, -5];
 * const width = [128, 256].flatMap((value) => rates.map(() => value));
 * const learningRate = [...rates, ...rates].map((log2) => 2 ** log2);
 * const loss = [...rates.map((r) => (r + 6) ** 2), ...rates.map((r) => (r + 7) ** 2)];
 * const { slope, learningRateAt } = learningRateTransfer({ width, learningRate, loss });
 * console.log(slope.toFixed(3), Math.log2(learningRateAt(512)).toFixed(3)); // -1.000 -8.000
 */
export function learningRateTransfer({ width, learningRate, loss }: LearningRateSweep): LearningRateTransfer {
  const optima: { width: number; log2LearningRate: number }[] = [];
  const dropped: { width: number; reason: string }[] = [];
  for (const size of Float64Array.from(new Set(width as number[])).sort()) {
    const rows = Array.from(width, (_, i) => i).filter((i) => width[i] === size);
    const rates = rows.map((i) => checked(learningRate[i]!, i));
    if (new Set(rates).size < 3) {
      throw new DataError(
        `learningRateTransfer: each width needs three learning rates, got ${new Set(rates).size} at ${size}`,
      );
    }
    const { vertex, curvature, isInside } = fitParabola(
      rates.map(Math.log2),
      rows.map((i) => loss[i]!),
    );
    if (!(curvature > 0)) dropped.push({ width: size, reason: 'the parabola opens downward' });
    else if (!isInside) dropped.push({ width: size, reason: 'the vertex lies outside the learning rates tried' });
    else optima.push({ width: size, log2LearningRate: vertex });
  }
  if (optima.length < 2) {
    throw new DataError(`learningRateTransfer: two widths at least must have an optimum, got ${optima.length}`);
  }
  const { slope, intercept } = fitLine(
    optima.map((optimum) => Math.log2(optimum.width)),
    optima.map(({ log2LearningRate }) => log2LearningRate),
  );
  return { optima, dropped, slope, intercept, learningRateAt: (size) => 2 ** (intercept + slope * Math.log2(size)) };
}

function checked(rate: number, row: number): number {
  if (rate > 0 && rate < Infinity) return rate;
  throw new DataError(`learningRateTransfer: learning rates must be greater than 0, got ${rate} in row ${row + 1}`);
}
