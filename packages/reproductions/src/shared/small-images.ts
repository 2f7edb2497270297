import { ShapeError } from '@surprisal/core';
import type { ImageSet } from '@surprisal/data';

const SIDE = 8;
const PADDED = 32;
const BLOCK = PADDED / SIDE;
const BORDER = (PADDED - 28) / 2;

/**
 * Images of 28 x 28 shrunk to 8 x 8: with a border of two empty pixels they are 32 x 32, and each number is the mean of a block of 4 x 4 of them,
 * from 0 to 1. It is how the digits of 8 x 8 were made that are used for classifiers of a second.
 *
 * @param indices which images of the set
 * @returns `[indices][64]`
 * @throws ShapeError for images of another size
 *
 * Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, 1998.
 */
export function smallImages(set: ImageSet, indices: ArrayLike<number>): Float64Array[] {
  const { images, height, width, channels } = set;
  if (height !== 28 || width !== 28 || channels !== 1)
    throw new ShapeError(`smallImages: images must be [28, 28, 1], got [${[height, width, channels].join(', ')}]`);
  return Array.from(indices, (index) => {
    const small = new Float64Array(SIDE * SIDE);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const block = Math.floor((y + BORDER) / BLOCK) * SIDE + Math.floor((x + BORDER) / BLOCK);
        small[block]! += images[(index * height + y) * width + x]! / 255 / BLOCK ** 2;
      }
    }
    return small;
  });
}

/** A set of images of 28 x 28 as one of 8 x 8, in whole grey levels. */
export function shrink(set: ImageSet): ImageSet {
  const small = smallImages(set, Int32Array.from(set.labels.keys()));
  const images = Uint8Array.from(small.flatMap((image) => Array.from(image, (grey) => Math.round(255 * grey))));
  return { ...set, images, height: SIDE, width: SIDE };
}
