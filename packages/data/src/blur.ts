import type { Picture } from './corruption.js';

/** Gaussian blur with a standard deviation of `sigma` pixels; the border is repeated outwards. */
export function gaussianBlurred(picture: Picture, sigma: number): Float32Array {
  const { pixels, height, width, channels } = picture;
  const kernel = gaussianKernel(sigma);
  const rows = new Float32Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++)
      blurLine(pixels, rows, { begin: y * width * channels + c, step: channels, length: width, kernel });
  }
  const blurred = new Float32Array(pixels.length);
  for (let x = 0; x < width; x++) {
    for (let c = 0; c < channels; c++)
      blurLine(rows, blurred, { begin: x * channels + c, step: width * channels, length: height, kernel });
  }
  return blurred;
}

/** The density at whole numbers up to four standard deviations, made to sum to 1. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(4 * sigma);
  const kernel = new Float64Array(2 * radius + 1).map((_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  return kernel.map((weight) => weight / total);
}

interface Line {
  readonly begin: number;
  readonly step: number;
  readonly length: number;
  readonly kernel: Float64Array;
}

/** Convolution along a row or column. */
function blurLine(from: Float32Array, to: Float32Array, { begin, step, length, kernel }: Line): void {
  const radius = (kernel.length - 1) / 2;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) {
      const at = Math.min(length - 1, Math.max(0, i + k - radius));
      sum += kernel[k]! * from[begin + at * step]!;
    }
    to[begin + i * step] = sum;
  }
}
