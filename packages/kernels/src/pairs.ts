import { type DataType, type TensorInfo, broadcast_util, util } from '#tfjs';
import { stridesOf, withNumbers } from './axes.js';
import type { Host } from './host.js';
import type { Kernel } from './kernel.js';
import type { Ranged } from './module.js';
import { spread } from './steps.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 65_536;

/** An axis of the result, and the steps along it in either side, in elements; 0 where a side is spread over it. */
interface Axis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** The axes of a result, without those of size 1, and with neighbours that are gone along as one made one. */
function axesOf(a: readonly number[], b: readonly number[], shape: readonly number[]): Axis[] {
  const steps = (own: readonly number[]) => {
    const padded = [...new Array<number>(shape.length - own.length).fill(1), ...own];
    return stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  };
  const [aSteps, bSteps] = [steps(a), steps(b)];
  const axes: Axis[] = [];
  shape.forEach((size, i) => {
    const [next, last] = [{ size, a: aSteps[i]!, b: bSteps[i]! }, axes.at(-1)];
    if (size === 1) return;
    if (last?.a === next.a * size && last.b === next.b * size)
      axes[axes.length - 1] = { ...next, size: last.size * size };
    else axes.push(next);
  });
  return axes;
}

function zip(host: Host, kernel: Ranged, a: TensorInfo, b: TensorInfo, out: TensorInfo): void {
  const axes = axesOf(a.shape, b.shape, out.shape);
  const inner = axes.pop() ?? { size: 1, a: 0, b: 0 };
  const [aAt, bAt, to] = host.addresses(a, b, out);
  const numbers = (['size', 'a', 'b'] as const).flatMap((key) => axes.map((axis) => axis[key]));
  withNumbers(host, numbers, (places) =>
    host.run(
      kernel,
      util.sizeFromShape(out.shape),
      GRAIN,
      ...[aAt, bAt, inner.size, inner.a, inner.b, axes.length, places, to],
    ),
  );
}

/** The compiled functions of two numbers of each kind. */
type ByKind = Readonly<Partial<Record<DataType, Ranged>>>;

interface BinaryOptions {
  readonly isTruth?: boolean;
  /** Whether it is the compiled function of the sides exchanged. */
  readonly exchanged?: boolean;
}

/** A function of two numbers, spread over each other's axes. Kinds that are not compiled are left to tfjs. */
const binary = (name: string, compiled: ByKind, { isTruth, exchanged }: BinaryOptions = {}): Kernel => ({
  name,
  takes: ({ a, b }) => a!.dtype in compiled && b!.dtype === a!.dtype,
  run(host, { a, b }) {
    const shape = broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const out = host.output(shape, isTruth ? 'bool' : a!.dtype);
    const [left, right] = exchanged ? [b!, a!] : [a!, b!];
    zip(host, compiled[a!.dtype]!, left, right, out);
    return out;
  },
});

const comparison = (name: string, compiled: ByKind, exchanged = false) =>
  binary(name, compiled, { isTruth: true, exchanged });

/** A function of two truths at the same place; first, where shapes differ, they are spread over each other's axes. */
const logical = (name: string, compiled: Ranged): Kernel => ({
  name,
  run(host, { a, b }) {
    const shape = broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const out = host.output(shape, 'bool');
    const sides = [a!, b!].map((side) => spread(host, side, shape));
    const [left, right, to] = [...sides, out].map((side) => host.address(side)) as [number, number, number];
    host.run(compiled, util.sizeFromShape(shape), 4 * GRAIN, left, right, to);
    for (const side of sides) host.dispose(side);
    return out;
  },
});

/** One of two values by a truth at the same place. tfjs's own kernel takes truths for numbers of 32 bits, and writes beyond them. */
const select: Kernel = {
  name: 'Select',
  takes: ({ condition, t }) => util.arraysEqual(condition!.shape, t!.shape),
  run(host, { condition, t, e }) {
    const out = host.output(t!.shape, t!.dtype);
    const [kernel, grain] = t!.dtype === 'bool' ? (['selectTruths', 4 * GRAIN] as const) : (['select', GRAIN] as const);
    host.run(kernel, util.sizeFromShape(t!.shape), grain, ...host.addresses(condition!, t!, e!, out));
    return out;
  },
};

const greater = { float32: 'greater', int32: 'wholeGreater' } as const;
const greaterEqual = { float32: 'greaterEqual', int32: 'wholeGreaterEqual' } as const;

export const binaryKernels: readonly Kernel[] = [
  binary('Add', { int32: 'wholeSum' }),
  binary('Sub', { int32: 'wholeDifference' }),
  binary('Multiply', { int32: 'wholeProduct' }),
  binary('Maximum', { float32: 'maximum', int32: 'wholeMaximum' }),
  binary('Minimum', { float32: 'minimum', int32: 'wholeMinimum' }),
  binary('SquaredDifference', { float32: 'squaredDifference' }),
  comparison('Equal', { float32: 'equal', int32: 'wholeEqual' }),
  comparison('NotEqual', { float32: 'notEqual', int32: 'wholeNotEqual' }),
  comparison('Greater', greater),
  comparison('GreaterEqual', greaterEqual),
  comparison('Less', greater, true),
  comparison('LessEqual', greaterEqual, true),
  logical('LogicalAnd', 'logicalAnd'),
  logical('LogicalOr', 'logicalOr'),
  select,
];
