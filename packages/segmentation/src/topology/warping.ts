import { type ArrayInput, ShapeError } from '@surprisal/core';
import { distancesInside } from './distance-transform.js';
import { type Mask, complement, maskOf, readMask } from './mask.js';
import { neighbourhoodCode, ringOf } from './neighbourhood.js';
import { rootOf } from './union-find.js';

/**
 * Whether a pixel is simple, by the code of its neighbourhood: it can be flipped, and no component or hole appears or goes. That is
 * so when its neighbours make up one 8-connected component of foreground, and one 4-connected one of background that touches it by an edge.
 *
 * Kong, Rosenfeld: Digital Topology: Introduction and Survey, 1989.
 */
export const simplePoints: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const ring = ringOf(code);
  const foreground = partsOf(ring, 1);
  const background = partsOf(ring, 0).filter((part) => part.some((place) => place % 2 === 1));
  return foreground.length === 1 && background.length === 1 ? 1 : 0;
});

/** The places of a ring that hold a value, in connected parts. The edges of the pixel are at odd places; those around a corner touch. */
function partsOf(ring: readonly number[], value: 0 | 1): number[][] {
  const parents = Int32Array.from(ring.keys());
  const join = (a: number, b: number) => void (parents[rootOf(parents, a)] = rootOf(parents, b));
  for (let place = 0; place < 8; place++) {
    const [next, afterNext] = [(place + 1) % 8, (place + 2) % 8];
    if (ring[place] !== value) continue;
    if (ring[next] === value) join(place, next);
    if (value === 1 && place % 2 === 1 && ring[afterNext] === value) join(place, afterNext);
  }
  const places = Array.from(ring.keys()).filter((place) => ring[place] === value);
  return places
    .filter((place) => parents[place] === place)
    .map((root) => places.filter((place) => rootOf(parents, place) === root));
}

/**
 * Changes a mask towards another one as far as that goes without a change of its topology: simple pixels are flipped, those nearest to the
 * edge first; first what the target lacks, then what it has more. Pixels on the border of the image stay.
 *
 * @throws ShapeError unless both are `[height, width]` and alike; DomainError for anything but 0 and 1
 *
 * Hu: Structure-Aware Image Segmentation with Homotopy Warping, 2022, arXiv:2112.07812.
 *
 * @example
 * const ring = [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]];
 * const filled = ring.map((row) => row.map((_, x) => (x > 0 && x < 4 ? 1 : 0)));
 * console.log(warped(ring, filled).data[12]); // 0
 */
export function warped(mask: ArrayInput, towards: ArrayInput): Mask {
  const [source, target] = readPair('warped', mask, towards);
  return warpOf(source, target);
}

/** {@link warped} of masks that are checked. */
export function warpOf(source: Mask, target: Mask): Mask {
  const [height, width] = source.shape as [number, number];
  const data = source.data.slice();
  const inside = (pixel: number) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x > 0 && y > 0 && x < width - 1 && y < height - 1;
  };
  const flip = (from: 0 | 1) => {
    const distances = distancesInside(from === 1 ? source : complement(source)).data;
    const pixels = Array.from(data.keys()).filter(
      (pixel) => source.data[pixel] === from && target.data[pixel] !== from,
    );
    pixels.sort((a, b) => (distances[a] === distances[b] ? a - b : distances[a]! - distances[b]!));
    for (const pixel of pixels)
      if (inside(pixel) && simplePoints[neighbourhoodCode(data, pixel, width)] === 1) data[pixel] = 1 - from;
  };
  flip(1);
  flip(0);
  return { data, shape: source.shape };
}

/**
 * The pixels where prediction and mask differ in topology: those that still differ when either is {@link warped} towards the other.
 *
 * @throws ShapeError unless both are `[height, width]` and alike; DomainError for anything but 0 and 1
 *
 * Hu: Structure-Aware Image Segmentation with Homotopy Warping, 2022, arXiv:2112.07812.
 *
 * @example
 * const line = [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]];
 * const broken = [[0, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]];
 * console.log(criticalPixels(broken, line).data.join('')); // 000000010000000
 */
export function criticalPixels(prediction: ArrayInput, mask: ArrayInput): Mask {
  return criticalOf(...readPair('criticalPixels', prediction, mask));
}

/** {@link criticalPixels} of masks that are checked. */
export function criticalOf(prediction: Mask, mask: Mask): Mask {
  const [warpedMask, warpedPrediction] = [warpOf(mask, prediction), warpOf(prediction, mask)];
  return maskOf(
    mask,
    (pixel) => prediction.data[pixel] !== warpedMask.data[pixel] || mask.data[pixel] !== warpedPrediction.data[pixel],
  );
}

function readPair(owner: string, first: ArrayInput, second: ArrayInput): [Mask, Mask] {
  const [a, b] = [readMask(owner, first), readMask(owner, second)];
  if (a.shape.join() === b.shape.join()) return [a, b];
  throw new ShapeError(`${owner}: both masks must be [${a.shape.join(', ')}], got [${b.shape.join(', ')}]`);
}
