import { DomainError, ShapeError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  gather,
  logSumExp,
  range,
  readsAtOnce,
  reshape,
  slice,
  sub,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';

/** What a critic gives for samples of two distributions. */
export interface CriticScores {
  /** `[n]`, of samples of p. */
  readonly p: TensorLike;
  /** `[m]`, of samples of q. */
  readonly q: TensorLike;
}

/** Scores that were checked, `[n]` and `[m]`. */
export interface CheckedScores {
  readonly p: Tensor;
  readonly q: Tensor;
}

/**
 * The scores of a critic of pairs as scores of two distributions: of the pairs that belong together (the diagonal) and of all others, so that a
 * bound on the divergence is one on the mutual information of x and y. Differentiable.
 *
 * @param scores `[n, n]`, n >= 2: `scores[i][j]` is what the critic gives x_i and y_j
 * @returns `p` `[n]`, the joint distribution's, and `q` `[n (n - 1)]`, the product's
 * @throws ShapeError
 *
 * @example
 * const { p, q } = scoresOfPairs([[1, 2], [3, 4]]);
 * console.log(Array.from(p.dataSync()), Array.from(q.dataSync())); // [ 1, 4 ] [ 2, 3 ]
 */
export function scoresOfPairs(scores: TensorLike): CheckedScores {
  return tidy(() => {
    const given = readMatrix('scoresOfPairs', scores);
    const n = given.shape[0]!;
    // Behind the first score, every run of n + 1 ends with one of the diagonal.
    const runs = reshape(slice(reshape(given, [-1]), 1, n * n - 1), [n - 1, n + 1]);
    return { p: diagonalOf(given), q: reshape(slice(runs, [0, 0], [n - 1, n]), [-1]) };
  });
}

/** `[n]` of `[n, n]`. */
export const diagonalOf = (matrix: Tensor): Tensor => {
  const n = matrix.shape[0]!;
  return gather(reshape(matrix, [-1]), range(0, n * n, n + 1, 'int32'));
};

/** @throws ShapeError for what is no square matrix of at least two rows; DomainError for a score that is not finite */
export function readMatrix(owner: string, scores: TensorLike): Tensor {
  const given = toTensor(scores);
  const [n = 0, m] = given.shape;
  if (given.rank !== 2 || n !== m || n < 2)
    throw new ShapeError(`${owner}: scores must be [n, n] with n >= 2, got [${given.shape.join(', ')}]`);
  checkFinite(owner, 'scores', given);
  return given;
}

/** Makes an estimate from the maths of checked scores; their checks and memory stand here for all. */
export const ofScores =
  (owner: string, estimate: (scores: CheckedScores) => Tensor) =>
  ({ p, q }: CriticScores): Tensor =>
    tidy(() => estimate({ p: readScores(owner, 'p', p), q: readScores(owner, 'q', q) }));

function readScores(owner: string, argument: string, scores: TensorLike): Tensor {
  const given = toTensor(scores);
  checkShape(owner, argument, given, ['n']);
  if (given.size === 0) throw new ShapeError(`${owner}: ${argument} must be [n] with n >= 1, got [0]`);
  checkFinite(owner, argument, given);
  return given;
}

function checkFinite(owner: string, argument: string, scores: Tensor): void {
  if (!readsAtOnce()) return;
  const odd = scores.dataSync().find((score) => !Number.isFinite(score));
  if (odd !== undefined) throw new DomainError(`${owner}: ${argument} must be finite, got ${odd}`);
}

/** log of the mean of exp. */
export const logMeanExp = (scores: Tensor): Tensor => sub(logSumExp(scores), Math.log(scores.size));
