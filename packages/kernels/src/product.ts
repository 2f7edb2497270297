import type { Host } from './host.js';

/** How a matrix lies: the elements from one row to the next, and from one column to the next. One of the two is 1. */
export interface Strides {
  readonly row: number;
  readonly column: number;
}

/** A matrix and where it lies. */
export interface Placed extends Strides {
  readonly at: number;
}

/** c [m, n] = a [m, k] b [k, n] */
export interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Where a product goes: its rows lie `row` elements apart. */
export interface Result {
  readonly at: number;
  readonly row: number;
  /** Whether it is added to what is there. */
  readonly accumulate?: boolean;
}

/** Multiplications that are worth a part of their own, about 30 microseconds. */
const GRAIN = 500_000;

/** A product of so many is divided itself; of smaller ones, each is computed by one thread. */
export const LARGE = 8 * GRAIN;

/** Elements to pack that are worth a part of their own. */
const PACKED = 32_768;

/** How much of either side is packed at a time, which bounds the memory that it takes. */
const TALL = 4096;
const WIDE = 2048;

/** As in assembly/panels.ts. */
const ROWS = 4;
const COLUMNS = 8;

/** One product: both sides are packed by all threads, and then its blocks are computed by all threads. */
export function multiplyOne(host: Host, a: Placed, b: Placed, { m, n, k }: Sizes, c: Result): void {
  const { compiled } = host;
  if (k === 0 && !c.accumulate) {
    for (let i = 0; i < m; i++) new Float32Array(compiled.memory.buffer, c.at + 4 * i * c.row, n).fill(0);
  }
  const most = compiled.blockDepth(k);
  const leftBytes = compiled.packedBytes(Math.min(m, TALL), ROWS, Math.min(k, most));
  const rightBytes = compiled.packedBytes(Math.min(n, WIDE), COLUMNS, Math.min(k, most));
  host.withScratch(leftBytes + rightBytes, (left) => {
    const right = left + leftBytes;
    for (const [j, width] of steps(n, WIDE)) {
      for (const [p, depth] of steps(k, most)) {
        pack(host, b.at + 4 * (p * b.row + j * b.column), b.column, b.row, width, depth, COLUMNS, right);
        for (const [i, height] of steps(m, TALL)) {
          pack(host, a.at + 4 * (i * a.row + p * a.column), a.row, a.column, height, depth, ROWS, left);
          const blocks = compiled.blockCount(height, width);
          const grain = Math.ceil((GRAIN * blocks) / (height * width * depth));
          const to = c.at + 4 * (i * c.row + j);
          const adds = Number(p > 0 || (c.accumulate ?? false));
          host.run('multiplyPacked', blocks, grain, left, right, to, c.row, height, width, depth, adds);
        }
      }
    }
  });
}

function pack(
  host: Host,
  ...[x, across, along, count, depth, width, out]: [
    ...matrix: [x: number, across: number, along: number, count: number, depth: number],
    width: number,
    out: number,
  ]
): void {
  const grain = Math.ceil(PACKED / (width * depth));
  host.run('packPanels', Math.ceil(count / width), grain, x, across, along, count, depth, width, out);
}

/** [from, length] of each step over a size. */
function* steps(size: number, step: number): Generator<[from: number, length: number]> {
  for (let from = 0; from < size; from += step) yield [from, Math.min(step, size - from)];
}

/** Many products of the same sizes, the results one after the other; each is computed by one thread. */
export function multiplyEach(
  host: Host,
  left: Strides,
  right: Strides,
  ...[a, b, { m, n, k }, c]: [a: readonly number[], b: readonly number[], sizes: Sizes, c: number]
): void {
  host.withScratch(a.length * 8, (table) => {
    new Uint32Array(host.compiled.memory.buffer, table, 2 * a.length).set(a.flatMap((at, i) => [at, b[i]!]));
    const grain = Math.ceil(GRAIN / Math.max(m * n * k, 1));
    const strides = [left.row, left.column, right.row, right.column];
    const bytes = host.compiled.multiplyScratch(m, n, k);
    host.runWithScratch('multiplyEach', a.length, grain, bytes, table, ...strides, c, m, n, k);
  });
}
