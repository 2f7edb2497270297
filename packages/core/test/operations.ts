import { ndarray } from '../src/ndarray.js';
import { Random } from '../src/random.js';
import * as tensors from '../src/tensor/index.js';
import type { Tensor, Tensor3D, Tensor4D } from '../src/tensor/index.js';

const t = tensors;

/** One way to use an operation, at inputs where it is smooth. */
export interface Case {
  readonly f: (...x: Tensor[]) => Tensor;
  readonly x: readonly Host[];
  /** What tells it from others of the same operation. */
  readonly note?: string;
}

/** Numbers on the host, to make a tensor of on any engine. */
export interface Host {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Numbers 0.3 apart from one another and at least 0.1 from zero, in size as well, in random order: far from kinks and ties. */
export const grid = (shape: number[], seed = 1): Host => {
  const size = shape.reduce((a, b) => a * b, 1);
  const order = new Random(seed).permutation(size);
  return { shape, data: Float64Array.from(order, (k) => 0.3 * (k - Math.floor(size / 2)) + 0.1) };
};
const moved = (by: number, { shape, data }: Host): Host => ({ shape, data: data.map((value) => value + by) });
const scaled = (by: number, { shape, data }: Host): Host => ({ shape, data: data.map((value) => value * by) });
/** Positive numbers. */
const positive = (shape: number[], seed = 1): Host => ({
  shape,
  data: grid(shape, seed).data.map((value) => 0.6 + Math.abs(value) / 2),
});

const at = (...values: number[]) => t.tensor1d(values, 'int32');
const only = (f: Case['f'], ...x: Host[]): Case => ({ f, x });
const unary = (f: (x: Tensor) => Tensor, x: Host = grid([2, 3])): Case[] => [only((a) => f(a!), x)];
const binary = (f: (a: Tensor, b: Tensor) => Tensor, make = grid, other = make): Case[] => [
  { ...only((a, b) => f(a!, b!), make([2, 3]), moved(0.15, other([2, 3], 2))), note: 'of one shape' },
  { ...only((a, b) => f(a!, b!), make([2, 3]), moved(0.15, other([3], 2))), note: 'broadcast to the left' },
  { ...only((a, b) => f(a!, b!), make([2, 1]), moved(0.15, other([4, 1, 3], 2))), note: 'broadcast both ways' },
];
const overAxes = (f: (x: Tensor, axis?: number | number[], keep?: boolean) => Tensor, make = grid): Case[] => [
  { ...only((x) => f(x!), make([2, 3])), note: 'over all' },
  { ...only((x) => f(x!, 0), make([2, 3])), note: 'over the first axis' },
  { ...only((x) => f(x!, [0, 2], true), make([2, 3, 2])), note: 'over two axes, kept' },
];
const image = (shape = [2, 5, 4, 2]) => scaled(0.2, grid(shape));
const filter = (shape: number[]) => scaled(0.3, grid(shape, 5));
const windows = (
  f: (x: Tensor4D, size: [number, number], strides: [number, number], pad: 'same' | 'valid') => Tensor,
): Case[] =>
  (
    [
      [[2, 2], [2, 2], 'valid'],
      [[3, 2], [1, 1], 'same'],
      [[2, 3], [1, 2], 'valid'],
      [[3, 3], [2, 2], 'same'],
    ] as const
  ).map(([size, strides, pad]) => ({
    ...only((x) => f(x as Tensor4D, [...size], [...strides], pad), scaled(0.5, grid([2, 5, 4, 2]))),
    note: `${size} by ${strides}, ${pad}`,
  }));
const convolutions = (
  f: (x: Tensor4D, w: Tensor4D, strides: [number, number], pad: 'same' | 'valid') => Tensor,
  channels: number,
): Case[] =>
  (
    [
      [[3, 3], [1, 1], 'same'],
      [[2, 3], [2, 2], 'valid'],
      [[3, 2], [2, 2], 'same'],
      [[1, 1], [1, 1], 'valid'],
    ] as const
  ).map(([size, strides, pad]) => ({
    ...only((x, w) => f(x as Tensor4D, w as Tensor4D, [...strides], pad), image(), filter([...size, 2, channels])),
    note: `${size} by ${strides}, ${pad}`,
  }));
const dilated = (
  f: (x: Tensor4D, w: Tensor4D, pad: 'same' | 'valid', dilations: [number, number]) => Tensor,
  channels: number,
): Case[] =>
  (['same', 'valid'] as const).map((pad, i) => ({
    ...only((x, w) => f(x as Tensor4D, w as Tensor4D, pad, [2, 1 + 2 * i]), image(), filter([2, 2, 2, channels])),
    note: `dilated, ${pad}`,
  }));

const bothParts = ({ real, imag }: tensors.ComplexTensor) => t.add(real, t.mul(imag, 0.5));

/** Every operation that can be differentiated. */
export const cases: Record<string, Case[]> = {
  clone: unary(t.clone),
  add: binary(t.add),
  sub: binary(t.sub),
  mul: binary(t.mul),
  div: binary(t.div, grid, positive),
  divNoNan: binary(t.divNoNan, grid, positive),
  maximum: binary(t.maximum),
  minimum: binary(t.minimum),
  pow: [...binary(t.pow, positive), ...unary((x) => t.pow(x, 3))],
  mod: binary((a, b) => t.mod(a, t.add(b, 3)), grid, positive),
  neg: unary(t.neg),
  abs: unary(t.abs),
  square: unary(t.square),
  sqrt: unary(t.sqrt, positive([2, 3])),
  rsqrt: unary(t.rsqrt, positive([2, 3])),
  reciprocal: unary(t.reciprocal, positive([2, 3])),
  squaredDifference: binary(t.squaredDifference),
  addN: [only((a, b) => t.addN([a!, b!]), grid([2, 3]), grid([2, 3], 2))],
  exp: unary(t.exp),
  expm1: unary(t.expm1),
  log: unary(t.log, positive([2, 3])),
  log1p: unary(t.log1p, positive([2, 3])),
  clipByValue: unary((x) => t.clipByValue(x, -0.6, 0.6)),
  sigmoid: unary(t.sigmoid),
  logSigmoid: unary(t.logSigmoid),
  softplus: unary(t.softplus),
  tanh: unary(t.tanh),
  relu: unary(t.relu),
  leakyRelu: unary((x) => t.leakyRelu(x, 0.2)),
  elu: unary(t.elu),
  selu: unary(t.selu),
  softmax: [...unary((x) => t.softmax(x)), ...unary((x) => t.softmax(x), grid([2, 2, 3]))],
  logSoftmax: [...unary((x) => t.logSoftmax(x)), ...unary((x) => t.logSoftmax(x), grid([2, 2, 3]))],
  erf: unary(t.erf),
  sin: unary(t.sin),
  cos: unary(t.cos),
  atan: unary(t.atan),
  atan2: binary(t.atan2, positive),
  where: [only((a, b) => t.where(t.greater(a!, b!), t.square(a!), b!), grid([2, 3]), moved(0.15, grid([2, 3], 2)))],
  sum: overAxes(t.sum),
  mean: overAxes(t.mean),
  max: overAxes(t.max),
  min: overAxes(t.min),
  prod: [
    ...overAxes(t.prod),
    { ...only((x) => t.prod(x!, 1), moved(-0.1, grid([2, 3]))), note: 'with a zero' },
    { ...only((x) => t.prod(t.mul(x!, at(0, 1, 0)), 1), grid([2, 3])), note: 'with two zeros' },
  ],
  logSumExp: overAxes(t.logSumExp),
  cumsum: [0, 1, 2].flatMap((axis) =>
    [false, true].map((exclusive) => only((x) => t.cumsum(x!, axis, exclusive, axis === 1), grid([2, 3, 2]))),
  ),
  cumprod: [
    ...[0, 1, 2].flatMap((axis) =>
      [false, true].map((exclusive) => only((x) => t.cumprod(x!, axis, exclusive, axis === 1), grid([2, 5, 2]))),
    ),
    { ...only((x) => t.cumprod(x!, 1), moved(-0.1, grid([2, 4]))), note: 'with a zero' },
  ],
  moments: [
    only((x) => t.moments(x!, 0).variance, grid([3, 2])),
    only((x) => t.moments(x!, [1], true).mean, grid([3, 2])),
  ],
  norm: [
    ...overAxes((x, axis, keep) => t.norm(x, 'euclidean', axis, keep)),
    ...overAxes((x, axis, keep) => t.norm(x, 1, axis === undefined ? [1] : axis, keep)).slice(0, 2),
    only((x) => t.norm(x!, Infinity, 1), grid([2, 3])),
  ],
  safeSqrt: unary(t.safeSqrt, positive([2, 3])),
  topk: [only((x) => t.topk(x!, 2).values, grid([2, 4])), only((x) => t.topk(x!, 1).values, grid([5]))],
  matMul: [
    ...[0, 1, 2, 3].flatMap((k) => {
      const [transposeA, transposeB] = [k > 1, k % 2 === 1];
      const [a, b] = [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]];
      const stacked = (left: number[], right: number[]) => ({
        ...only(
          (x, y) => t.matMul(x!, y!, transposeA, transposeB),
          scaled(0.3, grid([...left, ...a])),
          scaled(0.2, grid([...right, ...b], 2)),
        ),
        note: `[${left}] ${transposeA} [${right}] ${transposeB}`,
      });
      return [stacked([], []), stacked([2], [2]), stacked([1], [2]), stacked([2], [1]), stacked([2], [])];
    }),
  ],
  dot: [only((a, b) => t.dot(a!, b!), grid([2, 3]), grid([3, 2])), only((a, b) => t.dot(a!, b!), grid([3]), grid([3]))],
  squaredDistances: [
    only((x, y) => t.squaredDistances(x!, y!), scaled(0.3, grid([3, 2])), scaled(0.4, grid([5, 2], 2))),
    { ...only((x) => t.squaredDistances(x!, x!), scaled(0.4, grid([4, 2]))), note: 'of points to themselves' },
  ],
  gaussianKernelSums: [
    only((x, y) => t.gaussianKernelSums(x!, y!, { bandwidth: 1.5 }), grid([2, 2]), grid([3, 2], 2)),
    only((x) => t.gaussianKernelSums(x!, x!), scaled(0.7, grid([3, 1]))),
  ],
  logGaussianKernelSums: [
    only(
      (x, y, logWeights) => t.logGaussianKernelSums(x!, y!, { bandwidth: 1.5, logWeights: logWeights! }),
      ...[grid([3, 2]), grid([5, 2], 2), grid([5], 3)],
    ),
  ],
  outerProduct: [only((a, b) => t.outerProduct(a as never, b as never), grid([3]), grid([2]))],
  einsum: [
    ...(
      [
        ['ij,jk->ik', [2, 3], [3, 2]],
        ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
        ['ij,ij->', [2, 3], [2, 3]],
        ['ij,j->i', [2, 3], [3]],
        ['bqhd,bkhd->bhqk', [2, 2, 2, 2], [2, 3, 2, 2]],
        ['i,j->ij', [3], [2]],
        ['ij,k->k', [2, 2], [3]],
      ] as const
    ).map(([equation, a, b]) => ({
      ...only((x, y) => t.einsum(equation, x!, y!), scaled(0.4, grid([...a])), scaled(0.3, grid([...b], 2))),
      note: equation,
    })),
    ...(['ij->ji', 'ij->i', 'ij->', 'ij->ij'] as const).map((equation) => ({
      ...only((x) => t.einsum(equation, x!), grid([2, 3])),
      note: equation,
    })),
  ],
  fft: [[1], [2, 3], [16], [2, 17], [32]].map((shape) => ({
    ...only(
      (re, im) => bothParts(t.fft({ real: re!, imag: im! })),
      scaled(0.1, grid(shape)),
      scaled(0.1, grid(shape, 2)),
    ),
    note: `of [${shape}]`,
  })),
  ifft: [only((re, im) => bothParts(t.ifft({ real: re!, imag: im! })), grid([2, 3]), grid([2, 3], 2))],
  rfft: [[2, 4], [5], [17]].map((shape) => only((x) => bothParts(t.rfft(x!)), scaled(0.1, grid(shape)))),
  irfft: [4, 5].map((n) => only((re, im) => t.irfft({ real: re!, imag: im! }, n), grid([2, 3]), grid([2, 3], 2))),
  conv2d: [
    ...convolutions((x, w, strides, pad) => t.conv2d(x, w, strides, pad), 3),
    ...dilated((x, w, pad, dilations) => t.conv2d(x, w, 1, pad, 'NHWC', dilations), 3),
  ],
  depthwiseConv2d: [
    ...[1, 2].flatMap((channels) =>
      convolutions((x, w, strides, pad) => t.depthwiseConv2d(x, w, strides, pad), channels),
    ),
    ...dilated((x, w, pad, dilations) => t.depthwiseConv2d(x, w, 1, pad, 'NHWC', dilations), 2),
  ],
  maxPool: windows(t.maxPool),
  avgPool: windows(t.avgPool),
  reshape: unary((x) => t.reshape(x, [3, 2])),
  expandDims: unary((x) => t.expandDims(x, 1)),
  squeeze: unary((x) => t.squeeze(x), grid([2, 1, 3])),
  transpose: [...unary((x) => t.transpose(x)), ...unary((x) => t.transpose(x, [1, 2, 0]), grid([2, 3, 2]))],
  concat: [only((a, b) => t.concat([a!, b!], 1), grid([2, 1]), grid([2, 3]))],
  stack: [only((a, b) => t.stack([a!, b!], 1), grid([2, 3]), grid([2, 3], 2))],
  unstack: [only((x) => t.mul(...(t.unstack(x!, 1).slice(1) as [Tensor, Tensor])), grid([2, 3]))],
  split: [only((x) => t.split(x!, [1, 2], 1)[1]!, grid([2, 3]))],
  slice: unary((x) => t.slice(x, [0, 1], [2, 2])),
  stridedSlice: [
    only((x) => t.stridedSlice(x!, [0, 1], [4, 6], [2, 3]), grid([4, 6])),
    only((x) => t.stridedSlice(x!, [3, 4], [0, 0], [-1, -2], 0, 2), grid([4, 5])),
    only((x) => t.stridedSlice(x!, [1], [2], [1], 0, 0, 0, 0, 1), grid([4, 5])),
  ],
  gather: [
    only((x) => t.gather(x!, at(2, 0, 2)), grid([3, 2])),
    only((x) => t.gather(x!, at(1, 1), 1), grid([3, 2, 2])),
    only((x) => t.gather(x!, t.reshape(at(1, 0, 2, 2), [2, 2]), 1, 1), grid([2, 3])),
    only((x) => t.gather(x!, t.reshape(at(1, 0, 2, 2), [2, 2]), -1, 1), grid([2, 2, 3])),
    only((x) => t.gather(x!, t.reshape(at(1, 0, 2, 2, 0, 1), [2, 1, 3]), 3, 2), grid([2, 1, 2, 3])),
    only((x) => t.gather(x!, t.reshape(at(1, 0, 2, 2), [2, 2])), grid([3, 2])),
  ],
  gatherND: [only((x) => t.gatherND(x!, t.reshape(at(1, 0, 1, 0, 0, 2), [3, 2])), grid([2, 3]))],
  scatterND: [only((x) => t.scatterND(t.reshape(at(1, 3, 1), [3, 1]), x!, [4, 2]), grid([3, 2]))],
  tile: [
    ...unary((x) => t.tile(x, [2, 1])),
    only((x) => t.tile(x!, [1, 2, 1, 1, 2]), grid([1, 2, 1, 2, 1])),
    only((x) => t.tile(x!, [3]), grid([2])),
  ],
  broadcastTo: [
    only((x) => t.broadcastTo(x!, [3, 2, 3]), grid([2, 3])),
    only((x) => t.broadcastTo(x!, [2, 3]), grid([2, 1])),
  ],
  pad: unary((x) =>
    t.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  ),
  reverse: [...unary((x) => t.reverse(x, 1)), only((x) => t.reverse(x as Tensor3D), grid([2, 3]))],
  cast: unary((x) => t.cast(x, 'float32')),
};

/** Operations whose result does not vary with real inputs, or of which the derivative is zero wherever there is one. */
export const constant = {
  sign: t.sign,
  floor: t.floor,
  ceil: t.ceil,
  round: t.round,
  equal: (x: Tensor) => t.cast(t.equal(x, 0), 'float32'),
  notEqual: (x: Tensor) => t.cast(t.notEqual(x, 0), 'float32'),
  greater: (x: Tensor) => t.cast(t.greater(x, 0), 'float32'),
  greaterEqual: (x: Tensor) => t.cast(t.greaterEqual(x, 0), 'float32'),
  less: (x: Tensor) => t.cast(t.less(x, 0), 'float32'),
  lessEqual: (x: Tensor) => t.cast(t.lessEqual(x, 0), 'float32'),
  isNaN: (x: Tensor) => t.cast(t.isNaN(x), 'float32'),
  isInf: (x: Tensor) => t.cast(t.isInf(x), 'float32'),
  isFinite: (x: Tensor) => t.cast(t.isFinite(x), 'float32'),
  argMax: (x: Tensor) => t.cast(t.argMax(x, 0), 'float32'),
  argMin: (x: Tensor) => t.cast(t.argMin(x, 0), 'float32'),
  zerosLike: t.zerosLike,
  onesLike: t.onesLike,
  logicalAnd: (x: Tensor) => t.cast(t.logicalAnd(t.greater(x, 0), t.less(x, 1)), 'float32'),
  logicalOr: (x: Tensor) => t.cast(t.logicalOr(t.greater(x, 0), t.less(x, -1)), 'float32'),
  logicalNot: (x: Tensor) => t.cast(t.logicalNot(t.greater(x, 0)), 'float32'),
  all: (x: Tensor) => t.cast(t.all(t.greater(x, 0)), 'float32'),
  any: (x: Tensor) => t.cast(t.any(t.greater(x, 0)), 'float32'),
};

/** What makes tensors of no tensor. */
export const made = {
  tensor: () => t.tensor([1, 2], [2, 1]),
  tensor1d: () => t.tensor1d([1, 2]),
  tensor2d: () => t.tensor2d([[1, 2]]),
  tensor3d: () => t.tensor3d([[[1, 2]]]),
  tensor4d: () => t.tensor4d([[[[1, 2]]]]),
  scalar: () => t.scalar(3),
  zeros: () => t.zeros([2, 3]),
  ones: () => t.ones([2, 3]),
  fill: () => t.fill([2, 3], 0.5),
  eye: () => t.eye(3),
  linspace: () => t.linspace(0, 1, 5),
  range: () => t.range(1, 9, 3),
};

/** What is no operation. */
export const others =
  `variable grads grad valueAndGrad valueAndGrads variableGrads customGrad tidy keep dispose memory nextFrame
  env train layers model sequential input initializers loadLayersModel Tensor Variable Optimizer LayersModel`.split(
    /\s+/,
  );

export const put = ({ shape, data }: Host): Tensor => tensors.toTensor(ndarray(Float32Array.from(data), [...shape]));

/** All ways, by name. */
export const table = Object.entries(cases).flatMap(([name, list]) =>
  list.map(({ note, ...one }, i) => ({
    name: `${name} ${note ?? (list.length > 1 ? `(${i + 1})` : '')}`.trim(),
    ...one,
  })),
);
