import { logSumExp, minimize } from '@surprisal/core/numerics';

/** What a softmax regression is fitted to. */
export interface LabelledRows {
  /** `[n][d]` */
  readonly rows: readonly Float64Array[];
  /** `[n]`, classes from 0. */
  readonly labels: ArrayLike<number>;
}

/**
 * Softmax regression by maximum likelihood with the usual penalty, `sum_i -ln p(y_i | x_i) + strength |W|^2 / 2` (biases are free), by L-BFGS. It
 * is convex: there is one solution, and no seed.
 *
 * @returns the logits of a row, `[classes]`
 */
export function softmaxRegression(
  { rows, labels }: LabelledRows,
  { classes, strength = 1 }: { readonly classes: number; readonly strength?: number },
): (row: Float64Array) => Float64Array {
  const d = rows[0]!.length;
  const logits = new Float64Array(classes);
  /** Of mean loss: `[classes * (d + 1)]`, each class with its bias last. */
  const objective = (weights: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    rows.forEach((row, i) => {
      logitsOf(row, weights, logits);
      const total = logSumExp(logits);
      loss += total - logits[labels[i]!]!;
      for (let c = 0; c < classes; c++) {
        const slope = Math.exp(logits[c]! - total) - (c === labels[i] ? 1 : 0);
        const at = c * (d + 1);
        for (let j = 0; j < d; j++) gradient[at + j]! += slope * row[j]!;
        gradient[at + d]! += slope;
      }
    });
    for (let k = 0; k < weights.length; k++) {
      if (k % (d + 1) === d) continue;
      loss += (strength * weights[k]! ** 2) / 2;
      gradient[k]! += strength * weights[k]!;
    }
    for (let k = 0; k < weights.length; k++) gradient[k]! /= rows.length;
    return loss / rows.length;
  };
  const { x } = minimize(objective, new Float64Array(classes * (d + 1)), {
    gradientTolerance: 1e-6,
    objectiveTolerance: 1e-10,
  });
  return (row) => logitsOf(row, x, new Float64Array(classes));
}

function logitsOf(row: Float64Array, weights: Float64Array, logits: Float64Array): Float64Array {
  const width = row.length + 1;
  for (let c = 0; c < logits.length; c++) {
    let sum = weights[c * width + row.length]!;
    for (let j = 0; j < row.length; j++) sum += weights[c * width + j]! * row[j]!;
    logits[c] = sum;
  }
  return logits;
}
