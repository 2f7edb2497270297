import {
  type Tensor,
  broadcast_util,
  cast,
  cumsum,
  getGradient,
  greaterEqual,
  less,
  matMul,
  mul,
  registerGradient,
  reshape,
  sign,
  sub,
  sum,
  zeros,
} from '@surprisal/kernels/tfjs';
import { sizeOf } from '../ndarray.js';

/** Gradients that tfjs has, but wrong or for some arguments only. */

/** The gradient of an input from that of what it was broadcast to. */
function sumTo(gradient: Tensor, shape: number[]): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape);
}

type Binary = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;

/** Operations whose inputs may be broadcast; tfjs forgets to sum over what they were broadcast along. */
const broadcasting: Record<string, [a: Binary, b: Binary]> = {
  Maximum: [
    (dy, a, b) => mul(dy, cast(greaterEqual(a, b), 'float32')),
    (dy, a, b) => mul(dy, cast(less(a, b), 'float32')),
  ],
  Minimum: [
    (dy, a, b) => mul(dy, cast(greaterEqual(b, a), 'float32')),
    (dy, a, b) => mul(dy, cast(less(b, a), 'float32')),
  ],
  SquaredDifference: [(dy, a, b) => mul(dy, mul(sub(a, b), 2)), (dy, a, b) => mul(dy, mul(sub(b, a), 2))],
};

for (const [kernelName, [byA, byB]] of Object.entries(broadcasting)) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => sumTo(byA(dy as Tensor, a!, b!), a!.shape),
      b: () => sumTo(byB(dy as Tensor, a!, b!), b!.shape),
    }),
  });
}

registerGradient({
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc(dy, [a, b], attributes) {
    const { transposeA, transposeB } = attributes as unknown as { transposeA: boolean; transposeB: boolean };
    const given = dy as Tensor;
    const byA = () => (transposeA ? matMul(b!, given, transposeB, true) : matMul(given, b!, false, !transposeB));
    const byB = () => (transposeB ? matMul(given, a!, true, transposeA) : matMul(a!, given, !transposeA, false));
    return { a: () => sumTo(byA(), a!.shape), b: () => sumTo(byB(), b!.shape) };
  },
});

registerGradient({
  kernelName: 'Cumsum',
  gradFunc(dy, _saved, attributes) {
    const { axis, exclusive, reverse } = attributes as unknown as {
      axis: number;
      exclusive: boolean;
      reverse: boolean;
    };
    return { x: () => cumsum(dy as Tensor, axis, exclusive, !reverse) };
  },
});

registerGradient({
  kernelName: 'Tile',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attributes) {
    const { reps } = attributes as unknown as { reps: number[] };
    // one axis after the other, as repetitions of what lies beside
    const summed = (z: Tensor, count: number, axis: number) => {
      const [before, after] = [x!.shape.slice(0, axis), z.shape.slice(axis + 1)];
      const parted = [sizeOf(before), count, x!.shape[axis]!, sizeOf(after)];
      return reshape(sum(reshape(z, parted), 1), [...before, x!.shape[axis]!, ...after]);
    };
    return { x: () => reps.reduce(summed, dy as Tensor) };
  },
});

registerGradient({
  kernelName: 'Abs', // at 0 it is 0, the middle of the slopes; tfjs takes -1
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => mul(dy as Tensor, sign(cast(x!, 'float32'))) }),
});

// Indices that were made from an input, by argMax or topk, are constant almost everywhere.
for (const [kernelName, name] of [
  ['GatherV2', 'indices'],
  ['UnsortedSegmentSum', 'segmentIds'],
] as const) {
  const { gradFunc, ...config } = getGradient(kernelName);
  const place = config.inputsToSave!.indexOf(name);
  registerGradient({
    ...config,
    gradFunc: (dy, saved, attributes) => ({
      ...gradFunc(dy, saved, attributes),
      [name]: () => zeros(saved[place]!.shape),
    }),
  });
}
