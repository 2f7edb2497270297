import {
  type Tensor,
  add,
  broadcast_util,
  cast,
  cumsum,
  div,
  equal,
  getGradient,
  greaterEqual,
  less,
  matMul,
  mul,
  pad,
  range,
  registerGradient,
  reshape,
  sign,
  slice,
  stridedSlice,
  sub,
  sum,
  transpose,
  unsortedSegmentSum,
  util,
  where,
  zeros,
  zerosLike,
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
  kernelName: 'Select', // tfjs multiplies by the condition: an infinite gradient of what was not chosen becomes NaN
  inputsToSave: ['condition'],
  gradFunc(dy, [condition]) {
    const given = dy as Tensor;
    return {
      condition: () => zeros(condition!.shape),
      t: () => where(condition!, given, zerosLike(given)),
      e: () => where(condition!, zerosLike(given), given),
    };
  },
});

// Of several that are the largest, each takes an even share; tfjs gives the whole to all of them.
for (const kernelName of ['Max', 'Min']) {
  registerGradient({
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc(dy, [x, y], attributes) {
      const { reductionIndices, axis = reductionIndices } = attributes as Record<string, number[] | undefined>;
      const axes = util.parseAxisParam(axis!, x!.shape);
      const kept = x!.shape.map((size, i) => (axes.includes(i) ? 1 : size));
      const reached = cast(equal(x!, reshape(y!, kept)), 'float32');
      return { x: () => mul(reached, div(reshape(dy as Tensor, kept), sum(reached, axes, true))) };
    },
  });
}

registerGradient({
  kernelName: 'Abs', // at 0 it is 0, the middle of the slopes; tfjs takes -1
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => mul(dy as Tensor, sign(cast(x!, 'float32'))) }),
});

// tfjs's own takes no more than one axis of batches, each by itself.
registerGradient({
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc(dy, [x, indices], attributes) {
    const { axis, batchDims } = attributes as unknown as { axis: number; batchDims: number };
    return {
      x: () => addToRows(dy as Tensor, x!.shape, indices!, (axis + x!.rank) % x!.rank, batchDims),
      indices: () => zeros(indices!.shape), // made from an input, by argMax or topk, they are constant almost everywhere
    };
  },
});

/** Adds up, for each place along an axis, what the indices took from there. */
function addToRows(dy: Tensor, shape: number[], indices: Tensor, axis: number, batchDims: number): Tensor {
  const [batch, outer] = [sizeOf(shape.slice(0, batchDims)), sizeOf(shape.slice(batchDims, axis))];
  const [n, inner] = [shape[axis]!, sizeOf(shape.slice(axis + 1))];
  const taken = sizeOf(indices.shape.slice(batchDims));
  const swapped = (z: Tensor, given: number[]) => transpose(reshape(z, given), [0, 2, 1, 3]);
  const rows = reshape(swapped(dy, [batch, outer, taken, inner]), [batch * taken, outer * inner]);
  const starts = reshape(range(0, batch * n, n, 'int32'), [batch, 1]);
  const places = reshape(add(reshape(indices, [batch, taken]), starts), [-1]).as1D();
  return reshape(swapped(unsortedSegmentSum(rows, places, batch * n), [batch, n, outer, inner]), shape);
}

const { gradFunc: sumGradient, ...sumConfig } = getGradient('UnsortedSegmentSum');
registerGradient({
  ...sumConfig,
  gradFunc: (dy, saved, attributes) => ({
    ...sumGradient(dy, saved, attributes),
    segmentIds: () => zeros(saved[0]!.shape), // as indices above
  }),
});

// A dilated convolution is one by a filter with zeros in between, of which tfjs has the gradient.
for (const kernelName of ['Conv2D', 'DepthwiseConv2dNative']) {
  const { gradFunc, ...config } = getGradient(kernelName);
  registerGradient({
    ...config,
    gradFunc(dy, [x, filter], attributes) {
      const { dilations = 1 } = attributes as unknown as { dilations?: number | [number, number] };
      const steps = typeof dilations === 'number' ? [dilations, dilations] : dilations;
      if (steps.every((step) => step === 1)) return gradFunc(dy, [x!, filter!], attributes);
      const wide = spread(filter!, steps);
      const gradients = gradFunc(dy, [x!, wide], { ...attributes, dilations: [1, 1] });
      const taken = () => stridedSlice(gradients.filter!(), [0, 0, 0, 0], wide.shape, [...steps, 1, 1]);
      return { ...gradients, filter: taken };
    },
  });
}

/** Zeros between the rows of a filter, and between its columns. */
const spread = (filter: Tensor, steps: readonly number[]): Tensor =>
  steps.reduce((w, step, axis) => {
    const [before, size, after] = [w.shape.slice(0, axis), w.shape[axis]!, w.shape.slice(axis + 1)];
    const single = reshape(w, [sizeOf(before), size, 1, sizeOf(after)]);
    const apart = reshape(pad(single, [[0, 0], [0, 0], [0, step - 1], [0, 0]]), [...before, size * step, ...after]); // prettier-ignore
    return slice(apart, 0, [...before, (size - 1) * step + 1, ...after]);
  }, filter);
