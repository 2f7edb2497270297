import { type TensorInfo, slice_util, util } from '#tfjs';
import { stridesOf, withNumbers } from './axes.js';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 65_536;

/** An axis of a result, and how far its neighbours lie apart in what they are taken from: 0 on the spot, below 0 backwards. */
export interface Axis {
  readonly size: number;
  readonly step: number;
}

/** The axes of a tensor as it lies. */
export const axesOf = (shape: readonly number[]): Axis[] => {
  const strides = stridesOf(shape);
  return shape.map((size, axis) => ({ size, step: strides[axis]! }));
};

/** Without axes of size 1, and with neighbours made one that are gone along as one. */
function simplest(axes: readonly Axis[]): Axis[] {
  const simple: Axis[] = [];
  for (const { size, step } of axes) {
    const last = simple.at(-1);
    if (last?.step === size * step) simple[simple.length - 1] = { size: last.size * size, step };
    else if (size !== 1) simple.push({ size, step });
  }
  return simple;
}

/** The bytes of an element. */
export const bytesOf = ({ dtype }: TensorInfo): number => (dtype === 'bool' ? 1 : 4);

/** Whether its elements lie in the memory side by side. */
export const isPlain = ({ dtype }: TensorInfo): boolean => ['float32', 'int32', 'bool'].includes(dtype);

/** The elements from one on along axes, in a shape that has as many. All of them in their order are the tensor itself. */
export function take(host: Host, x: TensorInfo, first: number, axes: readonly Axis[], shape: number[]): TensorInfo {
  const outer = simplest(axes);
  const { size, step } = outer.pop() ?? { size: 1, step: 1 };
  const taken = util.sizeFromShape(shape);
  if (outer.length === 0 && step === 1 && taken === util.sizeFromShape(x.shape)) return host.view(x, shape);
  const out = host.output(shape, x.dtype);
  if (taken > 0) copyInto(host, x, first, [...outer, { size, step }], { out, at: 0, apart: size });
  return out;
}

/** Where runs of elements go: the first one to a place, and the next ones so many elements after each other. */
export interface Target {
  readonly out: TensorInfo;
  readonly at: number;
  readonly apart: number;
}

/** Runs along the last axis, one for each place of the others. */
export function copyInto(
  host: Host,
  x: TensorInfo,
  first: number,
  axes: readonly Axis[],
  { out, at, apart }: Target,
): void {
  const [outer, { size, step }] = [axes.slice(0, -1), axes.at(-1)!];
  const runs = util.sizeFromShape(outer.map(({ size }) => size));
  const place = (of: TensorInfo, i: number) => host.address(of) + i * bytesOf(of);
  const numbers = [...outer.map(({ size }) => size), ...outer.map(({ step }) => step)];
  withNumbers(host, numbers, (places) => {
    const run = [bytesOf(x), size, step, outer.length, places, apart];
    host.run('copySteps', runs, Math.ceil(GRAIN / size), place(x, first), ...run, place(out, at));
  });
}

const takesPlain = ({ x }: Inputs) => isPlain(x!);

interface Strides {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** tfjs makes float32 numbers of all others. */
const stridedSlice: Kernel = {
  name: 'StridedSlice',
  takes: takesPlain,
  run(host, { x }, { begin, end, strides, ...masks }: Strides) {
    const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = masks;
    const taken = slice_util.sliceInfo(
      ...([x!.shape, begin, end, strides] as const),
      ...([beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
    );
    const apart = stridesOf(x!.shape);
    const axes = x!.shape.map((_, i) => {
      const [from, step] = [taken.begin[i]!, taken.strides[i]!];
      return { size: Math.max(0, Math.ceil((taken.end[i]! - from) / step)), step: step * apart[i]! };
    });
    const first = taken.begin.reduce((sum, at, i) => sum + at * apart[i]!, 0);
    return take(host, x!, first, axes, taken.finalShape);
  },
};

const reverse: Kernel = {
  name: 'Reverse',
  takes: takesPlain,
  run(host, { x }, { dims }: { readonly dims: number | number[] }) {
    const turned = util.parseAxisParam(dims, x!.shape);
    const axes = axesOf(x!.shape).map((axis, i) => ({ ...axis, turns: turned.includes(i) && axis.size > 1 }));
    const first = axes.reduce((sum, { size, step, turns }) => sum + (turns ? (size - 1) * step : 0), 0);
    const steps = axes.map(({ size, step, turns }) => ({ size, step: turns ? -step : step }));
    return take(host, x!, first, steps, [...x!.shape]);
  },
};

const tile: Kernel = {
  name: 'Tile',
  takes: takesPlain,
  run(host, { x }, { reps }: { readonly reps: number[] }) {
    const axes = axesOf(x!.shape).flatMap((axis, i) => [{ size: reps[i]!, step: 0 }, axis]);
    return take(host, x!, 0, axes, x!.shape.map((size, i) => size * reps[i]!)); // prettier-ignore
  },
};

/** A tensor spread over axes that it does not have, or has of size 1. */
export function spread(host: Host, x: TensorInfo, shape: number[]): TensorInfo {
  const own = axesOf([...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]);
  return take(host, x, 0, shape.map((size, i) => ({ size, step: own[i]!.size === 1 ? 0 : own[i]!.step })), shape); // prettier-ignore
}

/** What copies elements in steps. */
export const stepKernels: readonly Kernel[] = [stridedSlice, reverse, tile];
