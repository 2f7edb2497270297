import {
  type Tensor,
  exp,
  expandDims,
  greater,
  log,
  matMul,
  maximum,
  mean,
  mul,
  onesLike,
  reshape,
  sqrt,
  sum,
  where,
  zerosLike,
} from '@surprisal/core/tensor';

/** values^power, with the derivative 0 where a value is 0. */
export function safePower(values: Tensor, power: number): Tensor {
  if (power === 1) return values;
  const positive = greater(values, 0);
  const base = where(positive, values, onesLike(values));
  const raised = power === 0.5 ? sqrt(base) : exp(mul(log(base), power));
  return where(positive, raised, zerosLike(values));
}

/** The mean of a matrix `[n, m]` by the weights of its rows and columns, `[n]` and `[m]`, where there are some. */
export function weightedMean(matrix: Tensor, rows: Tensor | undefined, columns: Tensor | undefined): Tensor {
  if (!rows && !columns) return mean(matrix);
  const row = columns ? matMul(matrix, expandDims(columns, 1)) : mean(matrix, 1, true);
  return rows ? sum(mul(row, expandDims(rows, 1))) : mean(reshape(row, [-1]));
}

/** The log of a weight; that of 0 is low, but finite. */
export const logOf = (weights: Tensor): Tensor => log(maximum(weights, 1e-37));
