import { DomainError, ShapeError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  expandDims,
  maxPool,
  minimum,
  mul,
  neg,
  relu,
  squeeze,
  sub,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';

/**
 * The soft skeleton of maps in [0, 1]: what is left of them where an opening takes it away, gathered over erosions. Of a binary line one pixel wide it is
 * the line. Differentiable, by minima and maxima over neighbours.
 *
 * @param maps `[batch, height, width]` numbers from 0 to 1
 * @param iterations erosions, a whole number >= 0: half the width of the widest structure is enough; default 3
 * @returns as the maps
 * @throws ShapeError for another shape; DomainError for iterations out of range
 *
 * Shit et al.: clDice, a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation, 2021, arXiv:2003.07311.
 *
 * @example
 * const bar = [[[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]]];
 * console.log(softSkeleton(bar).dataSync().join('')); // 0000000000111110000000000
 */
export function softSkeleton(maps: TensorLike, iterations = 3): Tensor {
  if (!(Number.isInteger(iterations) && iterations >= 0))
    throw new DomainError(`softSkeleton: iterations must be a whole number from 0 on, got ${iterations}`);
  return tidy(() => {
    const given = toTensor(maps);
    if (given.rank !== 3 || given.size === 0)
      throw new ShapeError(`softSkeleton: maps must be [batch, height, width], got [${given.shape.join(', ')}]`);
    let image = expandDims(given, 3);
    let skeleton = edge(image);
    for (let i = 0; i < iterations; i++) {
      image = eroded(image);
      const further = edge(image);
      skeleton = add(skeleton, relu(sub(further, mul(skeleton, further))));
    }
    return squeeze(skeleton, [3]);
  });
}

/** What an opening takes away. */
const edge = (image: Tensor): Tensor => relu(sub(image, dilated(eroded(image))));

/** The least of a pixel and those that share an edge with it. */
const eroded = (image: Tensor): Tensor => minimum(least(image, [3, 1]), least(image, [1, 3]));

const least = (image: Tensor, size: [number, number]): Tensor => neg(maxPool(neg(image) as never, size, 1, 'same'));

/** The greatest of a pixel and its eight neighbours. */
const dilated = (image: Tensor): Tensor => maxPool(image as never, 3, 1, 'same');
