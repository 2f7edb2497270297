import type { ArrayInput } from '@surprisal/core';
import { type Mask, readMask } from './mask.js';
import { dilatedByPlus } from './morphology.js';
import { framed, neighbourhoodCode, ringOf, unframed } from './neighbourhood.js';

/** Where the table differs from Zhang and Suen's rule, which may lose small pieces and break diagonals. */
const EXCEPTIONS: Readonly<Record<number, number>> = {
  3: 1, 6: 1, 10: 3, 11: 1, 12: 1, 14: 1, 24: 2, 26: 2, 40: 3, 48: 0, 56: 2, 96: 2, 104: 2, 108: 2, 129: 0, 130: 3, 131: 1, 134: 1,
  160: 3, 161: 1, 176: 2, 192: 2, 194: 1, 198: 1, 224: 2,
}; // prettier-ignore

/**
 * When thinning removes a pixel, by the code of its neighbourhood: bit 1 in the first pass of each round, bit 2 in the second.
 *
 * Zhang, Suen: A Fast Parallel Algorithm for Thinning Digital Patterns, 1984; with the exceptions of scikit-image's table.
 */
export const removalClasses: Uint8Array = Uint8Array.from(
  { length: 256 },
  (_, code) => EXCEPTIONS[code] ?? zhangSuen(code),
);

function zhangSuen(code: number): number {
  const [nw, n, ne, e, se, s, sw, w] = ringOf(code) as [number, number, number, number, number, number, number, number];
  const around = [n, ne, e, se, s, sw, w, nw];
  const neighbours = around.reduce((sum, bit) => sum + bit, 0);
  const rises = around.filter((bit, i) => bit === 0 && around[(i + 1) % 8] === 1).length;
  if (neighbours < 2 || neighbours > 6 || rises !== 1) return 0;
  const first = n * e * s === 0 && e * s * w === 0;
  const second = n * e * w === 0 && n * s * w === 0;
  return (first ? 1 : 0) + (second ? 2 : 0);
}

/**
 * The skeleton of a mask: it is thinned, pass by pass, until it is a pixel wide. A part of the mask with the same Betti numbers.
 *
 * @throws ShapeError unless the mask is `[height, width]`; DomainError for anything but 0 and 1
 *
 * Zhang, Suen: A Fast Parallel Algorithm for Thinning Digital Patterns, 1984.
 *
 * @example
 * console.log(skeleton([[0, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]).data.join('')); // 000001110000
 */
export const skeleton = (mask: ArrayInput): Mask => skeletonOf(readMask('skeleton', mask));

/** {@link skeleton} of a mask that is checked. */
export function skeletonOf(mask: Mask): Mask {
  const image = framed(mask);
  const { data, stride } = image;
  let left = Array.from(data.keys()).filter((at) => data[at] === 1);
  for (let before = -1; before !== left.length;) {
    before = left.length;
    for (const pass of [1, 2]) {
      const removed = left.filter((at) => (removalClasses[neighbourhoodCode(data, at, stride)]! & pass) !== 0);
      for (const at of removed) data[at] = 0;
      left = left.filter((at) => data[at] === 1);
    }
  }
  return unframed(image, mask.shape);
}

/**
 * The skeleton of a mask, widened by two pixels but not beyond the mask: what skeleton recall asks for.
 *
 * @throws ShapeError unless the mask is `[height, width]`; DomainError for anything but 0 and 1
 *
 * Kirchhoff et al.: Skeleton Recall Loss for Connectivity Conserving and Resource Efficient Segmentation of Thin Tubular Structures, 2024,
 * arXiv:2404.03010.
 *
 * @example
 * console.log(tubedSkeleton([[0, 1, 1, 1, 0]]).data.join('')); // 01110
 */
export const tubedSkeleton = (mask: ArrayInput): Mask => tubeOf(readMask('tubedSkeleton', mask));

/** {@link tubedSkeleton} of a mask that is checked. */
export function tubeOf(mask: Mask): Mask {
  const { data, shape } = dilatedByPlus(dilatedByPlus(skeletonOf(mask)));
  return { data: data.map((value, i) => value * mask.data[i]!), shape };
}
