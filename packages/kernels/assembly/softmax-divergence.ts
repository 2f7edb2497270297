/**
 * Divergences of p = softmax(a) and q = softmax(b) for rows of logits a and b [rows, n]. The statistics of a row are the largest logit and
 * the log of the sum of a, the same of b, and two divergences, which the gradients need: to p, and to q.
 */
import { Four } from './lanes';
import { Math4 } from './math';
import { at, exp, log, rowMax, sumExp } from './softmax-rows';

/** values = forward KL(p; q) + reverse KL(q; p) */
export function softmaxKullbackLeibler(
  a: usize,
  b: usize,
  n: i32,
  forward: f32,
  reverse: f32,
  values: usize,
  statistics: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const known = at(statistics, i, 6);
    kullbackLeiblerRow(at(a, i, n), at(b, i, n), n, known);
    const there: f32 = forward == 0 ? 0 : forward * load<f32>(known, 16);
    const back: f32 = reverse == 0 ? 0 : reverse * load<f32>(known, 20);
    store<f32>(at(values, i, 1), there + back);
  }
}

/** Both divergences in one pass: KL(p; q) = sum_k exp(a_k - max a) (a_k - max a - b_k + max b) / sum + the difference of the logs. */
function kullbackLeiblerRow(a: usize, b: usize, n: i32, known: usize): void {
  const largestA = rowMax(a, n);
  const largestB = rowMax(b, n);
  const none = f32x4.splat(0);
  let sumA = none,
    sumB = none,
    there = none,
    back = none;
  const whole = n & ~3;
  for (let j = 0; j < whole; j += 4) {
    const left = f32x4.sub(v128.load(at(a, j, 1)), f32x4.splat(largestA));
    const right = f32x4.sub(v128.load(at(b, j, 1)), f32x4.splat(largestB));
    const expA = Math4.expOfNegative(left);
    const expB = Math4.expOfNegative(right);
    sumA = f32x4.add(sumA, expA);
    sumB = f32x4.add(sumB, expB);
    there = f32x4.add(there, Pair.excess(expA, left, right));
    back = f32x4.add(back, Pair.excess(expB, right, left));
  }
  if (whole < n) {
    const left = f32x4.sub(Four.load(a, whole, n, -Infinity), f32x4.splat(largestA));
    const right = f32x4.sub(Four.load(b, whole, n, -Infinity), f32x4.splat(largestB));
    const expA = Math4.expOfNegative(left);
    const expB = Math4.expOfNegative(right);
    sumA = f32x4.add(sumA, expA);
    sumB = f32x4.add(sumB, expB);
    there = f32x4.add(there, Pair.excess(expA, left, right));
    back = f32x4.add(back, Pair.excess(expB, right, left));
  }
  const totalA = Four.sum(sumA);
  const totalB = Four.sum(sumB);
  const logA = log(totalA);
  const logB = log(totalB);
  store<f32>(known, largestA);
  store<f32>(known, logA, 4);
  store<f32>(known, largestB, 8);
  store<f32>(known, logB, 12);
  store<f32>(known, Four.sum(there) / totalA + (logB - logA), 16);
  store<f32>(known, Four.sum(back) / totalB + (logA - logB), 20);
}

/** The gradient of a, or with a and b, forward and reverse exchanged and `second` 1 that of b: dy (forward p (log p/q - KL(p; q)) + reverse (p - q)). */
export function softmaxKullbackLeiblerGradient(
  dy: usize,
  a: usize,
  b: usize,
  n: i32,
  forward: f32,
  reverse: f32,
  second: i32,
  statistics: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const x = at(a, i, n);
    const y = at(b, i, n);
    const row = at(out, i, n);
    const own = at(statistics, i, 6) + (second << 3);
    const other = at(statistics, i, 6) + ((1 - second) << 3);
    const divergence = load<f32>(at(statistics, i, 6) + (second << 2), 16);
    const factor = load<f32>(at(dy, i, 1));
    const logOwn = load<f32>(own, 4);
    const logOther = load<f32>(other, 4);
    const there = f32x4.splat(divergence == Infinity ? 0 : factor * forward);
    const back = f32x4.splat(factor * reverse);
    const shift = f32x4.splat(divergence == Infinity ? 0 : logOther - logOwn - divergence);
    const perOwn = f32x4.splat(exp(-logOwn));
    const perOther = f32x4.splat(exp(-logOther));
    for (let j = 0; j < n; j += 4) {
      const left = f32x4.sub(Four.load(x, j, n, 0), v128.load32_splat(own));
      const right = f32x4.sub(Four.load(y, j, n, 0), v128.load32_splat(other));
      const p = Pair.scaledExp(left, perOwn);
      const excess = f32x4.mul(back, f32x4.sub(p, Pair.scaledExp(right, perOther)));
      const surplus = f32x4.mul(there, f32x4.mul(p, f32x4.add(Pair.ratio(left, right), shift)));
      Four.store(row, j, n, f32x4.add(surplus, excess));
    }
  }
}

/** values = (KL(p; m) + KL(q; m)) / 2, m = (p + q) / 2 */
export function softmaxJensenShannon(
  a: usize,
  b: usize,
  n: i32,
  values: usize,
  statistics: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const known = at(statistics, i, 6);
    store<f32>(at(values, i, 1), jensenShannonRow(at(a, i, n), at(b, i, n), n, known));
  }
}

function jensenShannonRow(a: usize, b: usize, n: i32, known: usize): f32 {
  const largestA = rowMax(a, n);
  const largestB = rowMax(b, n);
  const sumA = sumExp(a, n, largestA);
  const sumB = sumExp(b, n, largestB);
  const perA = f32x4.splat(<f32>1 / sumA);
  const perB = f32x4.splat(<f32>1 / sumB);
  let there = f32x4.splat(0),
    back = there,
    both = there;
  for (let j = 0; j < n; j += 4) {
    const p = Pair.scaledExp(f32x4.sub(Four.load(a, j, n, -Infinity), f32x4.splat(largestA)), perA);
    const q = Pair.scaledExp(f32x4.sub(Four.load(b, j, n, -Infinity), f32x4.splat(largestB)), perB);
    const left = Pair.times(p, Pair.logOverMean(p, q));
    const right = Pair.times(q, Pair.logOverMean(q, p));
    there = f32x4.add(there, left);
    back = f32x4.add(back, right);
    both = f32x4.add(both, f32x4.add(left, right));
  }
  store<f32>(known, largestA);
  store<f32>(known, log(sumA), 4);
  store<f32>(known, largestB, 8);
  store<f32>(known, log(sumB), 12);
  store<f32>(known, Four.sum(there), 16);
  store<f32>(known, Four.sum(back), 20);
  return Four.sum(both) * 0.5;
}

/** The gradient of a, or with a and b exchanged and `second` 1 that of b: dy p (log p/m - KL(p; m)) / 2. */
export function softmaxJensenShannonGradient(
  dy: usize,
  a: usize,
  b: usize,
  n: i32,
  second: i32,
  statistics: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const x = at(a, i, n);
    const y = at(b, i, n);
    const row = at(out, i, n);
    const own = at(statistics, i, 6) + (second << 3);
    const other = at(statistics, i, 6) + ((1 - second) << 3);
    const divergence = v128.load32_splat(at(statistics, i, 6) + (second << 2), 16);
    const factor = f32x4.splat(load<f32>(at(dy, i, 1)) * 0.5);
    const perOwn = f32x4.splat(exp(-load<f32>(own, 4)));
    const perOther = f32x4.splat(exp(-load<f32>(other, 4)));
    for (let j = 0; j < n; j += 4) {
      const left = f32x4.sub(Four.load(x, j, n, 0), v128.load32_splat(own));
      const right = f32x4.sub(Four.load(y, j, n, 0), v128.load32_splat(other));
      const p = Pair.scaledExp(left, perOwn);
      const q = Pair.scaledExp(right, perOther);
      const surplus = f32x4.sub(Pair.logOverMean(p, q), divergence);
      Four.store(row, j, n, f32x4.mul(factor, Pair.times(p, surplus)));
    }
  }
}

/** Four classes of a pair of rows. */
abstract class Pair {
  @inline
  static scaledExp(x: v128, by: v128): v128 {
    return f32x4.mul(Math4.expOfNegative(x), by);
  }

  /** log(2 p / (p + q)). Near 1 what the quotient rounds off is given back, so that it goes out between p and q, whose divergence is small. */
  @inline
  static logOverMean(p: v128, q: v128): v128 {
    const sum = f32x4.add(p, q);
    const ratio = f32x4.div(f32x4.add(p, p), sum);
    const lean = f32x4.div(f32x4.sub(p, q), sum);
    const lost = f32x4.sub(lean, f32x4.sub(ratio, f32x4.splat(1)));
    return Math4.logPlus(ratio, v128.and(lost, f32x4.lt(f32x4.abs(lean), f32x4.splat(0.5))));
  }

  /** p x, and 0 where p is. */
  @inline
  static times(p: v128, x: v128): v128 {
    return v128.andnot(f32x4.mul(p, x), f32x4.eq(p, f32x4.splat(0)));
  }

  /** exp(a) (a - b): 0 where a is masked, Infinity where b is alone. */
  @inline
  static excess(expA: v128, a: v128, b: v128): v128 {
    const term = v128.and(f32x4.mul(expA, f32x4.sub(a, b)), Pair.possible(a));
    return v128.bitselect(f32x4.splat(Infinity), term, v128.andnot(Pair.possible(a), Pair.possible(b)));
  }

  /** a - b where neither is masked, else 0. */
  @inline
  static ratio(a: v128, b: v128): v128 {
    return v128.and(f32x4.sub(a, b), v128.and(Pair.possible(a), Pair.possible(b)));
  }

  /** Not masked. NaN is, but makes sums NaN by its exponential. */
  @inline
  static possible(x: v128): v128 {
    return f32x4.gt(x, f32x4.splat(-Infinity));
  }
}
