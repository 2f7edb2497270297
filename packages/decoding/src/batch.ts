import { ShapeError } from '@surprisal/core';
import type { LogitsBatch } from './logits.js';
import type { Sampler } from './sampler.js';

/**
 * B copies of a sampler for the rows of a batch: each remembers what the sampler does, and goes on by itself, with random numbers of
 * its own.
 *
 * @example
 * const rows = replicate(mirostat({ seed: 1 }), 2);
 * const tokens = sampleBatch(rows, { data: [0, 1, 2, 2, 1, 0], shape: [2, 3] });
 * console.log(tokens.length); // 2
 */
export const replicate = <S extends Sampler>(sampler: S, size: number): S[] =>
  Array.from({ length: size }, (_, row) => sampler.clone(row));

/**
 * A token for each row of a batch: row b is sampled by `samplers[b]`.
 *
 * @param samplers B of them, as {@link replicate} makes them
 * @param logits `[B, V]`
 * @param tokens `[B]`, where the result goes; default a new array
 * @returns `[B]`
 * @throws ShapeError when the batch has not B rows
 */
export function sampleBatch(
  samplers: readonly Sampler[],
  { data, shape }: LogitsBatch,
  tokens = new Int32Array(samplers.length),
): Int32Array {
  if (shape.length !== 2 || shape[0] !== samplers.length) {
    throw new ShapeError(
      `sampleBatch: logits must be [B, V] with B = ${samplers.length}, one row per sampler, got [${shape.join(', ')}]`,
    );
  }
  for (let row = 0; row < samplers.length; row++) tokens[row] = samplers[row]!.sample({ data, shape, row });
  return tokens;
}
