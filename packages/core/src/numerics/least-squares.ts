import { Matrix, QrDecomposition } from 'ml-matrix';
import { DomainError, ShapeError } from '../errors.js';

/** A fit by least squares. */
export interface LeastSquaresFit {
  readonly coefficients: Float64Array;
  /** `y - X b`, unweighted. */
  readonly residuals: Float64Array;
  /** Weighted sum of squared residuals. */
  readonly residualSumOfSquares: number;
  /** 1 - residual / total sum of squares about the weighted mean; NaN when y is constant. */
  readonly r2: number;
  /** Covariance of the coefficients, `s^2 (X' W X)^-1` with `s^2` = residual sum / (n - p); NaN when n = p. */
  readonly covariance: number[][];
}

/**
 * Fits `y = X b` by (weighted) least squares, by a QR decomposition.
 *
 * @param design n rows of p numbers: `[1, x]` for a line
 * @param weights n numbers > 0: reciprocal variances up to a factor
 * @throws ShapeError for rows of other lengths and fewer rows than columns; DomainError for columns that depend on each other
 *
 * @example
 * import { leastSquares } from '@surprisal/core/numerics';
 *
 * const { coefficients, r2 } = leastSquares([[1, 0], [1, 1], [1, 2]], [1, 3, 5]);
 * console.log(coefficients[0]!.toFixed(4), coefficients[1]!.toFixed(4), r2); // 1.0000 2.0000 1
 */
export function leastSquares(
  design: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): LeastSquaresFit {
  const columns = design[0]?.length ?? 0;
  checkDesign(design, columns, y.length, weights);
  const root = (i: number) => (weights ? Math.sqrt(weights[i]!) : 1);
  const scaled = new Matrix(design.map((row, i) => Array.from(row, (value) => value * root(i))));
  const qr = new QrDecomposition(scaled);
  checkRank(qr, scaled);
  const target = Matrix.columnVector(Array.from(y, (value, i) => value * root(i)));
  const coefficients = Float64Array.from(qr.solve(target).to1DArray());
  const fitted = (row: ArrayLike<number>) => coefficients.reduce((sum, b, k) => sum + b * row[k]!, 0);
  const residuals = Float64Array.from(design, (row, i) => y[i]! - fitted(row));
  const residualSumOfSquares = residuals.reduce((sum, r, i) => sum + (root(i) * r) ** 2, 0);
  return {
    coefficients,
    residuals,
    residualSumOfSquares,
    r2: 1 - residualSumOfSquares / totalSumOfSquares(y, weights),
    covariance: covarianceOf(qr, residualSumOfSquares / (y.length - columns || NaN)),
  };
}

/** The line `y = intercept + slope x` by least squares: the case of {@link leastSquares} that is met most. */
export function fitLine(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { readonly intercept: number; readonly slope: number; readonly r2: number } {
  const { coefficients, r2 } = leastSquares(
    Array.from(x, (value) => [1, value]),
    y,
    weights,
  );
  return { intercept: coefficients[0]!, slope: coefficients[1]!, r2 };
}

function checkDesign(design: readonly ArrayLike<number>[], columns: number, rows: number, weights?: ArrayLike<number>) {
  const ragged = design.findIndex((row) => row.length !== columns);
  if (ragged >= 0) {
    throw new ShapeError(`leastSquares: row ${ragged} must have ${columns} numbers, got ${design[ragged]!.length}`);
  }
  if (design.length !== rows || (weights && weights.length !== rows)) {
    throw new ShapeError(
      `leastSquares: design, y and weights must have one length, got ${[design.length, rows, ...(weights ? [weights.length] : [])].join(', ')}`,
    );
  }
  if (rows < columns || columns === 0) {
    throw new ShapeError(`leastSquares: ${columns} coefficients need at least as many rows, got ${rows}`);
  }
}

/** A column is dependent when what the others leave of it is lost in rounding. */
function checkRank(qr: QrDecomposition, design: Matrix): void {
  const { upperTriangularMatrix: r } = qr;
  for (let k = 0; k < design.columns; k++) {
    const length = Math.hypot(...design.getColumn(k));
    if (!(Math.abs(r.get(k, k)) > 1e-13 * length)) {
      throw new DomainError(`leastSquares: column ${k} of the design depends on those before it; leave it out`);
    }
  }
}

function totalSumOfSquares(y: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const weight = (i: number) => weights?.[i] ?? 1;
  let [sum, total] = [0, 0];
  for (let i = 0; i < y.length; i++) [sum, total] = [sum + weight(i) * y[i]!, total + weight(i)];
  return Array.from(y).reduce((squares, value, i) => squares + weight(i) * (value - sum / total) ** 2, 0) || NaN;
}

/** `s^2 R^-1 R^-T`. */
function covarianceOf(qr: QrDecomposition, variance: number): number[][] {
  const r = qr.upperTriangularMatrix;
  const inverse = new QrDecomposition(r).solve(Matrix.eye(r.rows));
  return inverse.mmul(inverse.transpose()).mul(variance).to2DArray();
}
