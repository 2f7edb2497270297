import { DomainError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  div,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  onesLike,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  tanh,
  tidy,
  toTensor,
  where,
  withGradient,
  zerosLike,
} from '@surprisal/core/tensor';

/*
 * The Poincare ball of curvature -c: points with c |x|^2 < 1, vectors along the last axis. The small constants are those of the code that
 * these operations are known by (Khrulkov et al.: Hyperbolic Image Embeddings, 2020, arXiv:1904.02239), and part of their values.
 */

/** Keeps divisions finite; a norm below it counts as it. */
const EPSILON = 1e-5;

/** How near to the edge of the ball `projectToBall` lets a point come, relative to the radius. */
const EDGE = 1e-3;

const squaredNorm = (x: Tensor) => sum(square(x), -1, true);
const inner = (x: Tensor, y: Tensor) => sum(mul(x, y), -1, true);

/** |x| along the last axis, kept, with gradient 0 at 0. */
export function safeNorm(x: Tensor): Tensor {
  const squared = squaredNorm(x);
  const positive = notEqual(squared, 0); // true of NaN, which is not to be hidden
  return where(positive, sqrt(where(positive, squared, onesLike(squared))), zerosLike(squared));
}

const clampedNorm = (x: Tensor) => maximum(safeNorm(x), EPSILON);
const tanhClamped = (x: Tensor) => tanh(minimum(maximum(x, -15), 15));

const inside = (x: Tensor) => minimum(maximum(x, EPSILON - 1), 1 - EPSILON);

/** artanh of values cut to the open interval, whose gradient does not vanish where they are cut. */
const artanh = withGradient({
  forward: ([x]) => mul(sub(log(add(1, inside(x!))), log(sub(1, inside(x!)))), 0.5),
  gradient: (dy, [x]) => [div(dy, sub(1, square(inside(x!))))],
});

const root = (c: number) => Math.sqrt(c);

/** Runs an operation of the ball on tensors, and leaves none behind. */
function inBall(owner: string, c: number, inputs: readonly TensorLike[], f: (...given: Tensor[]) => Tensor): Tensor {
  if (!(c > 0 && c < Infinity)) throw new DomainError(`${owner}: c must be a number above 0, got ${c}`);
  return tidy(() => f(...inputs.map((input) => toTensor(input))));
}

/**
 * Mobius addition, `((1 + 2c<x,y> + c|y|^2) x + (1 - c|x|^2) y) / (1 + 2c<x,y> + c^2 |x|^2 |y|^2)`: x + y for c towards 0.
 *
 * @param x `[..., d]` in the ball
 * @param y `[..., d]` in the ball; shapes are broadcast
 * @param c > 0, the ball has curvature -c
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(mobiusAdd([0.5, 0], [0.5, 0], 1).dataSync()[0]!.toFixed(4)); // 0.8000
 */
export const mobiusAdd = (x: TensorLike, y: TensorLike, c: number): Tensor =>
  inBall('mobiusAdd', c, [x, y], (a, b) => addInBall(a!, b!, c));

function addInBall(x: Tensor, y: Tensor, c: number): Tensor {
  const [xx, yy, xy] = [squaredNorm(x), squaredNorm(y), inner(x, y)];
  const common = add(1, mul(xy, 2 * c));
  const numerator = add(mul(add(common, mul(yy, c)), x), mul(sub(1, mul(xx, c)), y));
  return div(numerator, add(add(common, mul(mul(xx, yy), c * c)), EPSILON));
}

/**
 * The exponential map at 0, `tanh(sqrt(c) |u|) u / (sqrt(c) |u|)`: from tangent vectors to the ball.
 *
 * @param u `[..., d]`
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(expmap0([1, 0], 1).dataSync()[0]!.toFixed(4)); // 0.7616
 */
export const expmap0 = (u: TensorLike, c: number): Tensor =>
  inBall('expmap0', c, [u], (given) => {
    const length = mul(clampedNorm(given!), root(c));
    return div(mul(tanhClamped(length), given!), length);
  });

/**
 * The logarithmic map at 0, the inverse of {@link expmap0}: `artanh(sqrt(c) |y|) y / (sqrt(c) |y|)`.
 *
 * @param y `[..., d]` in the ball
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(logmap0(expmap0([1, 0], 0.5), 0.5).dataSync()[0]!.toFixed(4)); // 1.0000
 */
export const logmap0 = (y: TensorLike, c: number): Tensor =>
  inBall('logmap0', c, [y], (given) => {
    const length = mul(clampedNorm(given!), root(c));
    return mul(div(given!, length), artanh([length]));
  });

/**
 * The exponential map at x: `x (+) tanh(sqrt(c) lambda_x |u| / 2) u / (sqrt(c) |u|)`, with Mobius addition.
 *
 * @param x `[..., d]` in the ball
 * @param u `[..., d]`, tangent at x
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(expmap([0, 0], [1, 0], 1).dataSync()[0]!.toFixed(4)); // 0.7616
 */
export const expmap = (x: TensorLike, u: TensorLike, c: number): Tensor =>
  inBall('expmap', c, [x, u], (at, tangent) => {
    const norm = clampedNorm(tangent!);
    const factor = div(2, sub(1, mul(squaredNorm(at!), c)));
    const length = tanhClamped(mul(mul(factor, norm), root(c) / 2));
    return addInBall(at!, div(mul(length, tangent!), mul(norm, root(c))), c);
  });

/**
 * Points on or over the edge of the ball, brought to `|x| = (1 - 0.001) / sqrt(c)`; others as they are.
 *
 * @param x `[..., d]`
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(projectToBall([3, 4], 1).dataSync().map((x) => Math.round(x * 1e4)).join()); // 5994,7992
 */
export const projectToBall = (x: TensorLike, c: number): Tensor =>
  inBall('projectToBall', c, [x], (given) => {
    const norm = clampedNorm(given!);
    const most = (1 - EDGE) / root(c);
    return where(greater(norm, most), mul(div(given!, norm), most), given!);
  });

/**
 * Distance in the ball, `2 / sqrt(c) artanh(sqrt(c) |-x (+) y|)`: 2 |x - y| for c towards 0.
 *
 * @param x `[..., d]` in the ball
 * @param y `[..., d]` in the ball
 * @returns `[...]`
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(poincareDistance([[0, 0]], [[0.5, 0]], 1).dataSync()[0]!.toFixed(4)); // 1.0986
 */
export const poincareDistance = (x: TensorLike, y: TensorLike, c: number): Tensor =>
  inBall('poincareDistance', c, [x, y], (a, b) =>
    squeeze(mul(artanh([mul(safeNorm(addInBall(neg(a!), b!, c)), root(c))]), 2 / root(c)), [-1]),
  );

/**
 * Distance from 0, `2 / sqrt(c) artanh(sqrt(c) |x|)`.
 *
 * @param x `[..., d]` in the ball
 * @returns `[...]`
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(poincareNorm([[0.5, 0]], 1).dataSync()[0]!.toFixed(4)); // 1.0986
 */
export const poincareNorm = (x: TensorLike, c: number): Tensor =>
  inBall('poincareNorm', c, [x], (given) => squeeze(mul(artanh([mul(safeNorm(given!), root(c))]), 2 / root(c)), [-1]));

/**
 * The conformal factor, `2 / (1 - c |x|^2)`: by how much lengths at x are stretched.
 *
 * @param x `[..., d]` in the ball
 * @returns `[...]`
 * @throws DomainError when c is not above 0
 *
 * @example
 * console.log(conformalFactor([[0.5, 0]], 1).dataSync()[0]!.toFixed(4)); // 2.6667
 */
export const conformalFactor = (x: TensorLike, c: number): Tensor =>
  inBall('conformalFactor', c, [x], (given) => squeeze(div(2, sub(1, mul(squaredNorm(given!), c))), [-1]));
