import type { NdArray } from '@surprisal/core';
import { covariance, variance } from '@surprisal/core/numerics';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** Learns from normal rows `[n, d]` and scores others `[m, d]`: the higher, the less normal. */
export type Baseline = (normal: NdArray, test: NdArray) => Float64Array;

const rowsOf = ({ data, shape: [rows, d] }: NdArray) =>
  Array.from({ length: rows! }, (_, i) => Float64Array.from(data.subarray(i * d!, (i + 1) * d!)));

/** Added to the variance of every pixel: some pixels are always empty. */
const RIDGE = 0.01;

/** The squared Mahalanobis distance from normal rows whose mean is 0. */
export const gaussian: Baseline = (normal, test) => {
  const spread = new Matrix(covariance(rowsOf(normal)));
  for (let i = 0; i < spread.rows; i++) spread.set(i, i, spread.get(i, i) + RIDGE);
  const rows = new Matrix(rowsOf(test).map((row) => [...row]));
  const solved = new CholeskyDecomposition(spread).solve(rows.transpose()); // [d, m]
  return Float64Array.from({ length: rows.rows }, (_, i) =>
    rows.getRow(i).reduce((sum, value, k) => sum + value * solved.get(k, i), 0),
  );
};

/** An upper bound on the share of normal rows that are outside, and scikit-learn's default. */
const NU = 0.5;

/**
 * The one-class support vector machine with Gaussian kernel `exp(-|x - y|^2 / (d variance))`: minus the sum of kernels of the support vectors.
 *
 * Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: Estimating the Support of a High-Dimensional Distribution, 2001.
 */
export const oneClassSvm: Baseline = (normal, test) => {
  const scale = 1 / (normal.shape[1]! * variance(normal.data, 0));
  const kernel = (x: Float64Array, y: Float64Array) =>
    Math.exp(-scale * x.reduce((sum, value, k) => sum + (value - y[k]!) ** 2, 0));
  const rows = rowsOf(normal);
  const weights = supportWeights(rows.map((x) => Float64Array.from(rows, (y) => kernel(x, y))));
  return Float64Array.from(rowsOf(test), (x) =>
    rows.reduce((sum, y, i) => (weights[i]! > 0 ? sum - weights[i]! * kernel(x, y) : sum), 0),
  );
};

const TOLERANCE = 1e-6;

/**
 * Minimises `w K w / 2` for weights from 0 to 1 / (nu n) with sum 1: weight moves from where the slope is largest to where it is smallest, as long as
 * that helps (sequential minimal optimisation).
 */
export function supportWeights(kernel: readonly Float64Array[], nu = NU): Float64Array {
  const n = kernel.length;
  const most = 1 / (nu * n);
  const weights = new Float64Array(n).fill(1 / n);
  const slopes = Float64Array.from(kernel, (row) => row.reduce((sum, value) => sum + value / n, 0));
  for (;;) {
    let [to, from] = [-1, -1];
    for (let i = 0; i < n; i++) {
      if (weights[i]! < most && !(slopes[i]! >= slopes[to]!)) to = i;
      if (weights[i]! > 0 && !(slopes[i]! <= slopes[from]!)) from = i;
    }
    if (to < 0 || slopes[from]! - slopes[to]! < TOLERANCE) return weights;
    const bend = kernel[to]![to]! + kernel[from]![from]! - 2 * kernel[to]![from]!;
    const step = Math.min((slopes[from]! - slopes[to]!) / bend, most - weights[to]!, weights[from]!);
    weights[to] = Math.min(most, weights[to]! + step);
    weights[from] = Math.max(0, weights[from]! - step);
    for (let i = 0; i < n; i++) slopes[i]! += step * (kernel[to]![i]! - kernel[from]![i]!);
  }
}
