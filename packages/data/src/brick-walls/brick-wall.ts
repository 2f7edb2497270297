import { DomainError, type NdArray, type Random, ndarray } from '@surprisal/core';
import { gaussianBlurred } from '../blur.js';
import type { Rgb } from '../colour.js';
import type { Picture } from '../corruption.js';
import { type LabelMask, drawnLabel, thresholdLabel } from './labels.js';
import { type Layout, layBricks } from './layout.js';
import { type WallShift, shifts } from './shifts.js';

/** How well a label is made: pixel by pixel, in haste, or by a machine. */
export type LabelQuality = 'accurate' | 'noisy' | 'pseudo';

/** A picture of a wall, with labels of its mortar: 1 is mortar. */
export interface BrickWall {
  /** `[size, size, 3]`, from 0 to 1. */
  readonly image: NdArray<Float32Array>;
  /** `[size, size]` each. */
  readonly labels: Readonly<Record<LabelQuality, LabelMask>>;
}

export interface BrickWallOptions {
  /** Side of the picture in pixels, from 16 on; default 64. */
  readonly size?: number;
  /** Something that walls without it do not prepare for. */
  readonly shift?: WallShift;
}

/**
 * Draws a picture of a brick wall, whose mortar is one connected net with holes: a test of what keeps connected things connected. Bricks and mortar have the sizes,
 * colours and noise that stand below; the accurate label is the mortar itself, whatever hides it.
 *
 * - noisy: drawn in haste, with a pen of three pixels, and gaps
 * - pseudo: what is lighter than Otsu's threshold
 *
 * In the manner of the photographs of Valverde, Koga, Otsuka, Dahl: TopoMortar, 2025, arXiv:2503.03365. The same stream gives the same wall.
 *
 * @throws DomainError for a size that is no whole number from 16 on
 *
 * @example
 * const { image, labels } = brickWall(new Random(1));
 * const mortar = labels.accurate.data.reduce((sum, value) => sum + value, 0) / labels.accurate.data.length;
 * console.log(image.shape, mortar.toFixed(2)); // [ 64, 64, 3 ] 0.28
 */
export function brickWall(random: Random, { size = 64, shift }: BrickWallOptions = {}): BrickWall {
  if (!(Number.isInteger(size) && size >= 16))
    throw new DomainError(`brickWall: size must be a whole number from 16 on, got ${size}`);
  const slope = shift === 'angles' ? random.split('slope').uniform(0.2, 0.4) : 0;
  const layout = layBricks(size, slope, random.split('bricks'));
  const painted = { pixels: paint(layout, random.split('colours')), height: size, width: size, channels: 3 };
  if (shift !== undefined && shift !== 'angles') shifts[shift](painted, random.split(shift));
  const picture = { ...painted, pixels: photograph(painted, random.split('photograph')) };
  return {
    image: ndarray(picture.pixels, [size, size, 3]),
    labels: {
      accurate: ndarray(layout.bricks.map((brick) => (brick === 0 ? 1 : 0)), [size, size]), // prettier-ignore
      noisy: drawnLabel(layout.middles, size, random.split('pen')),
      pseudo: thresholdLabel(picture),
    },
  };
}

const BRICK: Rgb = [0.55, 0.25, 0.2];
const MORTAR: Rgb = [0.6, 0.58, 0.55];

/** Mortar and bricks in colours that vary from wall to wall, and from brick to brick. */
function paint({ bricks, count }: Layout, random: Random): Float32Array {
  const near = (colour: Rgb, deviation: number) =>
    colour.map((value) => random.normal(value, deviation)) as unknown as Rgb;
  const [mortar, brick] = [near(MORTAR, 0.04), near(BRICK, 0.05)];
  const colours = [mortar, ...Array.from({ length: count }, () => near(brick, 0.06))];
  const pixels = new Float32Array(3 * bricks.length);
  bricks.forEach((number, pixel) => pixels.set(colours[number]!, 3 * pixel));
  return pixels;
}

/** What a camera makes of it: a little out of focus, in uneven light, with noise. */
function photograph(picture: Picture, random: Random): Float32Array {
  const { height, width, pixels } = picture;
  const dark = { pixels: random.split('light').normals(height * width), height, width, channels: 1 };
  const light = gaussianBlurred(dark, 6);
  const noise = random.split('noise').normals(pixels.length, 0, 0.06);
  return gaussianBlurred(picture, 0.7).map((value, i) =>
    Math.min(1, Math.max(0, value + 0.6 * light[Math.floor(i / 3)]! + noise[i]!)),
  );
}
