import { zero } from './rows';

/** out[s] = the sum of the rows x[i] with ids[i] = s; a row whose id is none of [0, segments) goes nowhere. */
export function segmentSum(x: usize, ids: usize, rows: i32, n: i32, segments: i32, out: usize, whole: bool): void {
  zero(out, segments * n);
  const bytes = (<usize>n) << 2;
  for (let i = 0; i < rows; i++, x += bytes, ids += 4) {
    const id = load<i32>(ids);
    if (<u32>id >= <u32>segments) continue;
    add(x, out + <usize>id * bytes, n, whole);
  }
}

function add(from: usize, to: usize, n: i32, whole: bool): void {
  for (; n >= 4; n -= 4, from += 16, to += 16) {
    const a = v128.load(to);
    const b = v128.load(from);
    v128.store(to, whole ? i32x4.add(a, b) : f32x4.add(a, b));
  }
  for (; n > 0; n--, from += 4, to += 4) {
    if (whole) store<i32>(to, load<i32>(to) + load<i32>(from));
    else store<f32>(to, load<f32>(to) + load<f32>(from));
  }
}
