import { type ArrayInput, type NdArray, ndarray } from '@surprisal/core';
import { type Mask, complement, readMask } from './mask.js';

/**
 * The Euclidean distance of each pixel of a mask to the nearest pixel outside of it, 0 outside: exact, in time linear in the number of
 * pixels. What lies beyond the image is not outside; where the mask is the whole image, all distances are Infinity.
 *
 * @throws ShapeError unless the mask is `[height, width]`; DomainError for anything but 0 and 1
 *
 * Felzenszwalb, Huttenlocher: Distance Transforms of Sampled Functions, 2012.
 *
 * @example
 * console.log(distanceTransform([[0, 1, 1, 1]]).data.join()); // 0,1,2,3
 */
export const distanceTransform = (mask: ArrayInput): NdArray<Float64Array> =>
  distancesInside(readMask('distanceTransform', mask));

/** {@link distanceTransform} of a mask that is checked. */
export const distancesInside = (mask: Mask): NdArray<Float64Array> => distancesTo(complement(mask));

/** The Euclidean distance of each pixel to the nearest pixel of a mask; Infinity where it has none. */
export function distancesTo({ data, shape }: Mask): NdArray<Float64Array> {
  const [height, width] = shape as [number, number];
  const distances = alongColumns(data, height, width);
  const envelope = new Envelope(width);
  for (let y = 0; y < height; y++) envelope.replace(distances.subarray(y * width, (y + 1) * width));
  return ndarray(distances, shape);
}

/** How far the nearest pixel of the mask in the same column is. */
function alongColumns(data: Int32Array, height: number, width: number): Float64Array {
  const distances = Float64Array.from(data, (value) => (value === 1 ? 0 : Infinity));
  for (let i = width; i < height * width; i++) distances[i] = Math.min(distances[i]!, distances[i - width]! + 1);
  for (let i = (height - 1) * width - 1; i >= 0; i--) distances[i] = Math.min(distances[i]!, distances[i + width]! + 1);
  return distances;
}

/** The lower envelope of the parabolas `(x - x_i)^2 + d_i^2` along a row: at each x, the squared distance. */
class Envelope {
  /** The columns whose parabolas are lowest somewhere, from left to right, and where each begins to be. */
  readonly #columns: Int32Array;
  readonly #begins: Float64Array;
  readonly #squares: Float64Array;

  constructor(readonly width: number) {
    this.#columns = new Int32Array(width);
    this.#begins = new Float64Array(width);
    this.#squares = new Float64Array(width);
  }

  /** Turns the distances along columns into distances. */
  replace(row: Float64Array): void {
    const count = this.#build(row);
    for (let x = 0, k = 0; count > 0 && x < row.length; x++) {
      while (k + 1 < count && this.#begins[k + 1]! <= x) k++;
      const column = this.#columns[k]!;
      row[x] = Math.sqrt((x - column) ** 2 + this.#squares[column]!);
    }
  }

  #build(row: Float64Array): number {
    const [columns, begins, squares] = [this.#columns, this.#begins, this.#squares];
    let count = 0;
    for (let x = 0; x < row.length; x++) {
      if (row[x] === Infinity) continue;
      squares[x] = row[x]! ** 2;
      let begin = -Infinity;
      while (count > 0) {
        const last = columns[count - 1]!;
        begin = (squares[x]! - squares[last]! + x ** 2 - last ** 2) / (2 * (x - last));
        if (begin > begins[count - 1]!) break;
        count--;
      }
      begins[count] = count === 0 ? -Infinity : begin;
      columns[count++] = x;
    }
    return count;
  }
}
