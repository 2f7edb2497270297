import { Geometry } from './geometry';
import { multiply, multiplyScratch } from './matmul';
import { addTo, copy, zero } from './rows';

/** The patches that are laid out at a time take about this many bytes: what a second cache holds. */
const BLOCK = 1 << 19;

function features(g: Geometry): i32 {
  return g.filterHeight * g.filterWidth * g.inChannels;
}

/** Of one image. */
function positions(g: Geometry): i32 {
  return g.outHeight * g.outWidth;
}

/** How many positions are worked on at a time. */
function blockRows(g: Geometry): i32 {
  return min(g.batch * positions(g), max(64, min(256, BLOCK / 4 / max(features(g), 1))));
}

function patchBytes(g: Geometry): i32 {
  return blockRows(g) * features(g) * 4;
}

/** How many units a convolution has, each of so many positions. */
export function convolutionBlocks(g: Geometry): i32 {
  const rows = max(blockRows(g), 1);
  return (g.batch * positions(g) + rows - 1) / rows;
}

/** Whether the pixels of an image are its patches: a window of one pixel goes over all of them. */
function isPointwise(g: Geometry): bool {
  return (
    g.filterHeight == 1 &&
    g.filterWidth == 1 &&
    g.outHeight == g.inHeight &&
    g.outWidth == g.inWidth &&
    g.padTop == 0 &&
    g.padLeft == 0
  );
}

/** The bytes that a convolution, or either gradient of one, needs to work in. */
export function convolutionScratch(g: Geometry): i32 {
  const rows = blockRows(g);
  const products = max(
    multiplyScratch(rows, g.outChannels, features(g)),
    max(multiplyScratch(features(g), g.outChannels, rows), multiplyScratch(rows, features(g), g.outChannels)),
  );
  return patchBytes(g) + products;
}

/** The patch at each position times the filter [features, outChannels], a block of positions a unit. */
export function convolution(
  x: usize,
  filter: usize,
  g: Geometry,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const f = features(g);
  const n = g.outChannels;
  const work = scratch + patchBytes(g);
  const most = blockRows(g);
  for (let block = from; block < to; block++) {
    const i = block * most;
    const rows = min(most, g.batch * positions(g) - i);
    const pointwise = isPointwise(g);
    if (!pointwise) takePatches(x, g, i, rows, scratch);
    const patches = pointwise ? x + ((<usize>i * <usize>f) << 2) : scratch;
    multiply(patches, f, 1, filter, n, 1, out + ((<usize>i * <usize>n) << 2), n, rows, n, f, false, work);
  }
}

/** Parts of the filter's gradient [features, outChannels], each of so many images: the sum over positions of patch times dy. */
export function convolutionFilterGradient(
  x: usize,
  dy: usize,
  g: Geometry,
  images: i32,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const f = features(g);
  const n = g.outChannels;
  const work = scratch + patchBytes(g);
  const most = blockRows(g);
  for (let part = from; part < to; part++) {
    const sum = out + ((<usize>part * <usize>(f * n)) << 2);
    const end = min(g.batch, (part + 1) * images) * positions(g);
    zero(sum, f * n);
    for (let i = part * images * positions(g); i < end; i += most) {
      const rows = min(most, end - i);
      takePatches(x, g, i, rows, scratch);
      multiply(scratch, 1, f, dy + ((<usize>i * n) << 2), n, 1, sum, n, f, n, rows, true, work);
    }
  }
}

/** The input's gradient, so many images a unit: every position's dy times the filter, added to where the patch was taken. */
export function convolutionInputGradient(
  dy: usize,
  filter: usize,
  g: Geometry,
  images: i32,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const f = features(g);
  const n = g.outChannels;
  const work = scratch + patchBytes(g);
  const most = blockRows(g);
  const size = g.inHeight * g.inWidth * g.inChannels;
  for (let unit = from; unit < to; unit++) {
    const first = unit * images;
    const last = min(g.batch, first + images);
    zero(out + ((<usize>first * <usize>size) << 2), (last - first) * size);
    for (let i = first * positions(g), end = last * positions(g); i < end; i += most) {
      const rows = min(most, end - i);
      multiply(dy + ((<usize>i * n) << 2), n, 1, filter, 1, n, scratch, f, rows, f, n, false, work);
      givePatches(scratch, g, i, rows, out);
    }
  }
}

/** Rows [filterHeight, filterWidth, inChannels] of what lies under the window at each position; zeros beyond the image. */
function takePatches(x: usize, g: Geometry, from: i32, rows: i32, out: usize): void {
  const run = g.filterWidth * g.inChannels;
  for (let i = from; i < from + rows; i++) {
    const left = leftOf(i, g);
    const first = min(max(0, -left), g.filterWidth);
    const last = max(first, min(g.filterWidth, g.inWidth - left));
    for (let y = 0; y < g.filterHeight; y++, out += (<usize>run) << 2) {
      const line = lineOf(i, y, g);
      if (line < 0) {
        zero(out, run);
        continue;
      }
      const skipped = first * g.inChannels;
      const taken = (last - first) * g.inChannels;
      zero(out, skipped);
      copy(x + runAt(line, left + first, g), out + ((<usize>skipped) << 2), taken);
      zero(out + ((<usize>(skipped + taken)) << 2), run - skipped - taken);
    }
  }
}

/** Adds the rows to where they would be taken from. */
function givePatches(rowsAt: usize, g: Geometry, from: i32, rows: i32, x: usize): void {
  const run = g.filterWidth * g.inChannels;
  for (let i = from; i < from + rows; i++) {
    const left = leftOf(i, g);
    const first = min(max(0, -left), g.filterWidth);
    const last = max(first, min(g.filterWidth, g.inWidth - left));
    for (let y = 0; y < g.filterHeight; y++, rowsAt += (<usize>run) << 2) {
      const line = lineOf(i, y, g);
      if (line < 0) continue;
      const given = rowsAt + ((<usize>(first * g.inChannels)) << 2);
      addTo(given, x + runAt(line, left + first, g), (last - first) * g.inChannels);
    }
  }
}

/** The column of the image where the window at a position begins. */
function leftOf(position: i32, g: Geometry): i32 {
  return (position % g.outWidth) * g.strideWidth - g.padLeft;
}

/** The line, counted over all images, that a row of the window at a position lies on; -1 beyond the image. */
function lineOf(position: i32, row: i32, g: Geometry): i32 {
  const line = position / g.outWidth;
  const y = (line % g.outHeight) * g.strideHeight - g.padTop + row;
  return y < 0 || y >= g.inHeight ? -1 : (line / g.outHeight) * g.inHeight + y;
}

function runAt(line: i32, column: i32, g: Geometry): usize {
  return (<usize>(line * g.inWidth + column) * <usize>g.inChannels) << 2;
}
