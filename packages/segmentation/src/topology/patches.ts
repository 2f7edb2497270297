import type { Mask } from './mask.js';

/** A rectangle of an image. */
export interface Patch {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The squares that cover an image `[height, width]`, from the top left corner on; those at the far ends are smaller. */
export function* patchesOf(shape: readonly number[], size: number): Generator<Patch> {
  const [height, width] = shape as [number, number];
  for (let top = 0; top < height; top += size)
    for (let left = 0; left < width; left += size)
      yield { top, left, height: Math.min(size, height - top), width: Math.min(size, width - left) };
}

/** The part of a mask in a patch. */
export function cut({ data, shape }: Mask, { top, left, height, width }: Patch): Mask {
  const part = new Int32Array(height * width);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * shape[1]! + left;
    part.set(data.subarray(from, from + width), y * width);
  }
  return { data: part, shape: [height, width] };
}
