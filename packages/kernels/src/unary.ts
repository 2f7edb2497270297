import { util } from '#tfjs';
import type { Kernel } from './kernel.js';
import type { Ranged } from './module.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 32_768;

/** A function of each number. Other types than float32 are left to tfjs. */
const unary = (name: string, compiled: Ranged): Kernel => ({
  name,
  takes: ({ x }) => x!.dtype === 'float32',
  run(host, { x }) {
    const out = host.output(x!.shape);
    host.run(compiled, util.sizeFromShape(x!.shape), GRAIN, ...host.addresses(x!, out));
    return out;
  },
});

/** Between bounds; NaN stays NaN, which it does not in tfjs. */
const clip = <Attributes>(name: string, bounds: (attributes: Attributes) => [low: number, high: number]): Kernel => ({
  name,
  takes: ({ x }) => x!.dtype === 'float32',
  run(host, { x }, attributes: Attributes) {
    const out = host.output(x!.shape);
    host.run('clip', util.sizeFromShape(x!.shape), GRAIN, ...host.addresses(x!, out), ...bounds(attributes));
    return out;
  },
});

/** The slope below 0 is a parameter. */
const leakyRelu: Kernel = {
  name: 'LeakyRelu',
  takes: ({ x }) => x!.dtype === 'float32',
  run(host, { x }, { alpha }: { readonly alpha: number }) {
    const out = host.output(x!.shape);
    host.run('leakyRelu', util.sizeFromShape(x!.shape), GRAIN, ...host.addresses(x!, out), alpha);
    return out;
  },
};

/** Within the errors that assembly/math.ts states. */
export const unaryKernels: readonly Kernel[] = [
  unary('Exp', 'exp'),
  unary('Expm1', 'expm1'),
  unary('Log', 'log'),
  unary('Log1p', 'log1p'),
  unary('Tanh', 'tanh'),
  unary('Sigmoid', 'sigmoid'),
  unary('Softplus', 'softplus'),
  unary('Erf', 'erf'),
  unary('Sqrt', 'sqrt'),
  unary('Rsqrt', 'rsqrt'),
  unary('Reciprocal', 'reciprocal'),
  unary('Sign', 'sign'),
  unary('Selu', 'selu'),
  leakyRelu,
  clip('ClipByValue', ({ clipValueMin, clipValueMax }: Bounds) => [clipValueMin, clipValueMax]),
  clip('Relu', () => [0, Infinity]),
  clip('Relu6', () => [0, 6]),
];

interface Bounds {
  readonly clipValueMin: number;
  readonly clipValueMax: number;
}
