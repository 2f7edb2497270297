import { DomainError, defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  atan,
  checkShape,
  clone,
  div,
  expandDims,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pad,
  readsAtOnce,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  tidy,
  toTensor,
  withGradient,
  zeros,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { crossEntropy } from './comp-sum.js';
import type { LossOptions } from './loss.js';
import { expmap, expmap0, mobiusAdd, poincareDistance, projectToBall, safeNorm } from './poincare.js';

/** How features are taken into the ball. */
export interface ToPoincareOptions {
  /** The ball has curvature -c; default 0.1. */
  readonly c?: number;
  /** Longer features are cut to this length, without which gradients vanish at the edge; default 2, Infinity cuts none. */
  readonly clipRadius?: number;
  /** `[d]`, the tangent vector at 0 whose image is the base point; default 0. */
  readonly basePoint?: TensorLike;
  /** Whether gradients are scaled by the inverse metric, `(1 - c |z|^2)^2 / 4`; default true. */
  readonly riemannianGradient?: boolean;
}

/**
 * Euclidean features in the Poincare ball: cut to `clipRadius`, mapped by the exponential map at the base point, and kept off the edge.
 *
 * @param features `[batch, d]`
 * @returns `[batch, d]`, points with sqrt(c) |z| <= 1 - 0.001
 * @throws ShapeError for other shapes; DomainError when c or the radius is not above 0
 *
 * Narayan, Patel: Hyp-OC: Hyperbolic One Class Classification for Face Anti-Spoofing, FG 2024, arXiv:2404.14406; clipping: Guo et al. 2022,
 * arXiv:2107.11472.
 *
 * @example
 * console.log(toPoincare([[300, 400]], { c: 1 }).dataSync().map((x) => Math.round(x * 1000)).join()); // 578,771
 */
export function toPoincare(features: TensorLike, options: ToPoincareOptions = {}): Tensor {
  const { c = 0.1, clipRadius = 2, riemannianGradient = true } = options;
  if (!(clipRadius > 0)) throw new DomainError(`toPoincare: clipRadius must be above 0, got ${clipRadius}`);
  return tidy(() => {
    const given = toTensor(features);
    const { d } = checkShape('toPoincare', 'features', given, ['batch', 'd']);
    const tangent = options.basePoint === undefined ? zeros([d!]) : toTensor(options.basePoint);
    checkShape('toPoincare', 'basePoint', tangent, ['d'], { d: d! });
    const length = minimum(1, div(clipRadius, add(safeNorm(given), 1e-5)));
    const clipped = clipRadius === Infinity ? given : mul(given, length);
    const base = projectToBall(expmap0(expandDims(tangent, 0), c), c); // [1, d]
    const points = projectToBall(expmap(base, clipped, c), c);
    return riemannianGradient ? inverseMetric(points, c) : points;
  });
}

/** The points themselves, with the gradient of the ball's geometry. */
const inverseMetric = (points: Tensor, c: number) =>
  withGradient({
    forward: ([z]) => clone(z!),
    gradient: (dy, [z]) => [mul(dy, div(square(sub(1, mul(sum(square(z!), -1, true), c))), 4))],
  })([points]);

/** The hyperplanes of a hyperbolic classifier. */
export interface Hyperplanes {
  /** `[classes, d]`, the normals. */
  readonly a: TensorLike;
  /** `[classes, d]`, tangent vectors at 0 whose images the hyperplanes pass through. */
  readonly p: TensorLike;
}

/**
 * Hyperbolic softmax regression: signed distances of points from hyperplanes, as logits,
 * `2 / (1 - c|P|^2) |A| / sqrt(c) arsinh(2 sqrt(c) <m, A> / (|A| (1 - c|m|^2)))` with P = expmap0(p), A = a (1 - c|P|^2), m = -P (+) z.
 *
 * @param points `[batch, d]` in the ball
 * @param hyperplanes normals and base points, `[classes, d]`
 * @param c > 0, the ball has curvature -c
 * @returns `[batch, classes]`
 * @throws ShapeError for other shapes; DomainError when c is not above 0 or a point is outside of the ball
 *
 * Ganea, Becigneul, Hofmann: Hyperbolic Neural Networks, 2018, arXiv:1805.09112.
 *
 * @example
 * // towards c = 0: 4 <z - p, a>
 * console.log(hyperbolicLogits([[0.5, 0]], { a: [[1, 0]], p: [[0, 0]] }, 1e-4).dataSync()[0]!.toFixed(3)); // 2.000
 */
export const hyperbolicLogits = (points: TensorLike, hyperplanes: Hyperplanes, c: number): Tensor =>
  tidy(() => {
    const [z, a, p] = [toTensor(points), toTensor(hyperplanes.a), toTensor(hyperplanes.p)];
    const { d } = checkShape('hyperbolicLogits', 'points', z, ['batch', 'd']);
    const known = checkShape('hyperbolicLogits', 'hyperplanes.a', a, ['classes', 'd'], { d: d! });
    checkShape('hyperbolicLogits', 'hyperplanes.p', p, ['classes', 'd'], known);
    checkInBall('hyperbolicLogits', 'points', z, c);
    const base = expmap0(p, c); // [K, d]
    const stretch = sub(1, mul(sum(square(base), 1, true), c)); // [K, 1]
    const normals = mul(a, stretch);
    const length = squeeze(maximum(safeNorm(normals), 1e-12), [1]); // [K]
    const moved = mobiusAdd(expandDims(neg(base), 0), expandDims(z, 1), c); // [B, K, d]
    const along = mul(sum(mul(moved, normals), 2), 2 * Math.sqrt(c)); // [B, K]
    const sine = div(along, mul(length, sub(1, mul(sum(square(moved), 2), c))));
    return mul(arsinh([sine]), div(mul(length, 2 / Math.sqrt(c)), squeeze(stretch, [1])));
  });

const arsinh = withGradient({
  forward: ([x]) => log(maximum(add(x!, sqrt(add(square(x!), 1))), 1e-5)),
  gradient: (dy, [x]) => [div(dy, sqrt(add(square(x!), 1)))],
});

function checkInBall(owner: string, argument: string, points: Tensor, c: number): void {
  if (!readsAtOnce()) return;
  const norms = tidy(() => safeNorm(points).dataSync());
  const radius = 1 / Math.sqrt(c);
  const row = norms.findIndex((norm) => !(norm < radius));
  if (row < 0) return;
  throw new DomainError(
    `${owner}: ${argument} must lie in the ball of radius ${radius}, got length ${norms[row]} in row ${row}; bring them there with toPoincare or projectToBall`,
  );
}

/**
 * A classification loss of points in the Poincare ball, in nats.
 *
 * @example
 * const loss = hyperbolicCrossEntropy({ c: 1 });
 * const hyperplanes = { a: [[1, 0], [-1, 0]], p: [[0, 0], [0, 0]] };
 * console.log(loss([[0.5, 0]], [0], hyperplanes).dataSync()[0]!.toFixed(4)); // 0.0123
 */
export interface HyperbolicLoss {
  /**
   * @param points `[batch, d]` in the ball
   * @param labels `[batch]` or `[batch, classes]`
   * @param hyperplanes of the classes
   * @returns `[batch]`, or a scalar with a reduction
   * @throws ShapeError, DomainError
   */
  (points: TensorLike, labels: TensorLike, hyperplanes: Hyperplanes, options?: LossOptions): Tensor;
  readonly method: string;
}

/**
 * A loss of embeddings alone.
 *
 * @example
 * console.log(hyperbolicPairwiseConfusion()([[0.1, 0], [0.3, 0]]).dataSync()[0]!.toFixed(4)); // 0.4007
 */
export interface EmbeddingLoss {
  /**
   * @param embeddings `[batch, d]`
   * @returns one loss per pair, or a scalar with a reduction
   * @throws ShapeError, DomainError
   */
  (embeddings: TensorLike, options?: EmbeddingLossOptions): Tensor;
  readonly method: string;
}

/** How the losses of embeddings are put together. */
export interface EmbeddingLossOptions {
  /** Default `'none'`. `'mean'` divides by the size of the batch. */
  readonly reduction?: 'none' | 'mean' | 'sum';
}

declare module '@surprisal/core' {
  interface Kinds {
    'hyperbolic-loss': HyperbolicLoss;
    'embedding-loss': EmbeddingLoss;
  }
}

const curvature = z
  .number()
  .gt(0)
  .default(0.1)
  .meta({ upTo: 2, step: 0.05 })
  .describe('the ball has curvature -c and radius 1 / sqrt(c)');

/**
 * Hyp-CE, the cross-entropy of {@link hyperbolicLogits}: a softmax regression in the Poincare ball.
 *
 * @param params `c` > 0, default 0.1
 * @throws DomainError when c is not above 0
 *
 * Narayan, Patel: Hyp-OC: Hyperbolic One Class Classification for Face Anti-Spoofing, FG 2024, arXiv:2404.14406.
 */
export const hyperbolicCrossEntropy = defineMethod(
  {
    kind: 'hyperbolic-loss',
    name: 'hyperbolic-cross-entropy',
    summary: 'Cross-entropy of distances from hyperplanes in the Poincaré ball.',
    formula: '−log softmax_y(logits of hyperplanes)',
    paper: paper(41),
    params: z.object({ c: curvature }),
  },
  ({ c }): HyperbolicLoss => {
    const surprisal = crossEntropy();
    const loss = (points: TensorLike, labels: TensorLike, hyperplanes: Hyperplanes, options?: LossOptions) =>
      tidy(() => surprisal(hyperbolicLogits(points, hyperplanes, c), labels, options));
    return Object.assign(loss, { method: 'hyperbolic-cross-entropy' });
  },
);

/**
 * Hyp-PC, hyperbolic pairwise confusion: the distances of the first half of a batch from the second, which pulls random pairs together so that the
 * embedding forgets who they are. The mean divides by the size of the batch, as the authors do; the last of an odd batch is left out.
 *
 * @param params `c` > 0 (0.1); `distance`: `arctan` (the authors' code), `2 / sqrt(c) arctan(sqrt(c) |-x (+) y|)`, or `artanh`, the geodesic one
 * @throws DomainError when c is not above 0 or a point is outside of the ball; ShapeError when the embeddings are not [batch, d]
 *
 * Narayan, Patel: Hyp-OC: Hyperbolic One Class Classification for Face Anti-Spoofing, FG 2024, arXiv:2404.14406.
 *
 * @example
 * const loss = hyperbolicPairwiseConfusion({ c: 1, distance: 'artanh' });
 * console.log(loss([[0, 0], [0.5, 0]], { reduction: 'mean' }).dataSync()[0]!.toFixed(4)); // 0.5493
 */
export const hyperbolicPairwiseConfusion = defineMethod(
  {
    kind: 'embedding-loss',
    name: 'hyperbolic-pairwise-confusion',
    summary: 'Pulls random pairs of points in the Poincaré ball together, so that they cannot be told apart.',
    formula: '1/B Σ_{i<B/2} D_c(z_i, z_{i+B/2})',
    paper: paper(41),
    params: z.object({
      c: curvature,
      distance: z.enum(['arctan', 'artanh']).default('arctan').describe("the authors' code, or the geodesic distance"),
    }),
  },
  ({ c, distance }): EmbeddingLoss => {
    const owner = 'hyperbolic-pairwise-confusion';
    const loss = (embeddings: TensorLike, { reduction = 'none' }: EmbeddingLossOptions = {}) =>
      tidy(() => {
        const points = toTensor(embeddings);
        const { batch, d } = checkShape(owner, 'embeddings', points, ['batch', 'd']);
        if (!['none', 'mean', 'sum'].includes(reduction)) {
          throw new DomainError(`${owner}: reduction must be one of none, mean, sum, got ${String(reduction)}`);
        }
        checkInBall(owner, 'embeddings', points, c);
        const pairs = Math.floor(batch! / 2);
        const [first, second] = [0, pairs].map((from) => slice(points, [from, 0], [pairs, d!]));
        const distances =
          distance === 'artanh' ? poincareDistance(first!, second!, c) : arctanDistance(first!, second!, c);
        if (reduction === 'none') return distances;
        // a sum over nothing is not 0 on every backend
        const total =
          pairs > 0
            ? sum(distances)
            : mul(
                sum(
                  pad(points, [
                    [0, 1],
                    [0, 0],
                  ]),
                ),
                0,
              );
        return div(total, reduction === 'mean' ? Math.max(1, 2 * pairs) : 1);
      });
    return Object.assign(loss, { method: owner });
  },
);

const arctanDistance = (x: Tensor, y: Tensor, c: number): Tensor =>
  squeeze(mul(atan(mul(safeNorm(mobiusAdd(neg(x), y, c)), Math.sqrt(c))), 2 / Math.sqrt(c)), [-1]);
