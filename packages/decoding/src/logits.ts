import { ShapeError } from '@surprisal/core';

/** Numbers, as models and people hand them over. */
export type Numbers = Float32Array | Float64Array | readonly number[];

/**
 * One row of next-token logits within a larger array: `[V]`, or row `row` of `[B, V]`. A tensor that shows `data` and
 * `shape` is one as it stands.
 */
export interface LogitsRow {
  readonly data: Numbers;
  readonly shape: readonly number[];
  /** Which row of `[B, V]`; default 0. */
  readonly row?: number;
  /** Where the row begins in `data`; default `row * V`. */
  readonly offset?: number;
  /** How far apart the logits of neighbouring tokens lie in `data`; default 1. */
  readonly stride?: number;
}

/** Next-token logits over a vocabulary of V tokens, as a plain row or as one of a batch. Nothing is copied to hand one over. */
export type Logits = Numbers | LogitsRow;

/** A batch of next-token logits, `[B, V]`. */
export interface LogitsBatch {
  readonly data: Numbers;
  readonly shape: readonly number[];
}

/** Whether the logits are a plain row. */
export const isRow = (logits: Logits): logits is Numbers => !('data' in logits);

/**
 * Where a row of a larger array begins and how it runs.
 *
 * @throws ShapeError when the shape is not `[V]` or `[B, V]`, or the row lies outside of the data
 */
export function locate(owner: string, { data, shape, row = 0, offset, stride = 1 }: LogitsRow) {
  const length = shape.at(-1);
  if (length === undefined || shape.length > 2) {
    throw new ShapeError(`${owner}: logits must be [V] or [B, V], got [${shape.join(', ')}]`);
  }
  const rows = shape.length === 2 ? shape[0]! : 1;
  if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
    throw new ShapeError(`${owner}: row must be a whole number from 0 to ${rows - 1}, got ${row}`);
  }
  const start = offset ?? row * length;
  const end = start + stride * (length - 1);
  const inside = (index: number) => Number.isInteger(index) && index >= 0 && index < data.length;
  if (length > 0 && !(inside(start) && inside(end) && Number.isInteger(stride))) {
    throw new ShapeError(
      `${owner}: logits must lie within their ${data.length} data, got a row from ${start} to ${end} in steps of ${stride}`,
    );
  }
  return { length, start, stride };
}
