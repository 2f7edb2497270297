/**
 * What many numbers come to. Sums are taken in double precision, each in one order, and rounded once: a sum of n numbers is off by
 * at most (2^-24 + n 2^-53) times the sum of their sizes; twice 2^-24 where parts are summed first.
 *
 * A fold F of float32 is a start, a way to join two, and how four numbers enter and leave: a wide one works on two vectors of
 * doubles (low, high), another one on one vector.
 */

class Sum {
  @inline
  wide(): bool {
    return true;
  }

  @inline
  start(): v128 {
    return f64x2.splat(0);
  }

  @inline
  low(x: v128): v128 {
    return f64x2.promote_low_f32x4(x);
  }

  @inline
  high(x: v128): v128 {
    return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
  }

  @inline
  of(a: v128, b: v128): v128 {
    return f64x2.add(a, b);
  }

  @inline
  out(low: v128, high: v128, count: f64): v128 {
    const n = f64x2.splat(count);
    const a = f32x4.demote_f64x2_zero(f64x2.div(low, n));
    return v128.shuffle<i64>(a, f32x4.demote_f64x2_zero(f64x2.div(high, n)), 0, 2);
  }
}

class Narrow {
  @inline
  wide(): bool {
    return false;
  }

  @inline
  low(x: v128): v128 {
    return x;
  }

  @inline
  high(x: v128): v128 {
    return x;
  }

  @inline
  out(low: v128, high: v128, count: f64): v128 {
    return low;
  }
}

class Max extends Narrow {
  @inline
  start(): v128 {
    return f32x4.splat(-Infinity);
  }

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class Min extends Narrow {
  @inline
  start(): v128 {
    return f32x4.splat(Infinity);
  }

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** Of n numbers side by side. */
function foldRow<F>(x: usize, n: i32, count: f64): f32 {
  const f = changetype<F>(0);
  let low = f.start();
  let high = f.start();
  for (; n >= 16; n -= 16, x += 64) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const c = v128.load(x, 32);
    const d = v128.load(x, 48);
    low = f.of(low, f.of(f.of(f.low(a), f.low(b)), f.of(f.low(c), f.low(d))));
    if (f.wide()) high = f.of(high, f.of(f.of(f.high(a), f.high(b)), f.of(f.high(c), f.high(d))));
  }
  for (; n >= 4; n -= 4, x += 16) {
    const a = v128.load(x);
    low = f.of(low, f.low(a));
    if (f.wide()) high = f.of(high, f.high(a));
  }
  low = joined<F>(low, high);
  for (; n > 0; n--, x += 4) low = f.of(low, f.low(v128.load32_splat(x)));
  return f32x4.extract_lane(f.out(low, low, count), 0);
}

/** All lanes joined, in each of them. */
function joined<F>(low: v128, high: v128): v128 {
  const f = changetype<F>(0);
  if (f.wide()) {
    const all = f.of(low, high);
    return f.of(all, v128.shuffle<i64>(all, all, 1, 0));
  }
  const pairs = f.of(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  return f.of(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2));
}

/** Of sixteen columns side by side, n numbers each, `stride` bytes apart. */
function foldColumns16<F>(x: usize, n: i32, stride: usize, count: f64, out: usize): void {
  const f = changetype<F>(0);
  let low0 = f.start(),
    low1 = low0,
    low2 = low0,
    low3 = low0,
    high0 = low0,
    high1 = low0,
    high2 = low0,
    high3 = low0;
  for (; n > 0; n--, x += stride) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const c = v128.load(x, 32);
    const d = v128.load(x, 48);
    low0 = f.of(low0, f.low(a));
    low1 = f.of(low1, f.low(b));
    low2 = f.of(low2, f.low(c));
    low3 = f.of(low3, f.low(d));
    if (f.wide()) {
      high0 = f.of(high0, f.high(a));
      high1 = f.of(high1, f.high(b));
      high2 = f.of(high2, f.high(c));
      high3 = f.of(high3, f.high(d));
    }
  }
  v128.store(out, f.out(low0, high0, count));
  v128.store(out, f.out(low1, high1, count), 16);
  v128.store(out, f.out(low2, high2, count), 32);
  v128.store(out, f.out(low3, high3, count), 48);
}

/** Of four columns, or of one. */
function foldColumns<F>(x: usize, n: i32, stride: usize, count: f64, out: usize, four: bool): void {
  const f = changetype<F>(0);
  let low = f.start();
  let high = f.start();
  for (; n > 0; n--, x += stride) {
    const a = four ? v128.load(x) : v128.load32_splat(x);
    low = f.of(low, f.low(a));
    if (f.wide()) high = f.of(high, f.high(a));
  }
  const y = f.out(low, high, count);
  if (four) v128.store(out, y);
  else v128.store32_lane(out, y, 0);
}

/** Row by row: each has `length` of the `total` numbers, the last perhaps fewer. */
function rows<F>(x: usize, total: i32, length: i32, count: f64, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const start = i * length;
    store<f32>(out + ((<usize>i) << 2), foldRow<F>(x + ((<usize>start) << 2), min(length, total - start), count));
  }
}

/** How many units of columns a block of the width `inner` has. */
function unitsOf(inner: i32): i32 {
  return (inner + 15) >> 4;
}

/**
 * x [outer, n, inner] over its middle axis. A unit is sixteen columns of one block; the last of a block overlaps the one before it
 * when it would not be whole.
 */
function columns<F>(x: usize, n: i32, inner: i32, count: f64, out: usize, from: i32, to: i32): void {
  const units = unitsOf(inner);
  const stride = (<usize>inner) << 2;
  for (let unit = from; unit < to; unit++) {
    const block = unit / units;
    const column = (unit - block * units) << 4;
    const source = x + <usize>block * <usize>n * stride;
    const target = out + <usize>block * stride;
    if (inner >= 16) {
      const at = (<usize>min(column, inner - 16)) << 2;
      foldColumns16<F>(source + at, n, stride, count, target + at);
      continue;
    }
    const least = inner >= 4 ? 4 : 1;
    for (let j = 0; j < inner; j += least) {
      const at = (<usize>min(j, inner - least)) << 2;
      foldColumns<F>(source + at, n, stride, count, target + at, least == 4);
    }
  }
}

export function sumOf(x: usize, n: i32): f32 {
  return foldRow<Sum>(x, n, 1);
}

/** Sums, divided by `count`. */
export function sumRows(x: usize, total: i32, length: i32, count: f64, out: usize, from: i32, to: i32): void {
  rows<Sum>(x, total, length, count, out, from, to);
}

export function sumColumns(x: usize, n: i32, inner: i32, count: f64, out: usize, from: i32, to: i32): void {
  columns<Sum>(x, n, inner, count, out, from, to);
}

export function maxRows(x: usize, total: i32, length: i32, count: f64, out: usize, from: i32, to: i32): void {
  rows<Max>(x, total, length, count, out, from, to);
}

export function maxColumns(x: usize, n: i32, inner: i32, count: f64, out: usize, from: i32, to: i32): void {
  columns<Max>(x, n, inner, count, out, from, to);
}

export function minRows(x: usize, total: i32, length: i32, count: f64, out: usize, from: i32, to: i32): void {
  rows<Min>(x, total, length, count, out, from, to);
}

export function minColumns(x: usize, n: i32, inner: i32, count: f64, out: usize, from: i32, to: i32): void {
  columns<Min>(x, n, inner, count, out, from, to);
}
