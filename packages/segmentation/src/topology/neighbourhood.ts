import type { Mask } from './mask.js';

/** A mask with a frame of background around it, so that every pixel has eight neighbours. */
export interface Framed {
  readonly data: Int32Array;
  /** From a pixel to the one below. */
  readonly stride: number;
}

/** Puts a frame around a mask. */
export function framed({ data, shape }: Mask): Framed {
  const [height, width] = shape as [number, number];
  const stride = width + 2;
  const all = new Int32Array((height + 2) * stride);
  for (let y = 0; y < height; y++) all.set(data.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  return { data: all, stride };
}

/** Takes the frame away. */
export function unframed({ data, stride }: Framed, shape: readonly number[]): Mask {
  const [height, width] = shape as [number, number];
  const inner = new Int32Array(height * width);
  for (let y = 0; y < height; y++)
    inner.set(data.subarray((y + 1) * stride + 1, (y + 1) * stride + 1 + width), y * width);
  return { data: inner, shape };
}

/** The eight neighbours of a pixel as bits: NW 1, N 2, NE 4, E 8, SE 16, S 32, SW 64, W 128. */
export const neighbourhoodCode = (data: ArrayLike<number>, at: number, stride: number): number =>
  data[at - stride - 1]! |
  (data[at - stride]! << 1) |
  (data[at - stride + 1]! << 2) |
  (data[at + 1]! << 3) |
  (data[at + stride + 1]! << 4) |
  (data[at + stride]! << 5) |
  (data[at + stride - 1]! << 6) |
  (data[at - 1]! << 7);

/** The bits of a code, around the pixel: NW, N, NE, E, SE, S, SW, W. */
export const ringOf = (code: number): number[] => Array.from({ length: 8 }, (_, i) => (code >> i) & 1);
