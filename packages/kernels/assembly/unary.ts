import { Math4 } from './math';

/** out[i] = f(x[i]) for i in [from, to). f is a method of F, put in place when this is compiled. */
function map<F>(x: usize, out: usize, from: i32, to: i32): void {
  x += (<usize>from) << 2;
  out += (<usize>from) << 2;
  const f = changetype<F>(0);
  let n = to - from;
  for (; n >= 4; n -= 4, x += 16, out += 16) v128.store(out, f.of(v128.load(x)));
  for (; n > 0; n--, x += 4, out += 4) v128.store32_lane(out, f.of(v128.load32_splat(x)), 0);
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
