import { offset } from './axes';

/** How many rows of the result a unit has: their numbers lie side by side in x, and fill a line of a cache. */
const ROWS = 16;

/**
 * Matrices turned over: x has `height` numbers side by side, and `width` of those `xStride` apart; out the other way round,
 * `outStride` apart. There is one at each place of the axes [rank] (sizes, strides in x, strides in out).
 */
export function transposeMatrices(
  x: usize,
  height: i32,
  xStride: i32,
  width: i32,
  outStride: i32,
  rank: i32,
  axes: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  const units = (height + ROWS - 1) / ROWS;
  const step = (<usize>rank) << 2;
  for (let unit = from; unit < to; unit++) {
    const matrix = unit / units;
    const row = (unit - matrix * units) * ROWS;
    const source = offset(matrix, rank, axes, axes + step) + row;
    const target = offset(matrix, rank, axes, axes + 2 * step) + row * outStride;
    const rows = min(ROWS, height - row);
    transposeRows(
      x + ((<usize>source) << 2),
      (<usize>xStride) << 2,
      out + ((<usize>target) << 2),
      (<usize>outStride) << 2,
      rows,
      width,
    );
  }
}

/** By squares of four, as far as they go. */
function transposeRows(x: usize, xStride: usize, out: usize, outStride: usize, rows: i32, width: i32): void {
  const wholeRows = rows & ~3;
  const wholeWidth = width & ~3;
  for (let j = 0; j < wholeWidth; j += 4, x += 4 * xStride, out += 16) {
    for (let i = 0; i < wholeRows; i += 4) {
      transposeSquare(x + ((<usize>i) << 2), xStride, out + <usize>i * outStride, outStride);
    }
    for (let i = wholeRows; i < rows; i++) copyColumn(x + ((<usize>i) << 2), xStride, out + <usize>i * outStride, 4);
  }
  for (let i = 0; i < rows; i++)
    copyColumn(x + ((<usize>i) << 2), xStride, out + <usize>i * outStride, width - wholeWidth);
}

function transposeSquare(x: usize, xStride: usize, out: usize, outStride: usize): void {
  const r0 = v128.load(x);
  const r1 = v128.load(x + xStride);
  const r2 = v128.load(x + 2 * xStride);
  const r3 = v128.load(x + 3 * xStride);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
  v128.store(out + outStride, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  v128.store(out + 2 * outStride, v128.shuffle<f32>(c, d, 0, 1, 4, 5));
  v128.store(out + 3 * outStride, v128.shuffle<f32>(c, d, 2, 3, 6, 7));
}

function copyColumn(x: usize, xStride: usize, out: usize, n: i32): void {
  for (; n > 0; n--, x += xStride, out += 4) store<f32>(out, load<f32>(x));
}
