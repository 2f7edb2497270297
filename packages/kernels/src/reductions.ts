import { type TensorInfo, util } from '#tfjs';
import type { Host } from './host.js';
import type { Kernel } from './kernel.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 65_536;

/** In assembly/reductions.ts, the columns of a unit. */
const COLUMNS = 16;

/** What folds the rows of a matrix, or the columns. */
interface Fold {
  readonly rows: 'sumRows' | 'maxRows' | 'minRows';
  readonly columns: 'sumColumns' | 'maxColumns' | 'minColumns';
}

const sums: Fold = { rows: 'sumRows', columns: 'sumColumns' };
const largest: Fold = { rows: 'maxRows', columns: 'maxColumns' };
const least: Fold = { rows: 'minRows', columns: 'minColumns' };

/** Neighbouring axes that go together: all of them are reduced, or none. */
interface Run {
  readonly size: number;
  readonly reduced: boolean;
}

function runsOf(shape: readonly number[], axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    const [reduced, last] = [axes.includes(axis), runs.at(-1)];
    if (last?.reduced === reduced) runs[runs.length - 1] = { size: last.size * size, reduced };
    else if (size !== 1) runs.push({ size, reduced });
  });
  return runs;
}

interface ReductionAttributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[]; // what Max calls them
  readonly keepDims: boolean;
}

/** Over any axes; over none of any size, what folding starts with: 0, -Infinity, Infinity. Other types than float32 are left to tfjs. */
const reduction = (name: string, fold: Fold, isMean = false): Kernel => ({
  name,
  takes: ({ x }) => x!.dtype === 'float32',
  run(host, inputs, { axis, reductionIndices, keepDims }: ReductionAttributes) {
    const x = inputs.x!;
    const axes = util.parseAxisParam((axis ?? reductionIndices)!, x.shape);
    const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
    const shape = keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
    const count = isMean ? util.sizeFromShape(axes.map((axis) => x.shape[axis]!)) : 1;
    return reduce(host, x, runsOf(x.shape, axes), fold, Math.max(count, 1), shape);
  },
});

export const reductions: readonly Kernel[] = [
  reduction('Sum', sums),
  reduction('Mean', sums, true),
  reduction('Max', largest),
  reduction('Min', least),
];

/** One run of axes after the other, the last one first; sums are divided by `count` at the end. */
function reduce(host: Host, x: TensorInfo, runs: Run[], fold: Fold, count: number, shape: number[]): TensorInfo {
  const at = runs.findLastIndex(({ reduced }) => reduced);
  if (at < 0) return host.view(x, shape);
  const sizes = runs.map(({ size }) => size);
  const [outer, inner] = [sizes.slice(0, at), sizes.slice(at + 1)];
  const rest = runs.toSpliced(at, 1);
  const done = rest.every(({ reduced }) => !reduced);
  const out = host.output(done ? shape : [...outer, ...inner]);
  const block: Block = [util.sizeFromShape(outer), sizes[at]!, util.sizeFromShape(inner)];
  foldBlock(host, host.address(x), block, fold, done ? count : 1, host.address(out));
  if (done) return out;
  const result = reduce(host, out, rest, fold, count, shape);
  host.dispose(out);
  return result;
}

type Block = [outer: number, n: number, inner: number];

/** Over the axis in the middle. */
function foldBlock(host: Host, x: number, [outer, n, inner]: Block, fold: Fold, count: number, out: number): void {
  const grain = (width: number) => Math.ceil(GRAIN / Math.max(n * width, 1));
  if (inner !== 1) {
    const units = outer * Math.ceil(inner / COLUMNS);
    return host.run(fold.columns, units, grain(COLUMNS), x, n, inner, count, out);
  }
  if (outer !== 1 || n <= 2 * GRAIN) return host.run(fold.rows, outer, grain(1), x, outer * n, n, count, out);
  const parts = Math.ceil(n / GRAIN); // always the same, whatever the threads
  host.withScratch(parts * 4, (scratch) => {
    host.run(fold.rows, parts, 1, x, n, GRAIN, 1, scratch);
    host.run(fold.rows, 1, 1, scratch, parts, parts, count, out);
  });
}
