import type { Random } from '@surprisal/core';

/** Batches of a set, an epoch after the other. */
export interface Batches {
  readonly perEpoch: number;
  /** Which examples step 1, 2, ... learns from. */
  at(step: number): Int32Array;
}

/** Every epoch takes all examples once, in an order of its own that depends on the seed and the epoch alone. */
export function batches(size: number, batchSize: number, random: Random): Batches {
  const perEpoch = Math.ceil(size / batchSize);
  let [epoch, order]: [number, Int32Array] = [-1, new Int32Array()];
  const orderOf = (wanted: number) => {
    if (wanted !== epoch) [epoch, order] = [wanted, random.split('order', wanted).permutation(size)];
    return order;
  };
  return {
    perEpoch,
    at(step) {
      const from = ((step - 1) % perEpoch) * batchSize;
      return orderOf(Math.floor((step - 1) / perEpoch)).subarray(from, from + batchSize);
    },
  };
}
