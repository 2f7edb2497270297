import { Geometry } from './geometry';
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
