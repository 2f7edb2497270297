import type { Strengths } from './corruption.js';

/**
 * The strengths of all corruptions at severity 1 to 5, each in its own unit.
 *
 * Those that MNIST-C has are its figures (Mu, Gilmer 2019, arXiv:1906.02337, and its published generator), so that results can be
 * set beside others; lengths are for 28 x 28 pixels. Occlusion is ours.
 */
export const severities = {
  gaussianNoise: [0.08, 0.12, 0.18, 0.26, 0.38], // standard deviation
  shotNoise: [60, 25, 12, 5, 3], // photons at full white
  impulseNoise: [0.03, 0.06, 0.09, 0.17, 0.27], // share of pixels
  gaussianBlur: [1, 2, 3, 4, 6], // standard deviation, in pixels
  contrast: [0.4, 0.3, 0.2, 0.1, 0.05], // what is left of it
  brightness: [0.1, 0.2, 0.3, 0.4, 0.5], // what is added
  rotate: [0.2, 0.4, 0.6, 0.8, 1], // radians
  shear: [0.2, 0.4, 0.6, 0.8, 1], // pixels to the side per row
  scale: [0.9, 0.8, 0.7, 0.6, 0.5], // size that is left
  translate: [1 / 28, 2 / 28, 3 / 28, 4 / 28, 5 / 28], // share of the width, and of the height
  occlusion: [0.2, 0.3, 0.4, 0.5, 0.6], // side of the square, as a share of the image's
} as const satisfies Record<string, Strengths>;
