/**
 * Sums y_k = sum_j x_j e^(-2 pi i j k / n) for rows of complex numbers, whose real and imaginary parts lie apart, one row after the other.
 * With the parts exchanged, in x as in y, the exponent has the other sign.
 */
import { zero } from './rows';

const FLOAT = 4;

/** For short rows of any length, by the definition; `circle` has the cosines and then the sines of -2 pi k / n. Units are rows. */
export function fourierShort(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  n: i32,
  circle: usize,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>n * FLOAT;
  for (let row = from; row < to; row++) {
    const start = <usize>row * bytes;
    for (let k = 0; k < n; k++) {
      let re: f64 = 0;
      let im: f64 = 0;
      for (let j = 0; j < n; j++) {
        const place = circle + <usize>((j * k) % n) * FLOAT;
        const cos = <f64>load<f32>(place);
        const sin = <f64>load<f32>(place + bytes);
        const a = <f64>load<f32>(xRe + start + <usize>j * FLOAT);
        const b = <f64>load<f32>(xIm + start + <usize>j * FLOAT);
        re += a * cos - b * sin;
        im += a * sin + b * cos;
      }
      store<f32>(yRe + start + <usize>k * FLOAT, <f32>re);
      store<f32>(yIm + start + <usize>k * FLOAT, <f32>im);
    }
  }
}

/**
 * For n a power of two from 16 on. Unit u does the rows u, u + units, ... and works in the u-th part of `scratch`, of 2 n numbers.
 * `turns` as `transform` takes them.
 */
export function fourierPower(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  n: i32,
  turns: usize,
  rows: i32,
  units: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>n * FLOAT;
  for (let unit = from; unit < to; unit++) {
    const work = scratch + <usize>unit * 2 * bytes;
    for (let row = unit; row < rows; row += units) {
      const start = <usize>row * bytes;
      transform(xRe + start, xIm + start, yRe + start, yIm + start, work, work + bytes, n, turns);
    }
  }
}

/**
 * For any n, as a convolution of length m, a power of two from 2 n - 1 on: j k = (j^2 + k^2 - (k - j)^2) / 2 (Bluestein 1970).
 * `chirp` has n real and n imaginary parts of e^(-pi i j^2 / n), `spectrum` the transform, divided by m, of its conjugate around 0.
 * Unit u does the rows u, u + units, ... and works in the u-th part of `scratch`, of 6 m numbers.
 */
export function fourierChirp(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  n: i32,
  chirp: usize,
  m: i32,
  spectrum: usize,
  turns: usize,
  rows: i32,
  units: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>n * FLOAT;
  const plane = <usize>m * FLOAT;
  for (let unit = from; unit < to; unit++) {
    const aRe = scratch + <usize>unit * 6 * plane;
    const aIm = aRe + plane;
    const bRe = aIm + plane;
    const bIm = bRe + plane;
    const work = bIm + plane;
    for (let row = unit; row < rows; row += units) {
      const start = <usize>row * bytes;
      multiply(xRe + start, xIm + start, chirp, chirp + bytes, aRe, aIm, n);
      zero(aRe + bytes, m - n);
      zero(aIm + bytes, m - n);
      transform(aRe, aIm, bRe, bIm, work, work + plane, m, turns);
      multiply(bRe, bIm, spectrum, spectrum + plane, bRe, bIm, m);
      transform(bIm, bRe, aIm, aRe, work, work + plane, m, turns); // back
      multiply(aRe, aIm, chirp, chirp + bytes, yRe + start, yIm + start, n);
    }
  }
}

/** c = a b for n complex numbers; c may be a. */
function multiply(aRe: usize, aIm: usize, bRe: usize, bIm: usize, cRe: usize, cIm: usize, n: i32): void {
  let at: usize = 0;
  for (; n >= 4; n -= 4, at += 16) {
    const a = v128.load(aRe + at);
    const b = v128.load(aIm + at);
    const c = v128.load(bRe + at);
    const d = v128.load(bIm + at);
    v128.store(cRe + at, realProduct(a, b, c, d));
    v128.store(cIm + at, imagProduct(a, b, c, d));
  }
  for (; n > 0; n--, at += 4) {
    const a = load<f32>(aRe + at);
    const b = load<f32>(aIm + at);
    const c = load<f32>(bRe + at);
    const d = load<f32>(bIm + at);
    store<f32>(cRe + at, a * c - b * d);
    store<f32>(cIm + at, a * d + b * c);
  }
}

function realProduct(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, d));
}

function imagProduct(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.mul(a, d), f32x4.mul(b, c));
}

/**
 * One row of n = 2^k >= 16 numbers after Stockham (Cochran et al. 1967), which needs no reordering: stages of four, the last perhaps of two, each
 * from one array to another so that the last one writes y. x stays as it is. `turns` has, for t = 1, 2, 3, the real and then the
 * imaginary parts of e^(-2 pi i t p / n) for p < n / 4.
 */
function transform(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  workRe: usize,
  workIm: usize,
  n: i32,
  turns: usize,
): void {
  let left = (32 - clz(n)) >> 1;
  let fromRe = xRe;
  let fromIm = xIm;
  let stride = 1;
  for (; stride < n; left--) {
    const toRe = left & 1 ? yRe : workRe;
    const toIm = left & 1 ? yIm : workIm;
    if (stride == 1) stageOfNeighbours(fromRe, fromIm, toRe, toIm, n, turns);
    else if (stride * 4 <= n) stageOfFour(fromRe, fromIm, toRe, toIm, n, stride, turns);
    else stageOfTwo(fromRe, fromIm, toRe, toIm, n);
    fromRe = toRe;
    fromIm = toIm;
    stride *= 4;
  }
}

/** A method, so that it is put in place of its calls. */
abstract class Crossed {
  /** One part of a - c -+ i (b - d): of a and c this part, of b and d the other. */
  @inline
  static of(a: v128, c: v128, b: v128, d: v128, plus: bool): v128 {
    const across = f32x4.sub(b, d);
    const along = f32x4.sub(a, c);
    return plus ? f32x4.add(along, across) : f32x4.sub(along, across);
  }
}

/** Places p, p + n/4, p + n/2, p + 3n/4 of x go to the places 4 p to 4 p + 3 of y, for four neighbouring p at a time. */
function stageOfNeighbours(xRe: usize, xIm: usize, yRe: usize, yIm: usize, n: i32, turns: usize): void {
  const quarter = ((<usize>n) >> 2) * FLOAT;
  for (let p: usize = 0; p < quarter; p += 16) {
    const aRe = v128.load(xRe + p);
    const aIm = v128.load(xIm + p);
    const bRe = v128.load(xRe + p + quarter);
    const bIm = v128.load(xIm + p + quarter);
    const cRe = v128.load(xRe + p + 2 * quarter);
    const cIm = v128.load(xIm + p + 2 * quarter);
    const dRe = v128.load(xRe + p + 3 * quarter);
    const dIm = v128.load(xIm + p + 3 * quarter);
    const evenRe = f32x4.add(aRe, cRe);
    const evenIm = f32x4.add(aIm, cIm);
    const oddRe = f32x4.add(bRe, dRe);
    const oddIm = f32x4.add(bIm, dIm);
    const r1 = Crossed.of(aRe, cRe, bIm, dIm, true);
    const i1 = Crossed.of(aIm, cIm, bRe, dRe, false);
    const r2 = f32x4.sub(evenRe, oddRe);
    const i2 = f32x4.sub(evenIm, oddIm);
    const r3 = Crossed.of(aRe, cRe, bIm, dIm, false);
    const i3 = Crossed.of(aIm, cIm, bRe, dRe, true);
    const turn = turns + p;
    const w1 = v128.load(turn);
    const v1 = v128.load(turn + quarter);
    const w2 = v128.load(turn + 2 * quarter);
    const v2 = v128.load(turn + 3 * quarter);
    const w3 = v128.load(turn + 4 * quarter);
    const v3 = v128.load(turn + 5 * quarter);
    storeTurned(
      yRe + 4 * p,
      f32x4.add(evenRe, oddRe),
      realProduct(r1, i1, w1, v1),
      realProduct(r2, i2, w2, v2),
      realProduct(r3, i3, w3, v3),
    );
    storeTurned(
      yIm + 4 * p,
      f32x4.add(evenIm, oddIm),
      imagProduct(r1, i1, w1, v1),
      imagProduct(r2, i2, w2, v2),
      imagProduct(r3, i3, w3, v3),
    );
  }
}

/** The columns of a square of four rows, one after the other. */
function storeTurned(y: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(y, v128.shuffle<f64>(ab, cd, 1, 3), 16);
  v128.store(y, v128.shuffle<f64>(AB, CD, 0, 2), 32);
  v128.store(y, v128.shuffle<f64>(AB, CD, 1, 3), 48);
}

/** The same for runs of `stride` numbers, which have the same turn. */
function stageOfFour(xRe: usize, xIm: usize, yRe: usize, yIm: usize, n: i32, stride: i32, turns: usize): void {
  const quarter = ((<usize>n) >> 2) * FLOAT;
  const run = <usize>stride * FLOAT;
  for (let p: usize = 0; p < quarter; p += run) {
    const turn = turns + p;
    const w1 = v128.load32_splat(turn);
    const v1 = v128.load32_splat(turn + quarter);
    const w2 = v128.load32_splat(turn + 2 * quarter);
    const v2 = v128.load32_splat(turn + 3 * quarter);
    const w3 = v128.load32_splat(turn + 4 * quarter);
    const v3 = v128.load32_splat(turn + 5 * quarter);
    for (let q: usize = 0; q < run; q += 16) {
      const at = p + q;
      const aRe = v128.load(xRe + at);
      const aIm = v128.load(xIm + at);
      const bRe = v128.load(xRe + at + quarter);
      const bIm = v128.load(xIm + at + quarter);
      const cRe = v128.load(xRe + at + 2 * quarter);
      const cIm = v128.load(xIm + at + 2 * quarter);
      const dRe = v128.load(xRe + at + 3 * quarter);
      const dIm = v128.load(xIm + at + 3 * quarter);
      const evenRe = f32x4.add(aRe, cRe);
      const evenIm = f32x4.add(aIm, cIm);
      const oddRe = f32x4.add(bRe, dRe);
      const oddIm = f32x4.add(bIm, dIm);
      const r1 = Crossed.of(aRe, cRe, bIm, dIm, true);
      const i1 = Crossed.of(aIm, cIm, bRe, dRe, false);
      const r2 = f32x4.sub(evenRe, oddRe);
      const i2 = f32x4.sub(evenIm, oddIm);
      const r3 = Crossed.of(aRe, cRe, bIm, dIm, false);
      const i3 = Crossed.of(aIm, cIm, bRe, dRe, true);
      const to = 4 * p + q;
      v128.store(yRe + to, f32x4.add(evenRe, oddRe));
      v128.store(yIm + to, f32x4.add(evenIm, oddIm));
      v128.store(yRe + to + run, realProduct(r1, i1, w1, v1));
      v128.store(yIm + to + run, imagProduct(r1, i1, w1, v1));
      v128.store(yRe + to + 2 * run, realProduct(r2, i2, w2, v2));
      v128.store(yIm + to + 2 * run, imagProduct(r2, i2, w2, v2));
      v128.store(yRe + to + 3 * run, realProduct(r3, i3, w3, v3));
      v128.store(yIm + to + 3 * run, imagProduct(r3, i3, w3, v3));
    }
  }
}

/** The last stage where n is no power of four: sums and differences of the halves. */
function stageOfTwo(xRe: usize, xIm: usize, yRe: usize, yIm: usize, n: i32): void {
  const half = ((<usize>n) >> 1) * FLOAT;
  for (let q: usize = 0; q < half; q += 16) {
    const aRe = v128.load(xRe + q);
    const aIm = v128.load(xIm + q);
    const bRe = v128.load(xRe + q + half);
    const bIm = v128.load(xIm + q + half);
    v128.store(yRe + q, f32x4.add(aRe, bRe));
    v128.store(yIm + q, f32x4.add(aIm, bIm));
    v128.store(yRe + q + half, f32x4.sub(aRe, bRe));
    v128.store(yIm + q + half, f32x4.sub(aIm, bIm));
  }
}
