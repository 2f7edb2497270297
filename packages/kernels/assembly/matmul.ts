/**
 * The product of two matrices, blocked after Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008):
 * both sides are packed into panels as the innermost loop reads them, so that how they lie in memory matters to the packing
 * alone, and a tile of the result stays in registers while a whole block of the inner dimension passes.
 */

/** Rows and columns of the tile that stays in registers. */
const ROWS = 4;
const COLUMNS = 8;

/** A panel of the right side, DEPTH x COLUMNS, stays in the first cache; a block of the left side, HEIGHT x DEPTH, in the second. */
const DEPTH = 256;
const HEIGHT = 128;
const WIDTH = 1024;

const FLOAT = 4;
const TILE = ROWS * COLUMNS * FLOAT;

/** Panels of a power of two would all fall into the same lines of a cache. */
const GAP = 64;

function roundUp(x: i32, unit: i32): i32 {
  return ((x + unit - 1) / unit) * unit;
}

function panelBytes(depth: i32): i32 {
  return depth * COLUMNS * FLOAT + GAP;
}

/** The bytes that `multiply` needs to work in. */
export function multiplyScratch(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, DEPTH);
  const left = roundUp(min(m, HEIGHT), ROWS) * depth * FLOAT;
  const right = (roundUp(min(n, WIDTH), COLUMNS) / COLUMNS) * panelBytes(depth);
  return TILE + GAP + left + right;
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
  if (k == 0 && !accumulate) for (let i = 0; i < m; i++) memory.fill(c + offset(i, cRow), 0, <usize>n * FLOAT);
  const tile = scratch;
  const left = scratch + TILE + GAP;
  const depthMost = min(k, DEPTH);
  const right = left + <usize>(roundUp(min(m, HEIGHT), ROWS) * depthMost * FLOAT);
  for (let j = 0; j < n; j += WIDTH) {
    const width = min(n - j, WIDTH);
    for (let p = 0; p < k; p += DEPTH) {
      const depth = min(k - p, DEPTH);
      packRight(b + offset(p, bRow) + offset(j, bColumn), bRow, bColumn, depth, width, right);
      for (let i = 0; i < m; i += HEIGHT) {
        const height = min(m - i, HEIGHT);
        packLeft(a + offset(i, aRow) + offset(p, aColumn), aRow, aColumn, depth, height, left);
        multiplyBlock(
          left,
          right,
          c + offset(i, cRow) + offset(j, 1),
          cRow,
          height,
          width,
          depth,
          accumulate || p > 0,
          tile,
        );
      }
    }
  }
}

function offset(index: i32, stride: i32): usize {
  return <usize>index * <usize>stride * FLOAT;
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
  tile: usize,
): void {
  for (let j = 0; j < width; j += COLUMNS) {
    const columns = min(width - j, COLUMNS);
    for (let i = 0; i < height; i += ROWS) {
      const rows = min(height - i, ROWS);
      const at = c + offset(i, cRow) + offset(j, 1);
      const panel = left + <usize>(i * depth * FLOAT);
      if (rows == ROWS && columns == COLUMNS) {
        multiplyTile(panel, right, depth, at, <usize>cRow * FLOAT, accumulate);
      } else {
        multiplyTile(panel, right, depth, tile, COLUMNS * FLOAT, false);
        storeEdge(tile, at, cRow, rows, columns, accumulate);
      }
    }
    right += panelBytes(depth);
  }
}

/** The part of a tile that lies inside of the result. */
function storeEdge(tile: usize, c: usize, cRow: i32, rows: i32, columns: i32, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + offset(i, cRow) + offset(j, 1);
      const value = load<f32>(tile + offset(i, COLUMNS) + offset(j, 1));
      store<f32>(at, accumulate ? load<f32>(at) + value : value);
    }
  }
}

function put(c: usize, value: v128, accumulate: bool): void {
  v128.store(c, accumulate ? f32x4.add(v128.load(c), value) : value);
}

function multiplyTile(a: usize, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0),
    c01 = c00,
    c10 = c00,
    c11 = c00,
    c20 = c00,
    c21 = c00,
    c30 = c00,
    c31 = c00;
  const end = a + <usize>(depth * ROWS * FLOAT);
  while (a < end) {
    const b0 = v128.load(b, 0),
      b1 = v128.load(b, 16);
    let s = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    a += 16;
    b += 32;
  }
  put(c, c00, accumulate);
  put(c + 16, c01, accumulate);
  c += cRow;
  put(c, c10, accumulate);
  put(c + 16, c11, accumulate);
  c += cRow;
  put(c, c20, accumulate);
  put(c + 16, c21, accumulate);
  c += cRow;
  put(c, c30, accumulate);
  put(c + 16, c31, accumulate);
}

/** Panels of ROWS rows: for each step of the inner dimension the ROWS elements side by side; zeros where there are no more rows. */
function packLeft(a: usize, row: i32, column: i32, depth: i32, height: i32, out: usize): void {
  for (let i = 0; i < height; i += ROWS) {
    packQuad(a + offset(i, row), row, column, min(height - i, 4), depth, out, ROWS * FLOAT);
    out += <usize>(depth * ROWS * FLOAT);
  }
}

function packRight(b: usize, row: i32, column: i32, depth: i32, width: i32, out: usize): void {
  if (column == 1) return packRightByRows(b, row, depth, width, out);
  for (let j = 0; j < width; j += COLUMNS) {
    packQuad(b + offset(j, column), column, row, min(width - j, 4), depth, out, COLUMNS * FLOAT);
    packQuad(b + offset(j + 4, column), column, row, min(width - j - 4, 4), depth, out + 16, COLUMNS * FLOAT);
    out += panelBytes(depth);
  }
}

/** Goes along the rows, which lie far apart. */
function packRightByRows(b: usize, row: i32, depth: i32, width: i32, out: usize): void {
  const whole = width & ~7;
  const step = <usize>panelBytes(depth);
  for (let p = 0; p < depth; p++) {
    let from = b + offset(p, row);
    let to = out + <usize>(p * COLUMNS * FLOAT);
    for (let j = 0; j < whole; j += COLUMNS) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += 32;
      to += step;
    }
    if (whole < width) {
      v128.store(to, i32x4.splat(0));
      v128.store(to, i32x4.splat(0), 16);
      for (let j = 0; j < width - whole; j++) store<f32>(to + offset(j, 1), load<f32>(from + offset(j, 1)));
    }
  }
}

/** Four vectors of `depth` elements, `lane` apart, element by element side by side, `stride` bytes from one to the next. */
function packQuad(from: usize, lane: i32, step: i32, lanes: i32, depth: i32, out: usize, stride: usize): void {
  let p = 0;
  if (lanes == 4) {
    if (step == 1) {
      const l = <usize>lane * FLOAT;
      for (; p + 4 <= depth; p += 4) {
        const r0 = v128.load(from),
          r1 = v128.load(from + l),
          r2 = v128.load(from + 2 * l),
          r3 = v128.load(from + 3 * l);
        const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
          b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7),
          d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        v128.store(out, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
        v128.store(out + stride, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
        v128.store(out + 2 * stride, v128.shuffle<f32>(c, d, 0, 1, 4, 5));
        v128.store(out + 3 * stride, v128.shuffle<f32>(c, d, 2, 3, 6, 7));
        from += 16;
        out += 4 * stride;
      }
    } else if (lane == 1) {
      const s = <usize>step * FLOAT;
      for (; p < depth; p++) {
        v128.store(out, v128.load(from));
        from += s;
        out += stride;
      }
    }
  }
  for (; p < depth; p++) {
    v128.store(out, i32x4.splat(0));
    for (let i = 0; i < lanes; i++) store<f32>(out + offset(i, 1), load<f32>(from + offset(i, lane)));
    from += <usize>step * FLOAT;
    out += stride;
  }
}
