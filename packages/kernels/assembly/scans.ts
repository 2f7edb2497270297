class Sum {
  @inline
  start(): f64 {
    return 0;
  }

  @inline
  of(a: f64, b: f64): f64 {
    return a + b;
  }

  @inline
  ofTwo(a: v128, b: v128): v128 {
    return f64x2.add(a, b);
  }
}

class Product {
  @inline
  start(): f64 {
    return 1;
  }

  @inline
  of(a: f64, b: f64): f64 {
    return a * b;
  }

  @inline
  ofTwo(a: v128, b: v128): v128 {
    return f64x2.mul(a, b);
  }
}

/**
 * What is folded of the numbers up to each one, or of those before it, along the axis in the middle of [outer, n, inner], backwards too; in double
 * precision, in order. A unit is four columns of one of the `outer` matrices.
 */
function scan<F>(x: usize, n: i32, inner: i32, exclusive: bool, backwards: bool, out: usize, from: i32, to: i32): void {
  const units = (inner + 3) / 4;
  const bytes = (<isize>inner) << 2;
  const step = backwards ? -bytes : bytes;
  for (let unit = from; unit < to; unit++) {
    const matrix = unit / units;
    let column = (unit - matrix * units) << 2;
    const at = <isize>(matrix * n + (backwards ? n - 1 : 0)) * bytes + ((<isize>column) << 2);
    const columns = min(4, inner - column);
    if (columns == 4) scanFour<F>(x + at, n, step, exclusive, out + at);
    else
      for (column = 0; column < columns; column++)
        scanOne<F>(x + at + 4 * column, n, step, exclusive, out + at + 4 * column);
  }
}

function scanFour<F>(x: usize, n: i32, step: isize, exclusive: bool, out: usize): void {
  const f = changetype<F>(0);
  let low = f64x2.splat(f.start());
  let high = low;
  for (; n > 0; n--, x += step, out += step) {
    const v = v128.load(x);
    const lowBefore = low;
    const highBefore = high;
    low = f.ofTwo(low, f64x2.promote_low_f32x4(v));
    high = f.ofTwo(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 0, 1)));
    const lower = f32x4.demote_f64x2_zero(exclusive ? lowBefore : low);
    v128.store(out, v128.shuffle<f32>(lower, f32x4.demote_f64x2_zero(exclusive ? highBefore : high), 0, 1, 4, 5));
  }
}

function scanOne<F>(x: usize, n: i32, step: isize, exclusive: bool, out: usize): void {
  const f = changetype<F>(0);
  let folded = f.start();
  for (; n > 0; n--, x += step, out += step) {
    const before = folded;
    folded = f.of(folded, <f64>load<f32>(x));
    store<f32>(out, <f32>(exclusive ? before : folded));
  }
}

// prettier-ignore
export function sumUpTo(x: usize, n: i32, inner: i32, exclusive: bool, backwards: bool, out: usize, from: i32, to: i32): void {
  scan<Sum>(x, n, inner, exclusive, backwards, out, from, to);
}

// prettier-ignore
export function productUpTo(x: usize, n: i32, inner: i32, exclusive: bool, backwards: bool, out: usize, from: i32, to: i32): void {
  scan<Product>(x, n, inner, exclusive, backwards, out, from, to);
}
