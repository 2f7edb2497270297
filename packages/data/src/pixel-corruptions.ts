import type { Random } from '@surprisal/core';
import { type Picture, defineCorruption } from './corruption.js';

/** Normal noise on every pixel; strength: its standard deviation. */
export const gaussianNoise = defineCorruption({
  name: 'gaussian-noise',
  summary: 'Normal noise on every pixel.',
  strengths: [0.08, 0.14, 0.2, 0.3, 0.42],
  corrupt: ({ pixels }, sd, random) => pixels.map((value) => value + random.normal(0, sd)),
});

/** Poisson noise of few photons; strength: photons at full white, the inverse of severity. */
export const shotNoise = defineCorruption({
  name: 'shot-noise',
  summary: 'Poisson noise, as of few photons.',
  strengths: [60, 25, 12, 5, 2],
  corrupt: ({ pixels }, photons, random) => pixels.map((value) => poisson(value * photons, random) / photons),
});

/** Salt and pepper; strength: the share of pixels. */
export const impulseNoise = defineCorruption({
  name: 'impulse-noise',
  summary: 'Single pixels turned black or white.',
  strengths: [0.03, 0.07, 0.12, 0.2, 0.3],
  corrupt: ({ pixels }, share, random) =>
    pixels.map((value) => (random.uniform() < share ? Math.round(random.uniform()) : value)),
});

/** Gaussian blur; strength: standard deviation in pixels. */
export const gaussianBlur = defineCorruption({
  name: 'gaussian-blur',
  summary: 'Out of focus.',
  strengths: [0.6, 0.9, 1.2, 1.7, 2.3],
  corrupt: (picture, sigma) => {
    const kernel = gaussianKernel(sigma);
    const rows = blurAlong(picture, kernel, 1, 0);
    return blurAlong({ ...picture, pixels: rows }, kernel, 0, 1);
  },
});

/** Less contrast around the mean; strength: what is left of it. */
export const contrast = defineCorruption({
  name: 'contrast',
  summary: 'Pale: less contrast around the mean.',
  strengths: [0.75, 0.55, 0.4, 0.25, 0.1],
  corrupt({ pixels }, left) {
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    return pixels.map((value) => mean + left * (value - mean));
  },
});

/** Brighter; strength: what is added. */
export const brightness = defineCorruption({
  name: 'brightness',
  summary: 'Too much light.',
  strengths: [0.1, 0.2, 0.3, 0.45, 0.6],
  corrupt: ({ pixels }, added) => pixels.map((value) => value + added),
});

/** A black square at a random place; strength: its side as a share of the image's. */
export const occlusion = defineCorruption({
  name: 'occlusion',
  summary: 'A black square hides a part.',
  strengths: [0.2, 0.3, 0.4, 0.5, 0.6],
  corrupt({ pixels, height, width, channels }, share, random) {
    const [tall, wide] = [Math.round(share * height), Math.round(share * width)];
    const [top, left] = [random.integer(height - tall + 1), random.integer(width - wide + 1)];
    for (let y = top; y < top + tall; y++)
      pixels.fill(0, (y * width + left) * channels, (y * width + left + wide) * channels);
    return pixels;
  },
});

/** Knuth's method: the means here are at most 60. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}

function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** One-dimensional convolution along a direction, with the border repeated. */
function blurAlong(
  { pixels, height, width, channels }: Picture,
  kernel: Float64Array,
  stepX: 0 | 1,
  stepY: 0 | 1,
): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const blurred = new Float32Array(pixels.length);
  const within = (value: number, length: number) => Math.min(length - 1, Math.max(0, value));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          sum +=
            kernel[k + radius]! *
            pixels[(within(y + k * stepY, height) * width + within(x + k * stepX, width)) * channels + c]!;
        }
        blurred[(y * width + x) * channels + c] = sum;
      }
    }
  }
  return blurred;
}
