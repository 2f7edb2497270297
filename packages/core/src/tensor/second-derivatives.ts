import {
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
  backend_util,
  conv2d,
  depthwiseConv2d,
  engine,
  greater,
  less,
  mul,
  ones,
  pad,
  registerGradient,
  stridedSlice,
  where,
  zeros,
  zerosLike,
} from '@surprisal/kernels/tfjs';

/**
 * What tfjs's gradients lack to be differentiated once more: its tape in the right order, and gradients of the kernels
 * that gradients are made of.
 */

interface TapeNode {
  readonly saved?: readonly Tensor[];
}

interface Tape {
  readonly state: { readonly activeTape: TapeNode[] };
  addTapeNode(...parts: unknown[]): void;
}

// An operation keeps copies of what its gradient will be made from. tfjs writes them on the tape before the operation itself,
// and goes over the tape once, so that a copy of an output counts as a constant, and a gradient made from it (of exp, tanh,
// sigmoid, softmax, pow, ...) has a wrong gradient of its own. Here the operation is written first.
const tape = engine() as unknown as Tape;
const write = tape.addTapeNode.bind(tape);
tape.addTapeNode = (...parts) => {
  write(...parts);
  const nodes = tape.state.activeTape;
  const operation = nodes.pop()!;
  nodes.splice(nodes.length - (operation.saved?.length ?? 0), 0, operation);
};

/** Runs a kernel that has no public function. */
const run = (name: string, inputs: Record<string, Tensor>, attributes: object): Tensor =>
  engine().runKernel(name, inputs, attributes as NamedAttrMap);

/** What windows that slide over an image share. */
interface Windows {
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

// A convolution is linear in the image and in the filter; so are both of its gradients, in what they are given.
registerGradient({
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc(ddw, saved, attributes) {
    const [x, dy, filter] = [...saved, ddw] as [Tensor4D, Tensor4D, Tensor4D];
    const { strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as Windows & { dataFormat: 'NHWC' };
    const shared = { strides, pad, dataFormat, dimRoundingMode };
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter }, { ...shared, inputShape: x.shape }),
      dy: () => conv2d(x, filter, strides, pad, dataFormat, 1, dimRoundingMode),
    };
  },
});

interface Depthwise extends Windows {
  readonly dilations: number | [number, number];
}

const depthwise = (x: Tensor, filter: Tensor, { strides, pad, dilations, dimRoundingMode }: Depthwise) =>
  depthwiseConv2d(x as Tensor4D, filter as Tensor4D, strides, pad, 'NHWC', dilations, dimRoundingMode);

registerGradient({
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc(ddw, saved, attributes) {
    const [x, dy, filter] = [...saved, ddw] as [Tensor, Tensor, Tensor];
    const windows = attributes as unknown as Depthwise;
    return {
      x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...windows, inputShape: x.shape }),
      dy: () => depthwise(x, filter, windows),
    };
  },
});

registerGradient({
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradFunc(ddx, saved, attributes) {
    const [dy, filter, x] = [...saved, ddx] as [Tensor, Tensor, Tensor];
    const windows = attributes as unknown as Depthwise;
    return {
      dy: () => depthwise(x, filter, windows),
      filter: () => run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...windows, filterShape: filter.shape }),
    };
  },
});

interface Pooling extends Windows {
  readonly filterSize: number | [number, number];
}

const poolingOf = (shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Pooling) =>
  backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );

/** The image, widened by a value, as each place of the window sees it: one [batch, outHeight, outWidth, channels] for each place. */
function seenBy(x: Tensor, info: backend_util.Conv2DInfo, value: number): Tensor[] {
  const { batchSize, outHeight, outWidth, inChannels, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const [height, width] = [(outHeight - 1) * strideHeight + 1, (outWidth - 1) * strideWidth + 1];
  const { top, left } = info.padInfo;
  const below = Math.max(0, height + filterHeight - 1 - info.inHeight - top);
  const right = Math.max(0, width + filterWidth - 1 - info.inWidth - left);
  const widened = pad(x, [[0, 0], [top, below], [left, right], [0, 0]], value); // prettier-ignore
  return Array.from({ length: filterHeight * filterWidth }, (_, place) => {
    const [i, j] = [Math.floor(place / filterWidth), place % filterWidth];
    const end = [batchSize, i + height, j + width, inChannels];
    return stridedSlice(widened, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]);
  });
}

/** Of numbers that lie as `x` does, those at the places of the first of the largest of `x` under each window. */
function atLargest(values: Tensor, x: Tensor, pooling: Pooling): Tensor {
  const info = poolingOf(x.shape, pooling);
  const seen = seenBy(values, info, 0);
  let largest: Tensor = zeros(seen[0]!.shape);
  let found = zerosLike(largest);
  seenBy(x, info, -Infinity).forEach((candidate, place) => {
    const larger = greater(candidate, place === 0 ? -Infinity : largest);
    largest = place === 0 ? candidate : where(larger, candidate, largest);
    found = where(larger, seen[place]!, found);
  });
  return found;
}

registerGradient({
  kernelName: 'MaxPoolGrad',
  inputsToSave: ['input', 'output'],
  gradFunc: (ddx, [input, output], attributes) => ({
    dy: () => atLargest(ddx as Tensor, input!, attributes as unknown as Pooling),
    input: () => zerosLike(input!),
    output: () => zerosLike(output!),
  }),
});

/** How many pixels of the image lie under each window, [1, outHeight, outWidth, 1]. */
function pixelsUnder(info: backend_util.Conv2DInfo): Tensor {
  const image = ones([1, info.inHeight, info.inWidth, 1]);
  return seenBy(image, { ...info, batchSize: 1, inChannels: 1 }, 0).reduce((sum, seen) => sum.add(seen));
}

// tfjs's own divides by the size of the window, where it sticks out of the image as well.
registerGradient({
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attributes) {
    const { strides, pad, dimRoundingMode } = attributes as unknown as Pooling;
    const info = poolingOf(x!.shape, attributes as unknown as Pooling);
    const shared = { strides, pad, dimRoundingMode, dilations: 1, inputShape: x!.shape };
    const filter = ones([info.filterHeight, info.filterWidth, info.inChannels, 1]);
    const shares = (dy as Tensor).div(pixelsUnder(info));
    return { x: () => run('DepthwiseConv2dNativeBackpropInput', { dy: shares, filter }, shared) };
  },
});

registerGradient({
  kernelName: 'EluGrad',
  inputsToSave: ['dy', 'y'],
  gradFunc: (ddx, [dy, y]) => ({
    dy: () => run('EluGrad', { dy: ddx as Tensor, y: y! }, {}),
    y: () => where(less(y!, 0), mul(ddx as Tensor, dy!), zerosLike(y!)),
  }),
});
