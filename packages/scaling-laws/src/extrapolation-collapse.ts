import { DomainError, ShapeError } from '@surprisal/core';
import { type LeastSquaresFit, leastSquares } from '@surprisal/core/numerics';

/** A regression of ln(test loss). */
export interface CollapseRegression {
  /** Intercept, coefficient of ln(training loss), and of ln(size) if it is among the columns. */
  readonly coefficients: Float64Array;
  /** About the mean of ln(test loss). */
  readonly r2: number;
}

/** Whether the loss off the training distribution depends on anything but the training loss. */
export interface ExtrapolationCollapse {
  readonly trainOnly: CollapseRegression;
  readonly withSize: CollapseRegression;
  /** `(SSR0 - SSR1) / (SSR1 / (n - 3))`: what size adds, in units of noise. Small when the losses collapse to one curve. */
  readonly F: number;
}

/**
 * Regresses ln(test loss) on ln(training loss), without and with ln(size). When the claim holds that the test loss is a function of
 * the training loss alone, size adds nothing: F is small, its coefficient near 0.
 *
 * @param runs one entry per run and column: sizes, training losses, test losses, all > 0
 * @throws ShapeError when the columns differ in length; DomainError for values that are not > 0, fewer than 4 runs, or runs of one
 * size alone
 *
 * Henighan et al. 2020, arXiv:2010.14701, section 7.
 *
 * @example
 * const train = [1, 0.8, 1.1, 0.7];
 * const { trainOnly } = extrapolationCollapse({ N: [1e5, 1e6, 1e5, 1e6], train, test: train.map((loss) => 2 * loss ** 0.5) });
 * console.log(trainOnly.coefficients[1]!.toFixed(3), trainOnly.r2.toFixed(3)); // 0.500 1.000
 */
export function extrapolationCollapse(runs: {
  readonly N: ArrayLike<number>;
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
}): ExtrapolationCollapse {
  const n = runs.N.length;
  const [logN, train, test] = [logsOf('N', runs.N, n), logsOf('train', runs.train, n), logsOf('test', runs.test, n)];
  if (n < 4) throw new DomainError(`extrapolationCollapse: at least 4 runs are needed, got ${n}`);
  const plain = leastSquares(train.map((loss) => [1, loss]), test); // prettier-ignore
  const sized = leastSquares(train.map((loss, i) => [1, loss, logN[i]!]), test); // prettier-ignore
  const [ssr0, ssr1] = [plain.residualSumOfSquares, sized.residualSumOfSquares];
  return { trainOnly: regression(plain), withSize: regression(sized), F: (ssr0 - ssr1) / (ssr1 / (n - 3)) };
}

const regression = ({ coefficients, r2 }: LeastSquaresFit): CollapseRegression => ({ coefficients, r2 });

function logsOf(name: string, values: ArrayLike<number>, n: number): number[] {
  if (values.length !== n) {
    throw new ShapeError(`extrapolationCollapse: ${name} must hold ${n} values as N does, got ${values.length}`);
  }
  return Array.from(values, (value, i) => {
    if (value > 0 && value < Infinity) return Math.log(value);
    throw new DomainError(`extrapolationCollapse: ${name} must be greater than 0, got ${value} at index ${i}`);
  });
}
