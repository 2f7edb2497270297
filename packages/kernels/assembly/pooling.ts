import { Geometry } from './geometry';
import { zero } from './rows';

/** The gradient of max pooling: dy goes to the first of the largest numbers under the window. None goes anywhere for NaN alone. A unit is an image. */
export function maxPoolGradient(x: usize, dy: usize, g: Geometry, out: usize, from: i32, to: i32): void {
  const channels = g.inChannels;
  dy += (<usize>(from * g.outHeight * g.outWidth) * <usize>channels) << 2;
  for (let b = from; b < to; b++) {
    const image = (<usize>(b * g.inHeight * g.inWidth) * <usize>channels) << 2;
    zero(out + image, g.inHeight * g.inWidth * channels);
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        let c = 0;
        for (; c + 4 <= channels; c += 4, dy += 16) {
          const at = firstLargest4(x + image, oy, ox, c, g);
          addAt(out + image, i32x4.extract_lane(at, 0), load<f32>(dy, 0));
          addAt(out + image, i32x4.extract_lane(at, 1), load<f32>(dy, 4));
          addAt(out + image, i32x4.extract_lane(at, 2), load<f32>(dy, 8));
          addAt(out + image, i32x4.extract_lane(at, 3), load<f32>(dy, 12));
        }
        for (; c < channels; c++, dy += 4) addAt(out + image, firstLargest(x + image, oy, ox, c, g), load<f32>(dy));
      }
    }
  }
}

function addAt(image: usize, index: i32, value: f32): void {
  if (index < 0) return;
  const at = image + ((<usize>index) << 2);
  store<f32>(at, load<f32>(at) + value);
}

/** For four channels from c on, the index in the image of the first of the largest numbers; -1 when there is none. */
function firstLargest4(image: usize, oy: i32, ox: i32, c: i32, g: Geometry): v128 {
  let largest = f32x4.splat(-Infinity);
  let at = i32x4.splat(-1);
  const lanes = i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3));
  for (let fy = 0; fy < g.filterHeight; fy++) {
    const y = oy * g.strideHeight - g.padTop + fy * g.dilationHeight;
    if (y < 0 || y >= g.inHeight) continue;
    for (let fx = 0; fx < g.filterWidth; fx++) {
      const column = ox * g.strideWidth - g.padLeft + fx * g.dilationWidth;
      if (column < 0 || column >= g.inWidth) continue;
      const index = (y * g.inWidth + column) * g.inChannels;
      const value = v128.load(image + ((<usize>(index + c)) << 2));
      const larger = f32x4.gt(value, largest);
      largest = v128.bitselect(value, largest, larger);
      at = v128.bitselect(i32x4.add(i32x4.splat(index), lanes), at, larger);
    }
  }
  return at;
}

function firstLargest(image: usize, oy: i32, ox: i32, c: i32, g: Geometry): i32 {
  let largest: f32 = -Infinity;
  let at = -1;
  for (let fy = 0; fy < g.filterHeight; fy++) {
    const y = oy * g.strideHeight - g.padTop + fy * g.dilationHeight;
    if (y < 0 || y >= g.inHeight) continue;
    for (let fx = 0; fx < g.filterWidth; fx++) {
      const column = ox * g.strideWidth - g.padLeft + fx * g.dilationWidth;
      if (column < 0 || column >= g.inWidth) continue;
      const index = (y * g.inWidth + column) * g.inChannels + c;
      const value = load<f32>(image + ((<usize>index) << 2));
      if (value > largest) {
        largest = value;
        at = index;
      }
    }
  }
  return at;
}
