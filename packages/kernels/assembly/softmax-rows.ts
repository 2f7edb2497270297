/**
 * Rows of logits, of which -Infinity masks one: what their softmax is made of, and kernels of one row at a time. The numbers of a
 * softmax are taken as exp(x - largest): no exponential is above 1.
 */
import { Four } from './lanes';
import { Math4 } from './math';
import { sumOf } from './reductions';

/** Summed for themselves first, so that long rows lose no digits. */
const BLOCK = 512;

/** What stands for -Infinity in products with 0. */
export const LOWEST: f32 = -1e38;

export function at(x: usize, row: i32, n: i32): usize {
  return x + ((<usize>row * <usize>n) << 2);
}

/** -Infinity at least; NaN counts nothing. */
export function rowMax(x: usize, n: i32): f32 {
  let a = f32x4.splat(-Infinity),
    b = a;
  for (; n >= 8; n -= 8, x += 32) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
  }
  if (n >= 4) {
    a = f32x4.pmax(a, v128.load(x));
    n -= 4;
    x += 16;
  }
  if (n > 0) b = f32x4.pmax(b, Four.load(x, 0, n, -Infinity));
  return Four.largest(f32x4.pmax(a, b));
}

/** sum exp(x - largest); NaN where there is NaN, and where the largest is infinite. */
export function sumExp(x: usize, n: i32, largest: f32): f32 {
  const shift = f32x4.splat(largest);
  let total = f32x4.splat(0);
  while (n >= 16) {
    let a = f32x4.splat(0),
      b = a,
      c = a,
      d = a;
    const end = x + ((<usize>min(n & ~15, BLOCK)) << 2);
    n -= <i32>((end - x) >> 2);
    for (; x < end; x += 64) {
      a = f32x4.add(a, Math4.expOfNegative(f32x4.sub(v128.load(x), shift))); // four vectors share the constants
      b = f32x4.add(b, Math4.expOfNegative(f32x4.sub(v128.load(x, 16), shift)));
      c = f32x4.add(c, Math4.expOfNegative(f32x4.sub(v128.load(x, 32), shift)));
      d = f32x4.add(d, Math4.expOfNegative(f32x4.sub(v128.load(x, 48), shift)));
    }
    total = f32x4.add(total, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  for (; n > 0; n -= 4, x += 16) {
    total = f32x4.add(total, Math4.expOfNegative(f32x4.sub(Four.load(x, 0, n, -Infinity), shift)));
  }
  return Four.sum(total);
}

/** out = factor exp(x - largest) */
export function scaledExp(x: usize, n: i32, largest: f32, factor: f32, out: usize): void {
  const shift = f32x4.splat(largest);
  const by = f32x4.splat(factor);
  for (; n >= 16; n -= 16, x += 64, out += 64) {
    const a = Math4.expOfNegative(f32x4.sub(v128.load(x), shift));
    const b = Math4.expOfNegative(f32x4.sub(v128.load(x, 16), shift));
    const c = Math4.expOfNegative(f32x4.sub(v128.load(x, 32), shift));
    const d = Math4.expOfNegative(f32x4.sub(v128.load(x, 48), shift));
    v128.store(out, f32x4.mul(by, a));
    v128.store(out, f32x4.mul(by, b), 16);
    v128.store(out, f32x4.mul(by, c), 32);
    v128.store(out, f32x4.mul(by, d), 48);
  }
  for (; n > 0; n -= 4, x += 16, out += 16) {
    const rest = Math4.expOfNegative(f32x4.sub(Four.load(x, 0, n, 0), shift));
    Four.store(out, 0, n, f32x4.mul(by, rest));
  }
}

export function exp(x: f32): f32 {
  return f32x4.extract_lane(Math4.exp(f32x4.splat(x)), 0);
}

export function log(x: f32): f32 {
  return f32x4.extract_lane(Math4.log(f32x4.splat(x)), 0);
}

export function expm1(x: f32): f32 {
  return f32x4.extract_lane(Math4.expm1(f32x4.splat(x)), 0);
}

export function putStatistics(to: usize, largest: f32, logSum: f32, third: f32, value: f32): void {
  store<f32>(to, largest);
  store<f32>(to, logSum, 4);
  store<f32>(to, third, 8);
  store<f32>(to, value, 12);
}

/** out = softmax(x), row by row of x [rows, n]. A row of nothing but -Infinity gives NaN. */
export function softmax(x: usize, n: i32, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const row = at(out, i, n);
    scaledExp(at(x, i, n), n, rowMax(at(x, i, n), n), 1, row);
    scale(row, n, 1 / sumOf(row, n));
  }
}

/** out = x - largest - log sum exp(x - largest): what both add up to would round off what the logarithm adds. */
export function logSoftmax(x: usize, n: i32, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const largest = rowMax(row, n);
    shift(row, n, largest, log(sumExp(row, n, largest)), at(out, i, n));
  }
}

function scale(x: usize, n: i32, by: f32): void {
  const factor = f32x4.splat(by);
  for (; n >= 4; n -= 4, x += 16) v128.store(x, f32x4.mul(v128.load(x), factor));
  for (; n > 0; n--, x += 4) store<f32>(x, load<f32>(x) * by);
}

/** out = x - first - second */
function shift(x: usize, n: i32, first: f32, second: f32, out: usize): void {
  const a = f32x4.splat(first);
  const b = f32x4.splat(second);
  for (; n >= 4; n -= 4, x += 16, out += 16) v128.store(out, f32x4.sub(f32x4.sub(v128.load(x), a), b));
  for (; n > 0; n--, x += 4, out += 4) store<f32>(out, load<f32>(x) - first - second);
}

/** values [rows] = log sum exp x, statistics [rows, 4], for rows of x [rows, n]. */
export function logSumExpRows(x: usize, n: i32, values: usize, statistics: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const largest = rowMax(row, n);
    const finite = abs(largest) < Infinity;
    const logSum = log(finite ? sumExp(row, n, largest) : sumOfAny(row, n));
    const value = finite ? largest + logSum : logSum;
    store<f32>(at(values, i, 1), value);
    putStatistics(at(statistics, i, 4), largest, logSum, 0, value);
  }
}

/** sum exp x of a row of -Infinity, or with an Infinity: 0, Infinity, or NaN. */
function sumOfAny(x: usize, n: i32): f32 {
  let sum: f32 = 0;
  for (let j = 0; j < n; j++) sum += exp(load<f32>(at(x, j, 1)));
  return sum;
}

/** out = dy softmax(x), and 0 in a row of -Infinity. */
export function logSumExpGradient(
  dy: usize,
  x: usize,
  n: i32,
  statistics: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const known = at(statistics, i, 4);
    const factor = load<f32>(at(dy, i, 1)) * exp(-load<f32>(known, 4));
    const largest = load<f32>(known);
    if (load<f32>(known, 12) == -Infinity) memory.fill(at(out, i, n), 0, (<usize>n) << 2);
    else scaledExp(at(x, i, n), n, largest, factor, at(out, i, n));
  }
}

/** values [rows] = -sum p log p, statistics [rows, 4], for p = softmax of rows of x [rows, n]. */
export function softmaxEntropyRows(x: usize, n: i32, values: usize, statistics: usize, from: i32, to: i32): void {
  const whole = n & ~3;
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const largest = rowMax(row, n);
    const shift = f32x4.splat(largest);
    let sum = f32x4.splat(0);
    let weighted = sum;
    for (let j = 0; j < whole; j += 4) {
      const d = f32x4.sub(v128.load(at(row, j, 1)), shift);
      const e = Math4.expOfNegative(d);
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, Entropy.bounded(d)));
    }
    if (whole < n) {
      const d = f32x4.sub(Four.load(row, whole, n, -Infinity), shift);
      const e = Math4.expOfNegative(d);
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, Entropy.bounded(d)));
    }
    const total = Four.sum(sum);
    const logSum = log(total);
    const value = logSum - Four.sum(weighted) / total;
    store<f32>(at(values, i, 1), value);
    putStatistics(at(statistics, i, 4), largest, logSum, 0, value);
  }
}

/** out = -dy p (log p + entropy) */
export function softmaxEntropyGradient(
  dy: usize,
  x: usize,
  n: i32,
  statistics: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  const whole = n & ~3;
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const place = at(out, i, n);
    const known = at(statistics, i, 4);
    const logSum = load<f32>(known, 4);
    const shift = v128.load32_splat(known);
    const factor = f32x4.splat(-load<f32>(at(dy, i, 1)) * exp(-logSum));
    const more = f32x4.splat(load<f32>(known, 12) - logSum);
    for (let j = 0; j < whole; j += 4) {
      v128.store(at(place, j, 1), Entropy.slope(f32x4.sub(v128.load(at(row, j, 1)), shift), factor, more));
    }
    if (whole < n) {
      const rest = Entropy.slope(f32x4.sub(Four.load(row, whole, n, 0), shift), factor, more);
      Four.store(place, whole, n, rest);
    }
  }
}

/** Four classes of a row, from their logits less the largest. */
abstract class Entropy {
  /** Nothing times -Infinity is nothing. */
  @inline
  static bounded(d: v128): v128 {
    return f32x4.pmax(d, f32x4.splat(LOWEST));
  }

  @inline
  static slope(d: v128, factor: v128, more: v128): v128 {
    return f32x4.mul(f32x4.mul(factor, Math4.expOfNegative(d)), f32x4.add(Entropy.bounded(d), more));
  }
}
