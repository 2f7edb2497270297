import { type ArrayInput, DomainError, type NdArray, ShapeError, ndarray, sizeOf, toNdArray } from '@surprisal/core';

/** An image of zeros and ones, `[height, width]`, row-major: 1 is foreground. */
export type Mask = NdArray<Int32Array>;

/** The images of `[batch, height, width]` or `[height, width]` numbers, each a view `[height, width]`. */
export function imagesOf<D extends NdArray['data']>({ shape, data }: NdArray<D>): NdArray<D>[] {
  const size = shape.slice(-2);
  const pixels = sizeOf(size);
  const count = shape.length === 3 ? shape[0]! : 1;
  return Array.from({ length: count }, (_, i) => ndarray(data.subarray(i * pixels, (i + 1) * pixels) as D, size));
}

/**
 * Reads one mask, or a batch of them.
 *
 * @param owner the function that errors name
 * @param argument the argument that errors name
 * @throws ShapeError unless it is [height, width] or [batch, height, width] with at least one pixel each; DomainError for anything but 0 and 1
 */
export function readMasks(owner: string, argument: string, input: ArrayInput): Mask {
  const { shape, data } = toNdArray(input);
  if ((shape.length !== 2 && shape.length !== 3) || sizeOf(shape.slice(-2)) === 0)
    throw new ShapeError(
      `${owner}: ${argument} must be [height, width] or [batch, height, width], got [${shape.join(', ')}]`,
    );
  const wrong = data.findIndex((value: number) => value !== 0 && value !== 1);
  if (wrong >= 0)
    throw new DomainError(
      `${owner}: ${argument} must be 0 and 1, got ${data[wrong]} at index ${wrong}; threshold probabilities first`,
    );
  return ndarray(data instanceof Int32Array ? data : Int32Array.from(data), shape);
}

/**
 * Reads one mask.
 *
 * @throws ShapeError unless it is [height, width] with at least one pixel; DomainError for anything but 0 and 1
 */
export function readMask(owner: string, input: ArrayInput): Mask {
  const mask = readMasks(owner, 'mask', input);
  if (mask.shape.length === 2) return mask;
  throw new ShapeError(`${owner}: mask must be [height, width], got [${mask.shape.join(', ')}]`);
}

/** The mask of what a mask leaves out. */
export const complement = ({ data, shape }: Mask): Mask =>
  ndarray(
    data.map((value) => 1 - value),
    shape,
  );

/** Where a predicate of the pixel's number holds, on images as large as a mask. */
export const maskOf = ({ data, shape }: Mask, holds: (pixel: number) => boolean): Mask =>
  ndarray(
    data.map((_, pixel) => (holds(pixel) ? 1 : 0)),
    shape,
  );

/** The number of pixels in a mask. */
export const areaOf = ({ data }: Mask): number => data.reduce((sum, value) => sum + value, 0);
