import { type TensorInfo, broadcast_util, util } from '#tfjs';
import { stridesOf, withNumbers } from './axes.js';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';
import type { Ranged } from './module.js';

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

interface BinaryOptions {
  readonly dtype?: 'float32' | 'bool';
  /** Whether it is the compiled function of the sides exchanged. */
  readonly exchanged?: boolean;
}

/** A function of two float32 numbers, spread over each other's axes. Other types are left to tfjs. */
const binary = (name: string, compiled: Ranged, { dtype = 'float32', exchanged }: BinaryOptions = {}): Kernel => ({
  name,
  takes: ({ a, b }) => a!.dtype === 'float32' && b!.dtype === 'float32',
  run(host, { a, b }) {
    const out = host.output(broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape), dtype);
    if (exchanged) zip(host, compiled, b!, a!, out);
    else zip(host, compiled, a!, b!, out);
    return out;
  },
});

const sameShape = ({ a, b }: Inputs) => util.arraysEqual(a!.shape, b!.shape);

/** A function of two truths at the same place. Where shapes differ, it is left to tfjs. */
const logical = (name: string, compiled: Ranged): Kernel => ({
  name,
  takes: sameShape,
  run(host, { a, b }) {
    const out = host.output(a!.shape, 'bool');
    host.run(compiled, util.sizeFromShape(a!.shape), 4 * GRAIN, ...host.addresses(a!, b!, out));
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

export const binaryKernels: readonly Kernel[] = [
  binary('Maximum', 'maximum'),
  binary('Minimum', 'minimum'),
  binary('SquaredDifference', 'squaredDifference'),
  binary('Equal', 'equal', { dtype: 'bool' }),
  binary('NotEqual', 'notEqual', { dtype: 'bool' }),
  binary('Greater', 'greater', { dtype: 'bool' }),
  binary('GreaterEqual', 'greaterEqual', { dtype: 'bool' }),
  binary('Less', 'greater', { dtype: 'bool', exchanged: true }),
  binary('LessEqual', 'greaterEqual', { dtype: 'bool', exchanged: true }),
  logical('LogicalAnd', 'logicalAnd'),
  logical('LogicalOr', 'logicalOr'),
  select,
];
