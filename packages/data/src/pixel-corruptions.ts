import type { Random } from '@surprisal/core';
import { gaussianBlurred } from './blur.js';
import { defineCorruption } from './corruption.js';
import { severities } from './severities.js';

/**
 * Normal noise on every pixel, with a standard deviation of 0.08 to 0.38 (white is 1).
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = gaussianNoise({ severity: 3 })(test, new Random(1));
 */
export const gaussianNoise = defineCorruption({
  name: 'gaussian-noise',
  summary: 'Normal noise on every pixel.',
  formula: 'x + e, e ~ Normal(0, strength^2)',
  strengths: severities.gaussianNoise,
  corrupt: ({ pixels }, sd, random) => pixels.map((value) => value + random.normal(0, sd)),
});

/**
 * Poisson noise of few photons: 60 to 3 at full white. Black stays black.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = shotNoise({ severity: 3 })(test, new Random(1));
 */
export const shotNoise = defineCorruption({
  name: 'shot-noise',
  summary: 'Poisson noise, as of few photons.',
  formula: 'Poisson(strength x) / strength',
  strengths: severities.shotNoise,
  corrupt: ({ pixels }, photons, random) => pixels.map((value) => poisson(value * photons, random) / photons),
});

/**
 * Salt and pepper on 3% to 27% of the pixels, black or white alike.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = impulseNoise({ severity: 3 })(test, new Random(1));
 */
export const impulseNoise = defineCorruption({
  name: 'impulse-noise',
  summary: 'Single pixels turned black or white.',
  strengths: severities.impulseNoise,
  corrupt: ({ pixels }, share, random) => pixels.map((value) => (random.uniform() < share ? random.integer(2) : value)),
});

/**
 * Gaussian blur with a standard deviation of 1 to 6 pixels.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = gaussianBlur({ severity: 1 })(test, new Random(1));
 */
export const gaussianBlur = defineCorruption({
  name: 'gaussian-blur',
  summary: 'Out of focus.',
  strengths: severities.gaussianBlur,
  corrupt: gaussianBlurred,
});

/**
 * Less contrast around the mean of the image: 0.4 to 0.05 of it is left.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = contrast({ severity: 3 })(test, new Random(1));
 */
export const contrast = defineCorruption({
  name: 'contrast',
  summary: 'Pale: less contrast around the mean.',
  formula: 'mean + strength (x - mean)',
  strengths: severities.contrast,
  corrupt({ pixels }, left) {
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    return pixels.map((value) => mean + left * (value - mean));
  },
});

/**
 * Too much light: 0.1 to 0.5 is added to all pixels, cut at white.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = brightness({ severity: 3 })(test, new Random(1));
 */
export const brightness = defineCorruption({
  name: 'brightness',
  summary: 'Too much light.',
  formula: 'min(1, x + strength)',
  strengths: severities.brightness,
  corrupt: ({ pixels }, added) => pixels.map((value) => value + added),
});

/**
 * A black square at a random place inside; its side is 0.2 to 0.6 of the image's.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = occlusion({ severity: 3 })(test, new Random(1));
 */
export const occlusion = defineCorruption({
  name: 'occlusion',
  summary: 'A black square hides a part.',
  strengths: severities.occlusion,
  corrupt({ pixels, height, width, channels }, share, random) {
    const [tall, wide] = [Math.round(share * height), Math.round(share * width)];
    const [top, left] = [random.integer(height - tall + 1), random.integer(width - wide + 1)];
    for (let y = top; y < top + tall; y++)
      pixels.fill(0, (y * width + left) * channels, (y * width + left + wide) * channels);
    return pixels;
  },
});

/** Knuth's method: uniforms are multiplied until they fall below exp(-mean). The means here are at most 60. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}
