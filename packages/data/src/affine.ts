import type { Picture } from './corruption.js';

/** An affine map about the centre: where a pixel (x, y) of the result comes from, (ax + by + c, dx + ey + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Moves the pixels of an image by an affine map, with bilinear interpolation; what comes from outside is black. */
export function resample(picture: Picture, [a, b, c, d, e, f]: Affine): Float32Array {
  const { pixels, height, width, channels } = picture;
  const result = new Float32Array(pixels.length);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  let to = 0;
  for (let y = -centreY; y <= centreY; y++) {
    for (let x = -centreX; x <= centreX; x++) {
      const fromX = a * x + b * y + c + centreX;
      const fromY = d * x + e * y + f + centreY;
      for (let channel = 0; channel < channels; channel++) result[to++] = interpolate(picture, fromX, fromY, channel);
    }
  }
  return result;
}

function interpolate(picture: Picture, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const upper = (1 - u) * pixel(picture, left, top, channel) + u * pixel(picture, left + 1, top, channel);
  const lower = (1 - u) * pixel(picture, left, top + 1, channel) + u * pixel(picture, left + 1, top + 1, channel);
  return (1 - v) * upper + v * lower;
}

const pixel = ({ pixels, height, width, channels }: Picture, x: number, y: number, channel: number): number =>
  x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[(y * width + x) * channels + channel]!;
