import {
  type Tensor,
  add,
  backend_util,
  cumprod,
  gatherND,
  mul,
  pad,
  range,
  registerGradient,
  reshape,
  reverse,
  scatterND,
  slice,
  slice_util,
  tensor,
  transpose,
  unsortedSegmentSum,
  util,
  zeros,
} from '@surprisal/kernels/tfjs';
import { sizeOf } from '../ndarray.js';

/** Gradients of operations that tfjs cannot differentiate at all. */

// What is true or false is constant almost everywhere. Without a gradient, a mask made from an input would make the whole
// function impossible to differentiate.
for (const kernelName of [
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'LogicalAnd',
  'LogicalOr',
]) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, [a, b]) => ({ a: () => zeros(a!.shape), b: () => zeros(b!.shape) }),
  });
}
for (const kernelName of ['LogicalNot', 'All', 'Any']) {
  registerGradient({ kernelName, inputsToSave: ['x'], gradFunc: (_dy, [x]) => ({ x: () => zeros(x!.shape) }) });
}

/** Where elements picked from a tensor lie in it, counted from 0, and what is added up there. */
const addAt = (positions: Tensor, values: Tensor, shape: number[]): Tensor => {
  const flat = reshape(positions, [-1]).as1D();
  return reshape(unsortedSegmentSum(reshape(values, [-1]), flat, sizeOf(shape)), shape);
};

registerGradient({
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc(dys, [x, indices], attributes) {
    const [dy] = dys as Tensor[];
    const n = x!.shape.at(-1)!;
    const { k } = attributes as unknown as { k: number };
    const rows = n === 0 ? 0 : x!.size / n;
    const starts = () => reshape(range(0, rows * n, n, 'int32'), [rows, 1]);
    const positions = () => add(starts(), reshape(indices!, [rows, k]));
    return { x: () => addAt(positions(), dy!, x!.shape) };
  },
});

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

/** Where the elements of a strided slice lie in what they are taken from. */
function placesOf(shape: number[], { begin, end, strides, ...masks }: Strides): Tensor {
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = masks;
  const taken = slice_util.sliceInfo(
    ...([shape, begin, end, strides] as const),
    ...([beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
  );
  const apart = [...util.computeStrides(shape), 1]; // of neighbours along an axis
  const alongAxes = shape.map((_, i) => {
    const [from, step] = [taken.begin[i]!, taken.strides[i]!];
    const length = Math.max(0, Math.ceil((taken.end[i]! - from) / step));
    const places = Int32Array.from({ length }, (_, k) => (from + k * step) * apart[i]!);
    return tensor(places, [length, ...Array.from({ length: shape.length - i - 1 }, () => 1)]);
  });
  return alongAxes.reduce((sum, places) => add(sum, places));
}

registerGradient({
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attributes) => ({
    x: () => addAt(placesOf(x!.shape, attributes as unknown as Strides), dy as Tensor, x!.shape),
  }),
});

registerGradient({
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc: (dy, [params, indices]) => ({
    params: () => scatterND(indices!, dy as Tensor, params!.shape),
    indices: () => zeros(indices!.shape),
  }),
});

registerGradient({
  kernelName: 'ScatterNd',
  inputsToSave: ['indices'],
  gradFunc: (dy, [indices]) => ({
    updates: () => gatherND(dy as Tensor, indices!),
    indices: () => zeros(indices!.shape),
  }),
});

/**
 * With y_j = x_0 ... x_j: dx_k = (x_0 ... x_{k-1}) h_k, where h_k = dy_k + x_{k+1} h_{k+1}. No division, so that zeros do no harm.
 * In an exclusive product y_j stands where y_{j+1} would; a reversed one is that of the reversed numbers.
 */
registerGradient({
  kernelName: 'Cumprod',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attributes) {
    const {
      axis,
      exclusive,
      reverse: backward,
    } = attributes as unknown as {
      axis: number;
      exclusive: boolean;
      reverse: boolean;
    };
    const last = backend_util.getAxesPermutation([axis < 0 ? axis + x!.rank : axis], x!.rank);
    const turn = (z: Tensor) => (backward ? reverse(z, -1) : z);
    const rows = (z: Tensor) => turn(reshape(last ? transpose(z, last) : z, [-1, x!.shape.at(axis)!]));
    return {
      x() {
        const factors = rows(x!);
        const given = rows(dy as Tensor);
        const sums = recurrence(shift(factors, 1), exclusive ? shift(given, 1) : given);
        const dx = turn(mul(cumprod(factors, 1, true), sums));
        if (!last) return reshape(dx, x!.shape);
        const turned = reshape(dx, last.map((i) => x!.shape[i]!)); // prettier-ignore
        return transpose(turned, backend_util.getUndoAxesPermutation(last));
      },
    };
  },
});

/** h of h_k = b_k + a_k h_{k+1}, for rows [R, n], in about log2 n steps: steps of twice the length are made of two steps. */
function recurrence(a: Tensor, b: Tensor): Tensor {
  for (let length = 1; length < b.shape[1]!; length *= 2) {
    b = add(b, mul(a, shift(b, length)));
    a = mul(a, shift(a, length));
  }
  return b;
}

/** Rows moved to the left, with zeros after them. */
function shift(x: Tensor, by: number): Tensor {
  const [rows, n] = x.shape as [number, number];
  const some = Math.min(by, n);
  return pad(slice(x, [0, some], [rows, n - some]), [[0, 0], [0, some]]); // prettier-ignore
}
