import { type NdArray, Random, ndarray } from '@surprisal/core';
import { type BrickWall, type LabelQuality, brickWall, wallShifts } from '@surprisal/data';
import type { TopomortarParams } from './params.js';

/** The walls of a seed. */
export interface Walls {
  readonly train: readonly BrickWall[];
  /** Walls like those. */
  readonly test: readonly BrickWall[];
  /** Walls with every shift, which training does not prepare for. */
  readonly shifted: readonly BrickWall[];
}

export function drawWalls({ size, trainWalls, testWalls, shiftedWalls }: TopomortarParams, seed: number): Walls {
  const random = new Random(seed).split('walls');
  const draw = (count: number, part: string, options: Parameters<typeof brickWall>[1]) =>
    Array.from({ length: count }, (_, i) => brickWall(random.split(part, i), options));
  return {
    train: draw(trainWalls, 'train', { size }),
    test: draw(testWalls, 'test', { size }),
    shifted: wallShifts.flatMap((shift) => draw(shiftedWalls, shift, { size, shift })),
  };
}

/** Arrays of the same shape, one after another: `[count, ...shape]`. */
export function stacked<D extends Float32Array | Int32Array>(arrays: readonly NdArray<D>[]): NdArray<D> {
  const [{ data, shape }] = arrays as [NdArray<D>];
  const all = new (data.constructor as new (length: number) => D)(arrays.length * data.length);
  arrays.forEach((array, i) => all.set(array.data, i * data.length));
  return ndarray(all, [arrays.length, ...shape]);
}

export const imagesOf = (walls: readonly BrickWall[]) => stacked(walls.map(({ image }) => image));

export const labelsOf = (walls: readonly BrickWall[], quality: LabelQuality) =>
  stacked(walls.map(({ labels }) => labels[quality]));
