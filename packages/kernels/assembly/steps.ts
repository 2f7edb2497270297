import { offset } from './axes';
import { copy } from './rows';

/**
 * Elements of 4 bytes or 1, taken from x along axes in steps of any length, backwards or on the spot: run i of `out` has the n elements from place
 * i of the axes [rank] (sizes, steps in x) on, `step` apart. Runs lie `apart` from each other, in elements.
 */
export function copySteps(
  x: usize,
  bytes: i32,
  n: i32,
  step: i32,
  rank: i32,
  axes: usize,
  apart: i32,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const source = x + <usize>(offset(i, rank, axes, axes + ((<usize>rank) << 2)) * bytes);
    const target = out + <usize>i * <usize>apart * <usize>bytes;
    if (bytes == 4) copyRun<i32>(source, n, step, target);
    else copyRun<u8>(source, n, step, target);
  }
}

function copyRun<T>(x: usize, n: i32, step: i32, out: usize): void {
  if (step == 1 && sizeof<T>() == 4) copy(x, out, n);
  else if (step == 1) memory.copy(out, x, n);
  else {
    const end = out + <usize>n * sizeof<T>();
    for (; out < end; out += sizeof<T>(), x += <usize>step * sizeof<T>()) store<T>(out, load<T>(x));
  }
}

/**
 * Rows of `bytes` taken by their indices: x has `outer` tables of `size` rows for each batch, and the batch `taken` indices, for each of its tables.
 * A unit is a row of the result.
 */
export function gatherRows(
  x: usize,
  indices: usize,
  outer: i32,
  size: i32,
  taken: i32,
  bytes: i32,
  out: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to;) {
    const table = i / taken;
    const first = table * taken;
    const rows = x + <usize>table * <usize>size * <usize>bytes;
    const own = indices + ((<usize>((table / outer) * taken - first)) << 2);
    for (const end = min(to, first + taken); i < end; i++) {
      const row = rows + <usize>load<i32>(own + ((<usize>i) << 2)) * <usize>bytes;
      const target = out + <usize>i * <usize>bytes;
      if (bytes & 3) memory.copy(target, row, bytes);
      else copy(row, target, bytes >> 2);
    }
  }
}
