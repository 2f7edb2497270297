import { type NdArray, type Random, ShapeError, ndarray } from '@surprisal/core';
import { fromHsv, toHsv } from './colour.js';

/** Three numbers from 0 to 1: the hue of all pixels in turns, and what is added to saturation and value, doubled. */
export type HueDraws = readonly [hue: number, saturation: number, value: number];

/**
 * Gives a picture one hue, and more saturation and value: `hue = 360 r1`, `+ 0.5 r2` and `+ 0.5 r3`, cut at 1. The picture is scaled to 0..1 by its smallest
 * and largest number for it, and back; one number alone stays.
 *
 * @param image `[height, width, 3]`, red, green, blue
 * @throws ShapeError for another shape
 *
 * Valverde, Koga, Otsuka, Dahl: TopoMortar, 2025, arXiv:2503.03365.
 *
 * @example
 * const image = ndarray(Float32Array.of(1, 0.5, 0, 0, 0, 0), [1, 2, 3]);
 * console.log(withHue(image, [2 / 3, 0, 0]).data.slice(0, 3).join()); // 0,0,1
 */
export function withHue({ data, shape }: NdArray, [r1, r2, r3]: HueDraws): NdArray<Float32Array> {
  if (shape.length !== 3 || shape[2] !== 3)
    throw new ShapeError(`withHue: image must be [height, width, 3], got [${shape.join(', ')}]`);
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const range = high - low;
  const coloured = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const scaled = (channel: number) => (range > 0 ? (data[at + channel]! - low) / range : 0);
    const [, saturation, value] = toHsv([scaled(0), scaled(1), scaled(2)]);
    const rgb = fromHsv(360 * r1, Math.min(1, saturation + 0.5 * r2), Math.min(1, value + 0.5 * r3));
    coloured.set(rgb.map((channel) => low + range * channel), at); // prettier-ignore
  }
  return ndarray(coloured, shape);
}

/**
 * RandHue, an augmentation: with a probability, a picture gets a hue of its own ({@link withHue}), so that a model cannot go by colour alone.
 *
 * @throws ShapeError unless the image is `[height, width, 3]`
 *
 * @example
 * const { image } = brickWall(new Random(1));
 * console.log(randHue(image, new Random(3), { probability: 0 }) === image); // true
 */
export function randHue(
  image: NdArray<Float32Array>,
  random: Random,
  { probability = 0.5 }: { readonly probability?: number } = {},
): NdArray<Float32Array> {
  if (random.uniform() >= probability) return image;
  return withHue(image, [random.uniform(), random.uniform(), random.uniform()]);
}
