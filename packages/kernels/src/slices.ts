import { type TensorInfo, backend_util, slice_util, util } from '#tfjs';
import { stridesOf, withNumbers } from './axes.js';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 32_768;

/** Numbers of 32 bits; flags, strings and complex numbers lie otherwise. */
const isWide = ({ dtype }: TensorInfo) => dtype === 'float32' || dtype === 'int32';

/** A part of a tensor. tfjs copies the whole of it first, for each part. */
export const slice: Kernel = {
  name: 'Slice',
  takes: ({ x }) => isWide(x!),
  run(host, { x }, attributes: { readonly begin: number | number[]; readonly size: number | number[] }) {
    const [begin, size] = slice_util.parseSliceParams(x as never, attributes.begin, attributes.size);
    slice_util.assertParamsValid(x as never, begin, size);
    return part(host, x!, begin, size);
  },
};

/** Parts that lie one after the other along an axis. */
export const splitV: Kernel = {
  name: 'SplitV',
  takes: ({ x }) => isWide(x!),
  run(host, { x }, { axis, numOrSizeSplits }: { readonly axis: number; readonly numOrSizeSplits: number | number[] }) {
    const [along] = util.parseAxisParam(axis, x!.shape) as [number];
    return parts(host, x!, along, backend_util.prepareSplitSize(x as never, numOrSizeSplits, along));
  },
};

/** Every place along an axis, without that axis. */
export const unpack: Kernel = {
  name: 'Unpack',
  takes: ({ value }) => isWide(value!),
  run(host, { value }, { axis }: { readonly axis: number }) {
    const [along] = util.parseAxisParam(axis, value!.shape) as [number];
    const shape = value!.shape.toSpliced(along, 1);
    const places = new Array<number>(value!.shape[along]!).fill(1);
    return parts(host, value!, along, places).map((place) => ({ ...place, shape }));
  },
};

/** Tensors one after the other along an axis. */
export const concat: Kernel = {
  name: 'Concat',
  takes: areAlike,
  run: (host, inputs, { axis }: { readonly axis: number }) => join(host, tensorsOf(inputs), axis),
};

/** Tensors one after the other along a new axis. */
export const pack: Kernel = {
  name: 'Pack',
  takes: areAlike,
  run(host, inputs, { axis }: { readonly axis: number }) {
    const tensors = tensorsOf(inputs);
    const { shape } = tensors[0]!;
    for (const one of tensors)
      util.assertShapesMatch(shape, one.shape, 'stack: all tensors must have the same shape. ');
    const along = axis < 0 ? axis + shape.length + 1 : axis;
    const rows = (one: TensorInfo) => ({ ...one, shape: one.shape.toSpliced(along, 0, 1) });
    return join(host, tensors.map(rows), along);
  },
};

const tensorsOf = (inputs: Inputs): TensorInfo[] => Object.values(inputs);

function areAlike(inputs: Inputs): boolean {
  const tensors = tensorsOf(inputs);
  return tensors.every((one) => isWide(one) && one.dtype === tensors[0]!.dtype);
}

function parts(host: Host, x: TensorInfo, axis: number, sizes: readonly number[]): TensorInfo[] {
  let first = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === axis ? first : 0));
    first += size;
    return part(host, x, begin, x.shape.with(axis, size));
  });
}

/** Runs of numbers that lie side by side in both: as many as there are places of the axes before the last one that is cut. */
function part(host: Host, x: TensorInfo, begin: readonly number[], size: number[]): TensorInfo {
  const cut = x.shape.findLastIndex((whole, axis) => size[axis] !== whole);
  if (cut < 0) return host.view(x, size);
  const out = host.output(size, x.dtype);
  const strides = stridesOf(x.shape);
  const first = begin.reduce((sum, place, axis) => sum + place * strides[axis]!, 0);
  const run = util.sizeFromShape(size.slice(cut));
  const [from, to] = host.addresses(x, out);
  copyRuns(host, from + 4 * first, run, size.slice(0, cut), strides.slice(0, cut), to, run);
  return out;
}

function join(host: Host, tensors: readonly TensorInfo[], axis: number): TensorInfo {
  const [along] = util.parseAxisParam(axis, tensors[0]!.shape) as [number];
  const shapes = tensors.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, along);
  const shape = backend_util.computeOutShape(shapes, along);
  const full = tensors.filter((one) => util.sizeFromShape(one.shape) > 0);
  if (full.length === 1) return host.view(full[0]!, shape);
  const out = host.output(shape, tensors[0]!.dtype);
  const rows = util.sizeFromShape(shape.slice(0, along));
  const step = util.sizeFromShape(shape.slice(along));
  let to = host.address(out);
  for (const one of full) {
    const run = util.sizeFromShape(one.shape) / rows;
    copyRuns(host, host.address(one), run, [rows], [run], to, step);
    to += 4 * run;
  }
  return out;
}

function copyRuns(
  host: Host,
  ...[x, run, sizes, strides, out, step]: [
    ...from: [x: number, run: number, sizes: readonly number[], strides: readonly number[]],
    ...to: [out: number, step: number],
  ]
): void {
  const grain = Math.ceil(GRAIN / Math.max(run, 1));
  withNumbers(host, [...sizes, ...strides], (axes) =>
    host.run('copyRuns', util.sizeFromShape([...sizes]), grain, x, run, sizes.length, axes, out, step),
  );
}
