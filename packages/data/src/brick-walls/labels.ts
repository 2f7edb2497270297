import { type NdArray, type Random, ndarray } from '@surprisal/core';
import type { Picture } from '../corruption.js';

/** A mask `[height, width]`: 1 is foreground. */
export type LabelMask = NdArray<Int32Array>;

/** Share of the pixels at which the pen skips, and how far around. */
const SKIPS = { rate: 0.003, radius: 2 };

/** A label drawn in haste: lines of a pen three pixels wide, whatever the width of the joint, with gaps where the pen did not draw. */
export function drawnLabel(middles: Int32Array, size: number, random: Random): LabelMask {
  const drawn = new Int32Array(size * size);
  const stamp = (pixel: number, radius: number, value: number) => {
    const [y, x] = [Math.floor(pixel / size), pixel % size];
    for (let v = Math.max(0, y - radius); v <= Math.min(size - 1, y + radius); v++)
      for (let u = Math.max(0, x - radius); u <= Math.min(size - 1, x + radius); u++)
        if ((v - y) ** 2 + (u - x) ** 2 <= radius ** 2) drawn[v * size + u] = value;
  };
  middles.forEach((middle, pixel) => middle === 1 && stamp(pixel, 1, 1));
  for (let pixel = 0; pixel < drawn.length; pixel++) if (random.uniform() < SKIPS.rate) stamp(pixel, SKIPS.radius, 0);
  return ndarray(drawn, [size, size]);
}

/** A label that a machine found: what is lighter than Otsu's threshold of the grey picture. */
export function thresholdLabel({ pixels, height, width }: Picture): LabelMask {
  const greys = Float32Array.from({ length: height * width }, (_, i) => {
    const [red, green, blue] = pixels.subarray(3 * i, 3 * i + 3);
    return 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  });
  const threshold = otsuThreshold(greys);
  return ndarray(Int32Array.from(greys, (grey) => (grey > threshold ? 1 : 0)), [height, width]); // prettier-ignore
}

const LEVELS = 256;

/**
 * The threshold that parts numbers from 0 to 1 into two groups with the largest variance between them.
 *
 * Otsu: A Threshold Selection Method from Gray-Level Histograms, 1979.
 */
export function otsuThreshold(values: Float32Array): number {
  const counts = new Float64Array(LEVELS);
  for (const value of values) counts[levelOf(value)]!++;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [best, threshold, count, sum] = [-1, 0, 0, 0];
  for (let level = 0; level < LEVELS - 1; level++) {
    count += counts[level]!;
    sum += counts[level]! * level;
    if (count === 0 || count === values.length) continue;
    const between = count * (values.length - count) * (sum / count - (total - sum) / (values.length - count)) ** 2;
    if (between > best) [best, threshold] = [between, level];
  }
  return (threshold + 1) / LEVELS;
}

const levelOf = (value: number) => Math.min(LEVELS - 1, Math.max(0, Math.floor(value * LEVELS)));
