/**
 * The product of two matrices, blocked after Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008):
 * both sides are packed into panels as the innermost loop reads them, so that how they lie in memory matters to the packing
 * alone, and a tile of the result stays in registers while a whole block of the inner dimension passes.
 *
 * Every number of the result is a sum over blocks of the inner dimension, one after the other, whoever computes it.
 */
import { multiplyAdd } from './multiply-add';
import { COLUMNS, ROWS, packPanels, panelBytes } from './panels';
import { zero } from './rows';

/** A panel of the right side, DEPTH x COLUMNS, stays in the first cache; a block of the left side, HEIGHT x DEPTH, in the second. */
const DEPTH = 320;
const HEIGHT = 64;
const WIDTH = 256;

/** What one thread packs at a time: blocks of the left side, and of the right. */
const TALL = 128;
const WIDE = 1024;

function parts(x: i32, unit: i32): i32 {
  return (x + unit - 1) / unit;
}

/** How deep the blocks of an inner dimension are: all about the same. */
export function blockDepth(k: i32): i32 {
  return parts(parts(k, max(parts(k, DEPTH), 1)), 4) * 4;
}

export function packedBytes(count: i32, width: i32, depth: i32): i32 {
  return parts(count, width) * panelBytes(width, depth);
}

/** The bytes that `multiply` needs to work in. */
export function multiplyScratch(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, blockDepth(k));
  return packedBytes(min(m, TALL), ROWS, depth) + packedBytes(min(n, WIDE), COLUMNS, depth);
}

/**
 * c = a b, or c += a b, for a [m, k] and b [k, n] of any strides (in elements; one of a matrix's two is 1), and c [m, n] whose rows
 * lie `cRow` apart.
 */
export function multiply(
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  accumulate: bool,
  scratch: usize,
): void {
  if (k == 0 && !accumulate) for (let i = 0; i < m; i++) zero(c + offset(i, cRow), n);
  const most = blockDepth(k);
  const right = scratch + packedBytes(min(m, TALL), ROWS, min(k, most));
  for (let j = 0; j < n; j += WIDE) {
    const width = min(n - j, WIDE);
    for (let p = 0; p < k; p += most) {
      const depth = min(k - p, most);
      packPanels(
        b + offset(p, bRow) + offset(j, bColumn),
        bColumn,
        bRow,
        width,
        depth,
        COLUMNS,
        right,
        0,
        parts(width, COLUMNS),
      );
      for (let i = 0; i < m; i += TALL) {
        const height = min(m - i, TALL);
        packPanels(
          a + offset(i, aRow) + offset(p, aColumn),
          aRow,
          aColumn,
          height,
          depth,
          ROWS,
          scratch,
          0,
          parts(height, ROWS),
        );
        const blocks = parts(height, HEIGHT) * parts(width, WIDTH);
        multiplyPacked(
          scratch,
          right,
          c + offset(i, cRow) + offset(j, 1),
          cRow,
          height,
          width,
          depth,
          accumulate || p > 0,
          0,
          blocks,
        );
      }
    }
  }
}

/** Products of matrices that all have the same sizes: c[i] = a[i] b[i], where a and b lie as a table of pairs of addresses says, and the c one after the other. */
export function multiplyEach(
  table: usize,
  aRow: i32,
  aColumn: i32,
  bRow: i32,
  bColumn: i32,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const at = table + ((<usize>i) << 3);
    const to = c + offset(i, m * n);
    multiply(load<u32>(at), aRow, aColumn, load<u32>(at, 4), bRow, bColumn, to, n, m, n, k, false, scratch);
  }
}

function offset(index: i32, stride: i32): usize {
  return (<usize>index * <usize>stride) << 2;
}

/** How many blocks of the result there are, each of which is computed on its own. */
export function blockCount(m: i32, n: i32): i32 {
  return parts(m, HEIGHT) * parts(n, WIDTH);
}

/** The blocks [from, to) of c = a b, or c += a b, from packed sides. */
export function multiplyPacked(
  left: usize,
  right: usize,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  depth: i32,
  accumulate: bool,
  from: i32,
  to: i32,
): void {
  const down = parts(m, HEIGHT);
  for (let block = from; block < to; block++) {
    const i = (block % down) * HEIGHT;
    const j = (block / down) * WIDTH;
    const a = left + <usize>(i / ROWS) * <usize>panelBytes(ROWS, depth);
    const b = right + <usize>(j / COLUMNS) * <usize>panelBytes(COLUMNS, depth);
    multiplyBlock(
      a,
      b,
      c + offset(i, cRow) + offset(j, 1),
      cRow,
      min(m - i, HEIGHT),
      min(n - j, WIDTH),
      depth,
      accumulate,
    );
  }
}

function multiplyBlock(
  left: usize,
  right: usize,
  c: usize,
  cRow: i32,
  height: i32,
  width: i32,
  depth: i32,
  accumulate: bool,
): void {
  for (let j = 0; j < width; j += COLUMNS, right += panelBytes(COLUMNS, depth)) {
    let panel = left;
    for (let i = 0; i < height; i += ROWS, panel += panelBytes(ROWS, depth)) {
      const at = c + offset(i, cRow) + offset(j, 1);
      multiplyTile(
        panel,
        right,
        depth,
        at,
        offset(cRow, 1),
        min(height - i, ROWS),
        min(width - j, COLUMNS),
        accumulate,
      );
    }
  }
}

function multiplyTile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0),
    c01 = c00,
    c10 = c00,
    c11 = c00,
    c20 = c00,
    c21 = c00,
    c30 = c00,
    c31 = c00;
  const end = a + <usize>(depth * ROWS * 4);
  while (a < end) {
    const b0 = v128.load(b, 0),
      b1 = v128.load(b, 16);
    let s = v128.load32_splat(a, 0);
    c00 = multiplyAdd(s, b0, c00);
    c01 = multiplyAdd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, b0, c10);
    c11 = multiplyAdd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = multiplyAdd(s, b0, c20);
    c21 = multiplyAdd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = multiplyAdd(s, b0, c30);
    c31 = multiplyAdd(s, b1, c31);
    a += 16;
    b += 32;
  }
  put(c, c00, c01, columns, accumulate);
  if (rows > 1) put(c + cRow, c10, c11, columns, accumulate);
  if (rows > 2) put(c + 2 * cRow, c20, c21, columns, accumulate);
  if (rows > 3) put(c + 3 * cRow, c30, c31, columns, accumulate);
}

/** The part of a tile's row that lies inside of the result. */
function put(c: usize, low: v128, high: v128, columns: i32, accumulate: bool): void {
  if (columns < 4) return putSome(c, low, columns, accumulate);
  v128.store(c, accumulate ? f32x4.add(v128.load(c), low) : low);
  if (columns < COLUMNS) return putSome(c + 16, high, columns - 4, accumulate);
  v128.store(c + 16, accumulate ? f32x4.add(v128.load(c, 16), high) : high);
}

function putSome(c: usize, value: v128, count: i32, accumulate: bool): void {
  for (; count > 0; count--, c += 4) {
    const first = f32x4.extract_lane(value, 0);
    store<f32>(c, accumulate ? load<f32>(c) + first : first);
    value = i32x4.shuffle(value, value, 1, 2, 3, 0);
  }
}
