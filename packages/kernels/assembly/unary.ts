import { Four } from './lanes';
import { Math4 } from './math';

/** out[i] = f(x[i]) for i in [from, to). f is a method of F, put in place when this is compiled. */
function map<F>(x: usize, out: usize, from: i32, to: i32): void {
  x += (<usize>from) << 2;
  out += (<usize>from) << 2;
  const f = changetype<F>(0);
  let n = to - from;
  for (; n >= 16; n -= 16, x += 64, out += 64) {
    const a = f.of(v128.load(x)); // four vectors share the constants, which would be made anew for each
    const b = f.of(v128.load(x, 16));
    const c = f.of(v128.load(x, 32));
    const d = f.of(v128.load(x, 48));
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
  }
  for (; n > 0; n -= 4, x += 16, out += 16) Four.store(out, 0, n, f.of(Four.load(x, 0, n, 0)));
}

class Exp {
  @inline
  of(x: v128): v128 {
    return Math4.exp(x);
  }
}

class Expm1 {
  @inline
  of(x: v128): v128 {
    return Math4.expm1(x);
  }
}

class Log {
  @inline
  of(x: v128): v128 {
    return Math4.log(x);
  }
}

class Log1p {
  @inline
  of(x: v128): v128 {
    return Math4.log1p(x);
  }
}

class Tanh {
  @inline
  of(x: v128): v128 {
    return Math4.tanh(x);
  }
}

class Sigmoid {
  @inline
  of(x: v128): v128 {
    return Math4.sigmoid(x);
  }
}

class Erf {
  @inline
  of(x: v128): v128 {
    return Math4.erf(x);
  }
}

class Softplus {
  @inline
  of(x: v128): v128 {
    return Math4.softplus(x);
  }
}

/** scale x above 0, scale alpha (e^x - 1) below, within 4 ulp; Klambauer et al.: Self-Normalizing Neural Networks, 2017, arXiv:1706.02515 */
class Selu {
  @inline
  of(x: v128): v128 {
    const below = f32x4.mul(f32x4.splat(1.7580993408473768), Math4.expm1Below(f32x4.pmin(x, f32x4.splat(0))));
    return v128.bitselect(f32x4.mul(f32x4.splat(1.0507009873554805), x), below, f32x4.ge(x, f32x4.splat(0)));
  }
}

/** 1, 0 or -1; 0 for NaN */
class Sign {
  @inline
  of(x: v128): v128 {
    const zero = f32x4.splat(0);
    const above = v128.and(f32x4.gt(x, zero), f32x4.splat(1));
    return v128.or(above, v128.and(f32x4.lt(x, zero), f32x4.splat(-1)));
  }
}

class Sqrt {
  @inline
  of(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}

class Rsqrt {
  @inline
  of(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}

class Reciprocal {
  @inline
  of(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}

export function exp(x: usize, out: usize, from: i32, to: i32): void {
  map<Exp>(x, out, from, to);
}

export function expm1(x: usize, out: usize, from: i32, to: i32): void {
  map<Expm1>(x, out, from, to);
}

export function log(x: usize, out: usize, from: i32, to: i32): void {
  map<Log>(x, out, from, to);
}

export function log1p(x: usize, out: usize, from: i32, to: i32): void {
  map<Log1p>(x, out, from, to);
}

export function tanh(x: usize, out: usize, from: i32, to: i32): void {
  map<Tanh>(x, out, from, to);
}

export function sigmoid(x: usize, out: usize, from: i32, to: i32): void {
  map<Sigmoid>(x, out, from, to);
}

export function erf(x: usize, out: usize, from: i32, to: i32): void {
  map<Erf>(x, out, from, to);
}

export function softplus(x: usize, out: usize, from: i32, to: i32): void {
  map<Softplus>(x, out, from, to);
}

export function selu(x: usize, out: usize, from: i32, to: i32): void {
  map<Selu>(x, out, from, to);
}

export function sign(x: usize, out: usize, from: i32, to: i32): void {
  map<Sign>(x, out, from, to);
}

export function sqrt(x: usize, out: usize, from: i32, to: i32): void {
  map<Sqrt>(x, out, from, to);
}

export function rsqrt(x: usize, out: usize, from: i32, to: i32): void {
  map<Rsqrt>(x, out, from, to);
}

export function reciprocal(x: usize, out: usize, from: i32, to: i32): void {
  map<Reciprocal>(x, out, from, to);
}

/** out = x, but no less than `low` and no more than `high`. NaN stays, as pmin and pmax keep one on their left. */
export function clip(x: usize, out: usize, low: f32, high: f32, from: i32, to: i32): void {
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  x += (<usize>from) << 2;
  out += (<usize>from) << 2;
  let n = to - from;
  for (; n >= 8; n -= 8, x += 32, out += 32) {
    v128.store(out, f32x4.pmin(f32x4.pmax(v128.load(x), least), most));
    v128.store(out, f32x4.pmin(f32x4.pmax(v128.load(x, 16), least), most), 16);
  }
  for (; n > 0; n -= 4, x += 16, out += 16) {
    Four.store(out, 0, n, f32x4.pmin(f32x4.pmax(Four.load(x, 0, n, 0), least), most));
  }
}

/** out = x above 0, alpha x elsewhere. */
export function leakyRelu(x: usize, out: usize, alpha: f32, from: i32, to: i32): void {
  const slope = f32x4.splat(alpha);
  const zero = f32x4.splat(0);
  x += (<usize>from) << 2;
  out += (<usize>from) << 2;
  for (let n = to - from; n > 0; n -= 4, x += 16, out += 16) {
    const v = Four.load(x, 0, n, 0);
    Four.store(out, 0, n, v128.bitselect(f32x4.mul(v, slope), v, f32x4.lt(v, zero)));
  }
}
