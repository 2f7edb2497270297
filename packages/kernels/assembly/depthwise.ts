import { Geometry } from './geometry';
import { multiplyAdd } from './multiply-add';
import { addProductTo, zero } from './rows';

/**
 * Both gradients of the depthwise convolution, in which each input channel has `outChannels / inChannels` filters of its own:
 * x [.., C], filter [filterHeight, filterWidth, C, M], dy [.., C M]. That of the filter is computed in parts, each of so many images.
 */
export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  g: Geometry,
  images: i32,
  out: usize,
  from: i32,
  to: i32,
): void {
  const size = g.filterHeight * g.filterWidth * g.outChannels;
  for (let part = from; part < to; part++) {
    const sum = out + ((<usize>part * <usize>size) << 2);
    zero(sum, size);
    overTaps(g, x, dy, sum, true, part * images, min(g.batch, (part + 1) * images));
  }
}

/** A unit is an image. */
export function depthwiseInputGradient(dy: usize, filter: usize, g: Geometry, out: usize, from: i32, to: i32): void {
  const size = g.inHeight * g.inWidth * g.inChannels;
  zero(out + ((<usize>from * <usize>size) << 2), (to - from) * size);
  overTaps(g, out, dy, filter, false, from, to);
}

/** Goes over every position in the images [from, to), and every tap of the window that lies inside of the image. */
function overTaps(g: Geometry, x: usize, dy: usize, filter: usize, toFilter: bool, from: i32, to: i32): void {
  const inBytes = (<usize>g.inChannels) << 2;
  const outBytes = (<usize>g.outChannels) << 2;
  dy += <usize>(from * g.outHeight * g.outWidth) * outBytes;
  for (let b = from; b < to; b++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++, dy += outBytes) {
        for (let fy = 0; fy < g.filterHeight; fy++) {
          const y = oy * g.strideHeight - g.padTop + fy * g.dilationHeight;
          if (y < 0 || y >= g.inHeight) continue;
          for (let fx = 0; fx < g.filterWidth; fx++) {
            const column = ox * g.strideWidth - g.padLeft + fx * g.dilationWidth;
            if (column < 0 || column >= g.inWidth) continue;
            const at = x + <usize>((b * g.inHeight + y) * g.inWidth + column) * inBytes;
            const tap = filter + <usize>(fy * g.filterWidth + fx) * outBytes;
            if (toFilter) addToFilter(at, dy, tap, g);
            else addToInput(dy, tap, at, g);
          }
        }
      }
    }
  }
}

/** tap[c, m] += x[c] dy[c, m] */
function addToFilter(x: usize, dy: usize, tap: usize, g: Geometry): void {
  if (g.inChannels == g.outChannels) return addProductTo(x, dy, tap, g.inChannels);
  const multiplier = g.outChannels / g.inChannels;
  for (let c = 0; c < g.inChannels; c++, x += 4) {
    for (let m = 0; m < multiplier; m++, dy += 4, tap += 4) {
      store<f32>(tap, load<f32>(tap) + load<f32>(x) * load<f32>(dy));
    }
  }
}

/** x[c] += sum over m of dy[c, m] tap[c, m] */
function addToInput(dy: usize, tap: usize, x: usize, g: Geometry): void {
  if (g.inChannels == g.outChannels) return addProductTo(dy, tap, x, g.inChannels);
  const multiplier = g.outChannels / g.inChannels;
  for (let c = 0; c < g.inChannels; c++, x += 4) {
    let sum = load<f32>(x);
    for (let m = 0; m < multiplier; m++, dy += 4, tap += 4) sum += load<f32>(dy) * load<f32>(tap);
    store<f32>(x, sum);
  }
}

/**
 * The depthwise convolution with one filter a channel, a line of the result a unit: at each position, the sum over the taps that lie
 * inside of the image, for eight channels at a time.
 */
export function depthwise(x: usize, filter: usize, g: Geometry, out: usize, from: i32, to: i32): void {
  const bytes = (<usize>g.inChannels) << 2;
  out += <usize>from * <usize>g.outWidth * bytes;
  for (let line = from; line < to; line++) {
    const top = (line % g.outHeight) * g.strideHeight - g.padTop;
    const firstRow = firstTap(top, g.dilationHeight);
    const rows = endTap(top, g.inHeight, g.dilationHeight, g.filterHeight) - firstRow;
    const image = (line / g.outHeight) * g.inHeight + top + firstRow * g.dilationHeight;
    for (let ox = 0; ox < g.outWidth; ox++, out += bytes) {
      const left = ox * g.strideWidth - g.padLeft;
      const first = firstTap(left, g.dilationWidth);
      const columns = endTap(left, g.inWidth, g.dilationWidth, g.filterWidth) - first;
      const at = <isize>(image * g.inWidth + left + first * g.dilationWidth) * <isize>bytes;
      sumTaps(x + at, filter + <usize>(firstRow * g.filterWidth + first) * bytes, g, rows, columns, out);
    }
  }
}

/** The first of the taps, a dilation apart from `at` on, that lies inside of the image. */
function firstTap(at: i32, dilation: i32): i32 {
  return at < 0 ? (dilation - 1 - at) / dilation : 0;
}

/** The first that does not any more. */
function endTap(at: i32, size: i32, dilation: i32, taps: i32): i32 {
  return at >= size ? 0 : min(taps, (size - at + dilation - 1) / dilation);
}

/** out[c] = sum over rows and columns of the window of x[.., c] filter[.., c] */
function sumTaps(x: usize, filter: usize, g: Geometry, rows: i32, columns: i32, out: usize): void {
  const bytes = (<usize>g.inChannels) << 2;
  const xStep = <usize>g.dilationWidth * bytes;
  const xLine = <usize>(g.dilationHeight * g.inWidth) * bytes;
  const line = <usize>g.filterWidth * bytes;
  const end = out + bytes;
  for (; out + 32 <= end; x += 32, filter += 32, out += 32) {
    let low = f32x4.splat(0);
    let high = low;
    for (let row = 0; row < rows; row++) {
      let a = x + <usize>row * xLine;
      let b = filter + <usize>row * line;
      for (let column = 0; column < columns; column++, a += xStep, b += bytes) {
        low = multiplyAdd(v128.load(a), v128.load(b), low);
        high = multiplyAdd(v128.load(a, 16), v128.load(b, 16), high);
      }
    }
    v128.store(out, low);
    v128.store(out, high, 16);
  }
  for (; out < end; x += 4, filter += 4, out += 4) {
    let sum: f32 = 0;
    for (let row = 0; row < rows; row++) {
      let a = x + <usize>row * xLine;
      let b = filter + <usize>row * line;
      for (let column = 0; column < columns; column++, a += xStep, b += bytes) sum += load<f32>(a) * load<f32>(b);
    }
    store<f32>(out, sum);
  }
}
