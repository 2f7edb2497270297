import { Geometry } from './geometry';
import { addProductTo, zero } from './rows';

/**
 * Both gradients of the depthwise convolution, in which each input channel has `outChannels / inChannels` filters of its own:
 * x [.., C], filter [filterHeight, filterWidth, C, M], dy [.., C M].
 */
export function depthwiseFilterGradient(x: usize, dy: usize, g: Geometry, out: usize): void {
  zero(out, g.filterHeight * g.filterWidth * g.outChannels);
  overTaps(g, x, dy, out, true);
}

export function depthwiseInputGradient(dy: usize, filter: usize, g: Geometry, out: usize): void {
  zero(out, g.batch * g.inHeight * g.inWidth * g.inChannels);
  overTaps(g, out, dy, filter, false);
}

/** Goes over every position and every tap of the window that lies inside of the image. */
function overTaps(g: Geometry, x: usize, dy: usize, filter: usize, toFilter: bool): void {
  const inBytes = (<usize>g.inChannels) << 2;
  const outBytes = (<usize>g.outChannels) << 2;
  for (let b = 0; b < g.batch; b++) {
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
