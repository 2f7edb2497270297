/**
 * Pairs of points of x [n, d] and y [m, d], where y is given turned over, [d, m], so that coordinates of four points lie side by side. A unit
 * is a point of x. Distances are sums of squared differences: exact where points coincide, which an expansion into products is not.
 */
import { Four } from './lanes';
import { multiplyAdd } from './multiply-add';
import { sumOf } from './reductions';
import { multiplyBy } from './rows';
import { at, logSumExpRows, scaledExp } from './softmax-rows';

/** out [n, m] = |x_i - y_j|^2 */
export function squaredDistances(x: usize, y: usize, m: i32, d: i32, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) distances(at(x, i, d), y, m, d, at(out, i, m));
}

/** From one point; sixteen sums stay in registers while its coordinates go by. */
function distances(x: usize, y: usize, m: i32, d: i32, out: usize): void {
  let j = 0;
  for (; j + 16 <= m; j += 16) {
    let a = f32x4.splat(0),
      b = a,
      c = a,
      e = a;
    for (let k = 0; k < d; k++) {
      const own = v128.load32_splat(at(x, k, 1));
      const place = at(y + ((<usize>j) << 2), k, m);
      a = Offset.squareTo(a, own, v128.load(place));
      b = Offset.squareTo(b, own, v128.load(place, 16));
      c = Offset.squareTo(c, own, v128.load(place, 32));
      e = Offset.squareTo(e, own, v128.load(place, 48));
    }
    v128.store(at(out, j, 1), a);
    v128.store(at(out, j, 1), b, 16);
    v128.store(at(out, j, 1), c, 32);
    v128.store(at(out, j, 1), e, 48);
  }
  for (; j < m; j += 4) {
    let a = f32x4.splat(0);
    for (let k = 0; k < d; k++) a = Offset.squareTo(a, v128.load32_splat(at(x, k, 1)), Four.load(at(y, k, m), j, m, 0));
    Four.store(out, j, m, a);
  }
}

/** out [n, d] = 2 sum_j weights_ij (x_i - y_j), for weights [n, m] */
export function squaredDistancesGradient(
  weights: usize,
  x: usize,
  y: usize,
  m: i32,
  d: i32,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) sumOffsets(at(weights, i, m), at(x, i, d), y, m, d, 2, 1, at(out, i, d));
}

/** out [d] = first second sum_j weights_j (x - y_j); neither factor alone is out of range where the result is not. */
function sumOffsets(weights: usize, x: usize, y: usize, m: i32, d: i32, first: f32, second: f32, out: usize): void {
  for (let k = 0; k < d; k++) {
    const own = v128.load32_splat(at(x, k, 1));
    const row = at(y, k, m);
    let a = f32x4.splat(0),
      b = a;
    let j = 0;
    for (; j + 8 <= m; j += 8) {
      a = Offset.weightedTo(a, v128.load(at(weights, j, 1)), own, v128.load(at(row, j, 1)));
      b = Offset.weightedTo(b, v128.load(at(weights, j, 1), 16), own, v128.load(at(row, j, 1), 16));
    }
    let rest: f32 = 0; // what fills up a vector would be 0 times Infinity
    for (; j < m; j++) rest += load<f32>(at(weights, j, 1)) * (load<f32>(at(x, k, 1)) - load<f32>(at(row, j, 1)));
    store<f32>(at(out, k, 1), (Four.sum(f32x4.add(a, b)) + rest) * first * second);
  }
}

/** For the exponents e_ij = b_j - |x_i - y_j|^2 inverse^2 / 2, a row of which is there at a time, what logSumExpRows gives. */
export function logGaussianKernelSums(
  x: usize,
  y: usize,
  m: i32,
  d: i32,
  b: usize,
  inverse: f32,
  values: usize,
  statistics: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    exponents(at(x, i, d), y, m, d, b, inverse, scratch);
    logSumExpRows(scratch, m, at(values, i, 1), at(statistics, i, 4), 0, 1);
  }
}

function exponents(x: usize, y: usize, m: i32, d: i32, b: usize, inverse: f32, out: usize): void {
  distances(x, y, m, d, out);
  const first = f32x4.splat(inverse);
  const second = f32x4.splat(<f32>-0.5 * inverse);
  for (let j = 0; j < m; j += 4) {
    const scaled = f32x4.mul(f32x4.mul(Four.load(out, j, m, 0), first), second);
    Four.store(out, j, m, f32x4.add(Four.load(b, j, m, 0), scaled));
  }
}

/**
 * For c_ij = u_i v_j exp(a_i + e_ij), where the exponents are at most 0, out [n, d] = inverse^2 sum_j c_ij (y_j - x_i) and sums [n] =
 * sum_j c_ij. This is the gradient of either side of the sums, by what is taken for a, b, u and v.
 */
export function logGaussianKernelSumsGradient(
  x: usize,
  y: usize,
  m: i32,
  d: i32,
  a: usize,
  b: usize,
  u: usize,
  v: usize,
  inverse: f32,
  out: usize,
  sums: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    exponents(at(x, i, d), y, m, d, b, inverse, scratch);
    scaledExp(scratch, m, -load<f32>(at(a, i, 1)), load<f32>(at(u, i, 1)), scratch);
    multiplyBy(v, scratch, m);
    store<f32>(at(sums, i, 1), sumOf(scratch, m));
    sumOffsets(scratch, at(x, i, d), y, m, d, inverse, -inverse, at(out, i, d));
  }
}

/** What four points add to a sum, by their coordinates along an axis. */
abstract class Offset {
  @inline
  static squareTo(sum: v128, x: v128, y: v128): v128 {
    const difference = f32x4.sub(x, y);
    return multiplyAdd(difference, difference, sum);
  }

  @inline
  static weightedTo(sum: v128, weight: v128, x: v128, y: v128): v128 {
    return multiplyAdd(weight, f32x4.sub(x, y), sum);
  }
}
