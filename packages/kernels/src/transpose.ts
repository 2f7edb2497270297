import { type TensorInfo, util } from '#tfjs';
import { stridesOf, withNumbers } from './axes.js';
import type { Host } from './host.js';
import type { Kernel } from './kernel.js';
import { axesOf, take } from './steps.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 32_768;

/** In assembly/transpose.ts, the rows of a unit. */
const ROWS = 16;

/** Any permutation of axes, of numbers of 32 bits; of none at all, tfjs divides by zero. */
export const transpose: Kernel = {
  name: 'Transpose',
  takes: ({ x }) => x!.dtype === 'float32' || x!.dtype === 'int32' || x!.shape.includes(0),
  run(host, { x }, { perm }: { readonly perm: number[] }) {
    const shape = perm.map((axis) => x!.shape[axis]!);
    const { sizes, order } = simplest(x!.shape, perm);
    if (order.every((axis, i) => axis === i)) return host.view(x!, shape);
    if (order.at(-1) === order.length - 1) return takeRuns(host, x!, sizes, order, shape);
    const out = host.output(shape, x!.dtype);
    if (util.sizeFromShape(shape) > 0) transposeInto(host, x!, sizes, order, out);
    return out;
  },
};

/** The same permutation without axes of size 1, and with axes that stay neighbours made one. */
function simplest(shape: readonly number[], perm: readonly number[]): { sizes: number[]; order: number[] } {
  const runs: number[][] = [];
  for (const axis of perm.filter((axis) => shape[axis] !== 1)) {
    const last = runs.at(-1)?.at(-1);
    const between = last === undefined ? [] : shape.slice(last + 1, axis);
    if (last !== undefined && axis > last && between.every((size) => size === 1)) runs.at(-1)!.push(axis);
    else runs.push([axis]);
  }
  const inX = runs.map((_, i) => i).sort((i, j) => runs[i]![0]! - runs[j]![0]!);
  return {
    sizes: inX.map((i) => util.sizeFromShape(runs[i]!.map((axis) => shape[axis]!))),
    order: runs.map((_, i) => inX.indexOf(i)),
  };
}

/** What lies side by side stays so. */
function takeRuns(host: Host, x: TensorInfo, sizes: number[], order: number[], shape: number[]): TensorInfo {
  const axes = axesOf(sizes);
  return take(host, x, 0, order.map((axis) => axes[axis]!), shape); // prettier-ignore
}

interface Axis {
  readonly size: number;
  readonly inX: number;
  readonly inOut: number;
}

function transposeInto(host: Host, x: TensorInfo, sizes: number[], order: number[], out: TensorInfo): void {
  const [strides, outStrides] = [stridesOf(sizes), stridesOf(order.map((axis) => sizes[axis]!))];
  const axes = order.map((axis, i) => ({ size: sizes[axis]!, inX: strides[axis]!, inOut: outStrides[i]! }));
  const [from, to] = host.addresses(x, out);
  const across = axes.pop()!;
  const numbers = (axes: Axis[]) => (['size', 'inX', 'inOut'] as const).flatMap((key) => axes.map((axis) => axis[key]));
  const places = (axes: Axis[]) => util.sizeFromShape(axes.map(({ size }) => size));
  const [down] = axes.splice(
    axes.findIndex(({ inX }) => inX === 1),
    1,
  ) as [Axis];
  const units = places(axes) * Math.ceil(down.size / ROWS);
  const grain = Math.ceil(GRAIN / (ROWS * across.size));
  const matrix = [down.size, across.inX, across.size, down.inOut];
  withNumbers(host, numbers(axes), (at) =>
    host.run('transposeMatrices', units, grain, from, ...matrix, axes.length, at, to),
  );
}
