import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';
import { sortedOrder } from '@surprisal/core/numerics';
import { rootOf } from './union-find.js';

/** A component or hole that is there at all levels from its death up to its birth. */
export interface PersistencePair {
  readonly birth: number;
  readonly death: number;
  /** Where its birth and death are read off, row by row; a death of -1 is that of the component that never dies. */
  readonly birthPixel: number;
  readonly deathPixel: number;
}

/** The pairs of an image that live for some levels, those that live long first, then by the pixel of their birth. */
export interface PersistenceDiagram {
  /** 8-connected components. */
  readonly components: readonly PersistencePair[];
  /** Holes: 4-connected parts of the background, off the border. */
  readonly holes: readonly PersistencePair[];
}

/**
 * Persistent homology of an image as its level falls: which components and holes `{f > level}` has, when each appears and when it
 * goes. Components merge as a sweep from high to low joins pixels, and the younger one dies; holes are the same of the background, swept from
 * low to high. Both take a union-find forest and a sort.
 *
 * @param image `[height, width]` finite numbers, at least one
 * @throws ShapeError for another shape; DomainError for a number that is not finite
 *
 * Edelsbrunner, Letscher, Zomorodian: Topological Persistence and Simplification, 2002. Hu, Li, Samaras, Chen: Topology-Preserving Deep Image
 * Segmentation, 2019, arXiv:1906.05404.
 *
 * @example
 * const { components } = persistence([[0.9, 0.2, 0.7]]);
 * console.log(components.map(({ birth, death }) => `${birth} to ${death}`).join(', ')); // 0.9 to 0, 0.7 to 0.2
 */
export function persistence(image: ArrayInput): PersistenceDiagram {
  const { shape, data } = toFloat64(image);
  if (shape.length !== 2 || data.length === 0)
    throw new ShapeError(
      `persistence: image must be [height, width] with at least one pixel, got [${shape.join(', ')}]`,
    );
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new DomainError(`persistence: image must be finite numbers, got ${data[wrong]} at index ${wrong}`);
  return diagramOf(data, shape[1]!);
}

/** {@link persistence} of finite numbers, row by row. */
export function diagramOf(values: Float64Array, width: number): PersistenceDiagram {
  const falling = sortedOrder(values, 'descending');
  const essential = { birth: values[falling[0]!]!, death: 0, birthPixel: falling[0]!, deathPixel: -1 };
  const components = [essential];
  sweep(falling, width, { corners: true, outside: false }, (first, merge) => {
    if (values[first] !== values[merge])
      components.push({ birth: values[first]!, death: values[merge]!, birthPixel: first, deathPixel: merge });
  });
  const holes: PersistencePair[] = [];
  sweep(sortedOrder(values, 'ascending'), width, { corners: false, outside: true }, (first, merge) => {
    if (values[first] !== values[merge])
      holes.push({ birth: values[merge]!, death: values[first]!, birthPixel: merge, deathPixel: first });
  });
  return { components: components.sort(byPersistence), holes: holes.sort(byPersistence) };
}

const byPersistence = (a: PersistencePair, b: PersistencePair): number =>
  b.birth - b.death - (a.birth - a.death) || a.birthPixel - b.birthPixel;

interface Sweep {
  /** Whether pixels that share a corner are neighbours. */
  readonly corners: boolean;
  /** Whether there is an outside, older than all pixels, which those on the border touch. */
  readonly outside: boolean;
}

/**
 * Joins pixels with those of their neighbours that came before them, in an order. Where parts meet, all but the oldest end.
 *
 * @param end is told the first pixel of the part that ends, and the pixel where it does
 */
function sweep(
  order: Int32Array,
  width: number,
  { corners, outside }: Sweep,
  end: (first: number, merge: number) => void,
): void {
  const stride = width + 2; // with a frame around the image
  const around = corners ? [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1] : [-stride, -1, 1, stride]; // prettier-ignore
  const size = (order.length / width + 2) * stride;
  const parents = new Int32Array(size).fill(outside ? 0 : -1); // the frame is one part with root 0, or never there
  const ages = new Int32Array(size); // 0 for the outside; of a root, when its part began
  const there = new Uint8Array(size).fill(outside ? 1 : 0);
  for (const pixel of order) there[framedAt(pixel, width)] = 0;
  for (let age = 1; age <= order.length; age++) {
    const pixel = order[age - 1]!;
    const at = framedAt(pixel, width);
    parents[at] = at;
    ages[at] = age;
    there[at] = 1;
    let own = at;
    for (const step of around) {
      if (there[at + step] === 0) continue;
      const other = rootOf(parents, at + step);
      if (other === own) continue;
      const [older, younger] = ages[own]! < ages[other]! ? [own, other] : [other, own];
      parents[younger] = older;
      own = older;
      end(order[ages[younger]! - 1]!, pixel);
    }
  }
}

const framedAt = (pixel: number, width: number): number => pixel + 2 * Math.floor(pixel / width) + width + 3;
