import { util } from '@tensorflow/tfjs';
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

/** Within the errors that assembly/math.ts states. */
export const unaryKernels: readonly Kernel[] = [
  unary('Exp', 'exp'),
  unary('Expm1', 'expm1'),
  unary('Log', 'log'),
  unary('Log1p', 'log1p'),
  unary('Tanh', 'tanh'),
  unary('Sigmoid', 'sigmoid'),
  unary('Erf', 'erf'),
];
