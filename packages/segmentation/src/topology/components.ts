import type { ArrayInput, NdArray } from '@surprisal/core';
import { ndarray } from '@surprisal/core';
import { type Mask, complement, readMask } from './mask.js';
import { rootOf } from './union-find.js';

/** Which pixels are neighbours: 4 share an edge, 8 an edge or a corner. */
export type Connectivity = 4 | 8;

/** The connected parts of a mask. */
export interface Components {
  /** `[height, width]`: 0 for the background, 1, 2, ... for the components in the order of their first pixels. */
  readonly labels: NdArray<Int32Array>;
  readonly count: number;
}

/**
 * The connected components of a mask, by one pass with a union-find forest.
 *
 * @param connectivity default 8
 * @throws ShapeError unless the mask is `[height, width]`; DomainError for anything but 0 and 1
 *
 * @example
 * const mask = [[1, 0, 1], [0, 1, 0]];
 * console.log(connectedComponents(mask).count, connectedComponents(mask, 4).count); // 1 3
 */
export const connectedComponents = (mask: ArrayInput, connectivity: Connectivity = 8): Components =>
  componentsOf(readMask('connectedComponents', mask), connectivity);

/** {@link connectedComponents} of a mask that is checked. */
export function componentsOf({ data, shape }: Mask, connectivity: Connectivity): Components {
  const [height, width] = shape as [number, number];
  const parents = Int32Array.from(data, (_, pixel) => pixel);
  const join = (pixel: number, other: number) => {
    if (data[other] === 0) return;
    const [a, b] = [rootOf(parents, pixel), rootOf(parents, other)];
    parents[Math.max(a, b)] = Math.min(a, b); // the root is the first pixel
  };
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (data[pixel] === 0) continue;
      if (x > 0) join(pixel, pixel - 1);
      if (y > 0) join(pixel, pixel - width);
      if (connectivity === 4 || y === 0) continue;
      if (x > 0) join(pixel, pixel - width - 1);
      if (x < width - 1) join(pixel, pixel - width + 1);
    }
  }
  let count = 0;
  const labels = new Int32Array(data.length);
  for (let pixel = 0; pixel < data.length; pixel++) {
    if (data[pixel] === 0) continue;
    const root = rootOf(parents, pixel);
    labels[pixel] = root === pixel ? ++count : labels[root]!;
  }
  return { labels: ndarray(labels, shape), count };
}

/** The Betti numbers of a mask: how many pieces it has, and how many holes. */
export type BettiNumbers = readonly [components: number, holes: number];

/**
 * The Betti numbers of a mask: its 8-connected components, and the 4-connected components of the background that do not touch the border.
 *
 * @throws ShapeError unless the mask is `[height, width]`; DomainError for anything but 0 and 1
 *
 * @example
 * console.log(bettiNumbers([[1, 1, 1], [1, 0, 1], [1, 1, 1]])); // [ 1, 1 ]
 */
export const bettiNumbers = (mask: ArrayInput): BettiNumbers => bettiOf(readMask('bettiNumbers', mask));

/** {@link bettiNumbers} of a mask that is checked. */
export function bettiOf(mask: Mask): BettiNumbers {
  const [height, width] = mask.shape as [number, number];
  const { labels, count } = componentsOf(complement(mask), 4);
  const outside = new Set<number>();
  for (let x = 0; x < width; x++) outside.add(labels.data[x]!).add(labels.data[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) outside.add(labels.data[y * width]!).add(labels.data[(y + 1) * width - 1]!);
  outside.delete(0);
  return [componentsOf(mask, 8).count, count - outside.size];
}
