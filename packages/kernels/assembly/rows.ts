/** What is done to runs of numbers that lie side by side. */

export function zero(to: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16) v128.store(to, i32x4.splat(0));
  for (; n > 0; n--, to += 4) store<f32>(to, 0);
}

export function copy(from: usize, to: usize, n: i32): void {
  for (; n >= 4; n -= 4, from += 16, to += 16) v128.store(to, v128.load(from));
  for (; n > 0; n--, from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** to += from */
export function addTo(from: usize, to: usize, n: i32): void {
  for (; n >= 4; n -= 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; n > 0; n--, from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** to += a b, element by element */
export function addProductTo(a: usize, b: usize, to: usize, n: i32): void {
  for (; n >= 4; n -= 4, a += 16, b += 16, to += 16) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(a), v128.load(b))));
  }
  for (; n > 0; n--, a += 4, b += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(a) * load<f32>(b));
}

/** to *= by, element by element */
export function multiplyBy(by: usize, to: usize, n: i32): void {
  for (; n >= 4; n -= 4, by += 16, to += 16) v128.store(to, f32x4.mul(v128.load(to), v128.load(by)));
  for (; n > 0; n--, by += 4, to += 4) store<f32>(to, load<f32>(to) * load<f32>(by));
}
