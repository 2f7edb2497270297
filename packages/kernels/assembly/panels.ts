/** Matrices in panels, as the innermost loop of a product reads them. */

/** Rows and columns of the tile of a result that stays in registers: how wide panels of the left side are, and of the right. */
export const ROWS = 4;
export const COLUMNS = 8;

/** Panels of a power of two would all fall into the same lines of a cache. */
const GAP = 64;

/** Panels that are packed side by side, so that whole lines are read. */
const ABREAST = 8;

export function panelBytes(width: i32, depth: i32): i32 {
  return depth * width * 4 + GAP;
}

/**
 * The panels [from, to) of a matrix of `count` vectors, `across` apart, with `depth` elements each, `along` apart: place by place
 * along, the elements of `width` (4 or 8) vectors side by side; zeros beyond the last one.
 */
export function packPanels(
  x: usize,
  across: i32,
  along: i32,
  count: i32,
  depth: i32,
  width: i32,
  out: usize,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>panelBytes(width, depth);
  const whole = across == 1 ? min(to, count / width) : from;
  for (let panel = from; panel < to;) {
    const first = x + ((<usize>(panel * width) * <usize>across) << 2);
    const at = out + <usize>panel * bytes;
    const abreast = min(whole - panel, ABREAST);
    if (abreast > 0) copyPanels(first, along, depth, width, at, bytes, abreast);
    else packPanel(first, across, along, count - panel * width, depth, width, at);
    panel += max(abreast, 1);
  }
}

/** Whole panels of vectors that lie side by side already. */
function copyPanels(x: usize, along: i32, depth: i32, width: i32, out: usize, bytes: usize, panels: i32): void {
  for (let p = 0; p < depth; p++, x += (<usize>along) << 2, out += (<usize>width) << 2) {
    let from = x;
    let to = out;
    for (let panel = 0; panel < panels; panel++, to += bytes) {
      v128.store(to, v128.load(from));
      from += 16;
      if (width == 4) continue;
      v128.store(to, v128.load(from), 16);
      from += 16;
    }
  }
}

function packPanel(x: usize, across: i32, along: i32, count: i32, depth: i32, width: i32, out: usize): void {
  for (let i = 0; i < width; i += 4) {
    const lanes = max(0, min(count - i, 4));
    packQuad(
      x + ((<usize>i * <usize>across) << 2),
      across,
      along,
      lanes,
      depth,
      out + ((<usize>i) << 2),
      (<usize>width) << 2,
    );
  }
}

/** Up to four vectors side by side, `stride` bytes from one place to the next. */
function packQuad(from: usize, across: i32, along: i32, lanes: i32, depth: i32, out: usize, stride: usize): void {
  let p = 0;
  if (lanes == 4) {
    if (along == 1) {
      const l = (<usize>across) << 2;
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
    } else if (across == 1) {
      const s = (<usize>along) << 2;
      for (; p < depth; p++) {
        v128.store(out, v128.load(from));
        from += s;
        out += stride;
      }
    }
  }
  for (; p < depth; p++) {
    v128.store(out, i32x4.splat(0));
    for (let i = 0; i < lanes; i++)
      store<f32>(out + ((<usize>i) << 2), load<f32>(from + ((<usize>i * <usize>across) << 2)));
    from += (<usize>along) << 2;
    out += stride;
  }
}
