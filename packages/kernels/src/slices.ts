import { type TensorInfo, backend_util, slice_util, util } from '#tfjs';
import { stridesOf } from './axes.js';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';
import { copyInto, isPlain, take } from './steps.js';

/** A part of a tensor. tfjs copies the whole of it first, for each part. */
export const slice: Kernel = {
  name: 'Slice',
  takes: ({ x }) => isPlain(x!),
  run(host, { x }, attributes: { readonly begin: number | number[]; readonly size: number | number[] }) {
    const [begin, size] = slice_util.parseSliceParams(x as never, attributes.begin, attributes.size);
    slice_util.assertParamsValid(x as never, begin, size);
    return part(host, x!, begin, size);
  },
};

/** Parts that lie one after the other along an axis. */
export const splitV: Kernel = {
  name: 'SplitV',
  takes: ({ x }) => isPlain(x!),
  run(host, { x }, { axis, numOrSizeSplits }: { readonly axis: number; readonly numOrSizeSplits: number | number[] }) {
    const [along] = util.parseAxisParam(axis, x!.shape) as [number];
    return parts(host, x!, along, backend_util.prepareSplitSize(x as never, numOrSizeSplits, along));
  },
};

/** Every place along an axis, without that axis. */
export const unpack: Kernel = {
  name: 'Unpack',
  takes: ({ value }) => isPlain(value!),
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
  return tensors.every((one) => isPlain(one) && one.dtype === tensors[0]!.dtype);
}

function parts(host: Host, x: TensorInfo, axis: number, sizes: readonly number[]): TensorInfo[] {
  let first = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === axis ? first : 0));
    first += size;
    return part(host, x, begin, x.shape.with(axis, size));
  });
}

function part(host: Host, x: TensorInfo, begin: readonly number[], size: number[]): TensorInfo {
  const strides = stridesOf(x.shape);
  const first = begin.reduce((sum, place, axis) => sum + place * strides[axis]!, 0);
  return take(host, x, first, size.map((size, axis) => ({ size, step: strides[axis]! })), size); // prettier-ignore
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
  const apart = util.sizeFromShape(shape.slice(along));
  let at = 0;
  for (const one of full) {
    const run = util.sizeFromShape(one.shape) / rows;
    const axes = [{ size: rows, step: run }, { size: run, step: 1 }]; // prettier-ignore
    copyInto(host, one, 0, axes, { out, at, apart });
    at += run;
  }
  return out;
}
