import type { Random } from '@surprisal/core';
import { type Picture, defineCorruption } from './corruption.js';

/** Turned about the centre, left or right; strength: degrees. */
export const rotate = defineCorruption({
  name: 'rotate',
  summary: 'Turned about the centre.',
  strengths: [10, 20, 30, 40, 55],
  corrupt(picture, degrees, random) {
    const angle = (either(random) * degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return resample(picture, [cos, sin, 0, -sin, cos, 0]);
  },
});

/** Slanted, left or right; strength: horizontal shift per row. */
export const shear = defineCorruption({
  name: 'shear',
  summary: 'Slanted.',
  strengths: [0.15, 0.3, 0.45, 0.6, 0.8],
  corrupt: (picture, slant, random) => resample(picture, [1, either(random) * slant, 0, 0, 1, 0]),
});

/** Made smaller about the centre; strength: the size that is left. */
export const scale = defineCorruption({
  name: 'scale',
  summary: 'Made smaller.',
  strengths: [0.9, 0.8, 0.7, 0.6, 0.45],
  corrupt: (picture, size) => resample(picture, [1 / size, 0, 0, 0, 1 / size, 0]),
});

/** Moved in a random direction; strength: share of the width. */
export const translate = defineCorruption({
  name: 'translate',
  summary: 'Moved off the centre.',
  strengths: [0.04, 0.08, 0.13, 0.18, 0.25],
  corrupt(picture, share, random) {
    const angle = random.uniform(0, 2 * Math.PI);
    return resample(picture, [
      1,
      0,
      share * picture.width * Math.cos(angle),
      0,
      1,
      share * picture.width * Math.sin(angle),
    ]);
  },
});

const either = (random: Random) => (random.uniform() < 0.5 ? -1 : 1);

/** An affine map about the centre: where a pixel (x, y) of the result comes from, (ax + by + c, dx + ey + f). */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Bilinear resampling; what comes from outside is black. */
function resample({ pixels, height, width, channels }: Picture, [a, b, c, d, e, f]: Affine): Float32Array {
  const result = new Float32Array(pixels.length);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const at = (x: number, y: number, channel: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[(y * width + x) * channels + channel]!;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [dx, dy] = [column - centreX, row - centreY];
      const [x, y] = [a * dx + b * dy + c + centreX, d * dx + e * dy + f + centreY];
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [u, v] = [x - left, y - top];
      for (let channel = 0; channel < channels; channel++) {
        const upper = (1 - u) * at(left, top, channel) + u * at(left + 1, top, channel);
        const lower = (1 - u) * at(left, top + 1, channel) + u * at(left + 1, top + 1, channel);
        result[(row * width + column) * channels + channel] = (1 - v) * upper + v * lower;
      }
    }
  }
  return result;
}
