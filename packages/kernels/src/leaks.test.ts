import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals, put, useKernels } from '../test/both.js';
import { kernels } from './kernels.js';

interface Call {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly attributes?: object;
}

const numbers = (...shape: number[]) => put(normals(shape, 1));
const truths = (...shape: number[]) => tf.greater(numbers(...shape), 0);
const whole = (...values: number[]) => tf.tensor1d(values, 'int32');

const all = (names: string, call: () => Call): Record<string, () => Call> =>
  Object.fromEntries(names.trim().split(/\s+/).map((name) => [name, call])); // prettier-ignore

const window = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
const crossEntropy = { tau: 1.5, labelSmoothing: 0.1, zLoss: 0.01 };
const adam = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01, step: 1 };

const noMasks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const rows = () => ({ logits: numbers(3, 9) });
const pairs = () => ({ p: numbers(3, 9), q: numbers(3, 9) });
const labelled = () => ({ ...rows(), labels: whole(0, 8, 2) });
const layer = () => ({ inputs: numbers(3, 5), weights: numbers(5, 9), bias: numbers(9), labels: whole(0, 8, 2) });
const points = () => ({ x: numbers(3, 2), y: numbers(5, 2) });
const weighted = () => ({ ...points(), logWeights: numbers(5) });
const images = { x: [3, 5, 6, 2], filter: [3, 2, 2, 4], dy: [3, 5, 6, 4], deep: [3, 2, 2, 2] } as const;

/** What a gradient's kernel gets besides. */
const given = (inputs: Call['inputs'], width: number): Call['inputs'] => ({
  ...inputs,
  dy: numbers(3),
  statistics: numbers(3, width),
});

/** A call of each kernel. */
const calls: Record<string, () => Call> = {
  ...all('Exp Expm1 Log Log1p Tanh Sigmoid Softplus Erf Sqrt Rsqrt Reciprocal Sign Selu Relu Relu6 Identity', () => ({
    inputs: { x: numbers(37) },
  })),
  LeakyRelu: () => ({ inputs: { x: numbers(37) }, attributes: { alpha: 0.2 } }),
  ClipByValue: () => ({ inputs: { x: numbers(37) }, attributes: { clipValueMin: -1, clipValueMax: 1 } }),
  ...all('Maximum Minimum SquaredDifference Equal NotEqual Greater GreaterEqual Less LessEqual', () => ({
    inputs: { a: numbers(3, 7), b: numbers(3, 1) },
  })),
  ...all('Add Sub Multiply', () => ({ inputs: { a: whole(1, 2, 3), b: whole(4) } })),
  ...all('LogicalAnd LogicalOr', () => ({ inputs: { a: truths(37), b: truths(1) } })),
  Select: () => ({ inputs: { condition: truths(37), t: numbers(37), e: numbers(37) } }),
  ...all('Sum Mean Min', () => ({ inputs: { x: numbers(3, 5, 4) }, attributes: { axis: [0, 2], keepDims: false } })),
  Max: () => ({ inputs: { x: numbers(3, 5, 4) }, attributes: { reductionIndices: [0, 2], keepDims: false } }),
  ...all('Cumsum Cumprod', () => ({
    inputs: { x: numbers(3, 5, 4) },
    attributes: { axis: 1, exclusive: false, reverse: true },
  })),
  ...all('Softmax LogSoftmax', () => ({ inputs: rows() })),
  Transpose: () => ({ inputs: { x: numbers(3, 5, 4) }, attributes: { perm: [2, 0, 1] } }),
  Slice: () => ({ inputs: { x: numbers(3, 5, 4) }, attributes: { begin: [1, 0, 1], size: [2, 5, 2] } }),
  SplitV: () => ({ inputs: { x: numbers(3, 5, 4) }, attributes: { numOrSizeSplits: [2, 3], axis: 1 } }),
  Unpack: () => ({ inputs: { value: numbers(3, 5, 4) }, attributes: { axis: 1 } }),
  ...all('Concat Pack', () => ({ inputs: { 0: numbers(3, 5, 4), 1: numbers(3, 5, 4) }, attributes: { axis: 1 } })),
  BatchMatMul: () => ({
    inputs: { a: numbers(2, 3, 4), b: numbers(2, 5, 4) },
    attributes: { transposeA: false, transposeB: true },
  }),
  _FusedMatMul: () => ({
    inputs: { a: numbers(1, 3, 4), b: numbers(1, 4, 5), bias: numbers(5) },
    attributes: { transposeA: false, transposeB: false, activation: 'elu' },
  }),
  Einsum: () => ({ inputs: { 0: numbers(3, 4), 1: numbers(5, 4, 3) }, attributes: { equation: 'ij,kji->k' } }),
  UnsortedSegmentSum: () => ({
    inputs: { x: numbers(3, 4), segmentIds: whole(1, 0, 1) },
    attributes: { numSegments: 2 },
  }),
  StridedSlice: () => ({
    inputs: { x: numbers(3, 7) },
    attributes: { begin: [0, 1], end: [3, 7], strides: [1, 2], ...noMasks },
  }),
  Reverse: () => ({ inputs: { x: numbers(3, 5) }, attributes: { dims: [1] } }),
  Tile: () => ({ inputs: { x: numbers(3, 5) }, attributes: { reps: [2, 3] } }),
  GatherV2: () => ({
    inputs: { x: numbers(2, 3, 4), indices: tf.reshape(whole(1, 0, 2, 2), [2, 2]) },
    attributes: { axis: 1, batchDims: 1 },
  }),
  Conv2D: () => ({ inputs: { x: numbers(3, 5, 6, 16), filter: numbers(3, 2, 16, 17) }, attributes: window }),
  FusedConv2D: () => ({
    inputs: { x: numbers(3, 5, 6, 16), filter: numbers(3, 2, 16, 17), bias: numbers(17) },
    attributes: { ...window, activation: 'elu' },
  }),
  ...all('DepthwiseConv2dNative FusedDepthwiseConv2D', () => ({
    inputs: { x: numbers(3, 5, 6, 17), filter: numbers(5, 2, 17, 1) },
    attributes: { ...window, activation: 'relu' },
  })),
  Conv2DBackpropFilter: () => ({
    inputs: { x: numbers(...images.x), dy: numbers(...images.dy) },
    attributes: { ...window, filterShape: images.filter },
  }),
  Conv2DBackpropInput: () => ({
    inputs: { dy: numbers(...images.dy), filter: numbers(...images.filter) },
    attributes: { ...window, inputShape: images.x },
  }),
  DepthwiseConv2dNativeBackpropFilter: () => ({
    inputs: { x: numbers(...images.x), dy: numbers(...images.dy) },
    attributes: { ...window, filterShape: images.deep },
  }),
  DepthwiseConv2dNativeBackpropInput: () => ({
    inputs: { dy: numbers(...images.dy), filter: numbers(...images.deep) },
    attributes: { ...window, inputShape: images.x },
  }),
  MaxPoolGrad: () => ({
    inputs: { input: numbers(...images.x), dy: numbers(...images.x), output: numbers(...images.x) },
    attributes: { ...window, filterSize: 2 },
  }),
  SurprisalSoftmaxCrossEntropy: () => ({ inputs: labelled(), attributes: crossEntropy }),
  SurprisalSoftmaxCrossEntropyGrad: () => ({ inputs: given(labelled(), 4), attributes: crossEntropy }),
  SurprisalLinearCrossEntropy: () => ({ inputs: layer(), attributes: crossEntropy }),
  SurprisalLinearCrossEntropyGrad: () => ({ inputs: given(layer(), 4), attributes: crossEntropy }),
  ...all('SurprisalLogSumExp SurprisalSoftmaxEntropy', () => ({ inputs: rows() })),
  ...all('SurprisalLogSumExpGrad SurprisalSoftmaxEntropyGrad', () => ({ inputs: given(rows(), 4) })),
  ...all('SurprisalSoftmaxKullbackLeibler SurprisalSoftmaxJensenShannon', () => ({
    inputs: pairs(),
    attributes: { forward: 1, reverse: 1 },
  })),
  ...all(
    `SurprisalSoftmaxKullbackLeiblerGradP SurprisalSoftmaxKullbackLeiblerGradQ
     SurprisalSoftmaxJensenShannonGradP SurprisalSoftmaxJensenShannonGradQ`,
    () => ({ inputs: given(pairs(), 6), attributes: { forward: 1, reverse: 1 } }),
  ),
  SurprisalSquaredDistances: () => ({ inputs: points() }),
  ...all('SurprisalSquaredDistancesGradX SurprisalSquaredDistancesGradY', () => ({
    inputs: { ...points(), dy: numbers(3, 5) },
  })),
  SurprisalLogGaussianKernelSums: () => ({ inputs: weighted(), attributes: { bandwidth: 2 } }),
  ...all('SurprisalLogGaussianKernelSumsGradX SurprisalLogGaussianKernelSumsGradY', () => ({
    inputs: given(weighted(), 4),
    attributes: { bandwidth: 2 },
  })),
  SurprisalAdam: () => ({
    inputs: { variable: numbers(37), gradient: numbers(37), m: numbers(37), v: numbers(37) },
    attributes: adam,
  }),
  SurprisalSgd: () => ({
    inputs: { variable: numbers(37), gradient: numbers(37), moment: numbers(37) },
    attributes: { rate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0 },
  }),
  SurprisalFourier: () => ({ inputs: { x: numbers(2, 3, 30) }, attributes: { inverse: false } }),
  Complex: () => ({ inputs: { real: numbers(37), imag: numbers(37) } }),
  ...all('Real Imag FFT IFFT', () => ({ inputs: { input: tf.complex(numbers(3, 30), numbers(3, 30)) } })),
};

beforeAll(useKernels);

/** How much is allocated, to be asked again and again: the memory alone would not show what is small. */
function countAllocations(): { held: () => number; stop: () => void } {
  const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(at: number): void } };
  const [malloc, free] = [wasm._malloc, wasm._free];
  let held = 0;
  wasm._malloc = (bytes) => (held++, malloc(bytes));
  wasm._free = (address) => (held--, free(address));
  return { held: () => held, stop: () => ([wasm._malloc, wasm._free] = [malloc, free]) };
}

const heapBytes = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

/** Nothing that is allocated is left in the end. */
function expectSteady(step: () => void, times: number): void {
  const count = countAllocations();
  step();
  const state = () => ({ ...tf.memory(), held: count.held(), bytes: heapBytes() });
  const before = state();
  for (let i = 0; i < times; i++) step();
  expect(state()).toEqual(before);
  count.stop();
}

describe('no kernel leaves anything behind in 10,000 calls', () => {
  it('each is called here', () => {
    expect(Object.keys(calls).sort()).toEqual(kernels.map(({ name }) => name).sort());
  });

  it.each(Object.entries(calls))('%s', (name, call) => {
    const { inputs, attributes = {} } = call();
    const step = () => tf.dispose([tf.engine().runKernel(name, inputs, attributes as never)].flat());
    expectSteady(step, 10_000);
    tf.dispose(inputs);
  });
});

describe('the memory does not grow in a steady training loop', () => {
  it('of convolutions, pooling and products, by optimisers of tfjs', () => {
    const [x, filter, weights] = [numbers(4, 8, 8, 2), numbers(3, 3, 2, 4), numbers(64, 3)];
    const variables = [filter, weights].map((initial) => tf.variable(initial));
    const labels = tf.oneHot(whole(0, 1, 2, 0), 3);
    const loss = () => {
      const [w, last] = variables as unknown as [tf.Tensor4D, tf.Tensor2D];
      const seen = tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, w, 1, 'same')), 2, 2, 'same');
      return tf.losses.softmaxCrossEntropy(labels, tf.matMul(tf.reshape(seen, [4, 64]), last)) as unknown as tf.Scalar;
    };
    for (const optimizer of [tf.train.sgd(0.01), tf.train.adam(0.01)]) {
      optimizer.minimize(loss);
      expectSteady(() => void optimizer.minimize(loss), 200);
    }
  });
});
