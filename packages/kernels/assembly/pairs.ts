/**
 * Functions of two numbers, element by element, where either side may be spread over axes that it does not have. A unit is an element of the
 * result. Its last axis has `inner` of them, along which a side goes on (a step of 1) or stays (0); the places of the other axes [rank] are
 * (sizes, strides of a, strides of b).
 */
import { offset } from './axes';

class OfNumbers {
  @inline
  isTruth(): bool {
    return false;
  }
}

class OfTruths {
  @inline
  isTruth(): bool {
    return true;
  }
}

class Maximum extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class Minimum extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

class SquaredDifference extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    const difference = f32x4.sub(a, b);
    return f32x4.mul(difference, difference);
  }
}

class Equal extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.eq(a, b);
  }
}

class NotEqual extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.ne(a, b);
  }
}

class Greater extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.gt(a, b);
  }
}

class GreaterEqual extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.ge(a, b);
  }
}

// Of whole numbers.

class WholeSum extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}

class WholeDifference extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.sub(a, b);
  }
}

class WholeProduct extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}

class WholeMaximum extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }
}

class WholeMinimum extends OfNumbers {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }
}

class WholeEqual extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.eq(a, b);
  }
}

class WholeNotEqual extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.ne(a, b);
  }
}

class WholeGreater extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.gt_s(a, b);
  }
}

class WholeGreaterEqual extends OfTruths {
  @inline
  of(a: v128, b: v128): v128 {
    return i32x4.ge_s(a, b);
  }
}

function zip<F>(
  a: usize,
  b: usize,
  inner: i32,
  aStep: i32,
  bStep: i32,
  rank: i32,
  axes: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  const f = changetype<F>(0);
  const bytes = (<usize>rank) << 2;
  for (let i = from; i < to;) {
    const row = i / inner;
    const column = i - row * inner;
    const n = min(inner - column, to - i);
    const x = offset(row, rank, axes, axes + bytes) + column * aStep;
    const y = offset(row, rank, axes, axes + 2 * bytes) + column * bStep;
    const place = out + (f.isTruth() ? <usize>i : (<usize>i) << 2);
    zipRun<F>(a + ((<usize>x) << 2), b + ((<usize>y) << 2), n, aStep != 0, bStep != 0, place);
    i += n;
  }
}

function zipRun<F>(a: usize, b: usize, n: i32, aMoves: bool, bMoves: bool, out: usize): void {
  const f = changetype<F>(0);
  for (; n >= 4; n -= 4) {
    const x = aMoves ? v128.load(a) : v128.load32_splat(a);
    const y = bMoves ? v128.load(b) : v128.load32_splat(b);
    if (f.isTruth()) v128.store32_lane(out, truths(f.of(x, y)), 0);
    else v128.store(out, f.of(x, y));
    a += aMoves ? 16 : 0;
    b += bMoves ? 16 : 0;
    out += f.isTruth() ? 4 : 16;
  }
  for (; n > 0; n--) {
    const z = f.of(v128.load32_splat(a), v128.load32_splat(b));
    if (f.isTruth()) v128.store8_lane(out, truths(z), 0);
    else v128.store32_lane(out, z, 0);
    a += aMoves ? 4 : 0;
    b += bMoves ? 4 : 0;
    out += f.isTruth() ? 1 : 4;
  }
}

/** What tfjs keeps of four comparisons: a byte each, 1 or 0, in the lowest lanes. */
function truths(mask: v128): v128 {
  const words = i16x8.narrow_i32x4_s(mask, mask);
  return v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1));
}

// prettier-ignore
export function maximum(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<Maximum>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function minimum(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<Minimum>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function squaredDifference(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<SquaredDifference>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function equal(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<Equal>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function notEqual(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<NotEqual>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function greater(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<Greater>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function greaterEqual(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<GreaterEqual>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeSum(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeSum>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeDifference(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeDifference>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeProduct(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeProduct>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeMaximum(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeMaximum>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeMinimum(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeMinimum>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeEqual(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeEqual>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeNotEqual(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeNotEqual>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeGreater(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeGreater>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

// prettier-ignore
export function wholeGreaterEqual(a: usize, b: usize, inner: i32, aStep: i32, bStep: i32, rank: i32, axes: usize, out: usize, from: i32, to: i32): void {
  zip<WholeGreaterEqual>(a, b, inner, aStep, bStep, rank, axes, out, from, to);
}

/** out = condition ? yes : no, of numbers of 32 bits; a truth is a byte. */
export function select(condition: usize, yes: usize, no: usize, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const at = (<usize>i) << 2;
    if (i + 4 <= to) {
      const wide = i16x8.extend_low_i8x16_u(v128.load32_zero(condition + <usize>i));
      const zero = i32x4.eq(i32x4.extend_low_i16x8_u(wide), i32x4.splat(0));
      v128.store(out + at, v128.bitselect(v128.load(no + at), v128.load(yes + at), zero));
      i += 3;
    } else store<i32>(out + at, load<u8>(condition + <usize>i) ? load<i32>(yes + at) : load<i32>(no + at));
  }
}

/** The same of truths. */
export function selectTruths(condition: usize, yes: usize, no: usize, out: usize, from: i32, to: i32): void {
  let i = <usize>from;
  const end = <usize>to;
  for (; i + 16 <= end; i += 16) {
    const zero = i8x16.eq(v128.load(condition + i), i8x16.splat(0));
    v128.store(out + i, v128.bitselect(v128.load(no + i), v128.load(yes + i), zero));
  }
  for (; i < end; i++) store<u8>(out + i, load<u8>((load<u8>(condition + i) ? yes : no) + i));
}

/** Truths side by side. */
export function logicalAnd(a: usize, b: usize, out: usize, from: i32, to: i32): void {
  let i = <usize>from;
  const end = <usize>to;
  for (; i + 16 <= end; i += 16) v128.store(out + i, v128.and(v128.load(a + i), v128.load(b + i)));
  for (; i < end; i++) store<u8>(out + i, load<u8>(a + i) & load<u8>(b + i));
}

export function logicalOr(a: usize, b: usize, out: usize, from: i32, to: i32): void {
  let i = <usize>from;
  const end = <usize>to;
  for (; i + 16 <= end; i += 16) v128.store(out + i, v128.or(v128.load(a + i), v128.load(b + i)));
  for (; i < end; i++) store<u8>(out + i, load<u8>(a + i) | load<u8>(b + i));
}
