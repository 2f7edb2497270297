import { type TensorInfo, util } from '#tfjs';
import type { Host } from './host.js';
import type { Kernel } from './kernel.js';
import type { Ranged } from './module.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 16_384;

interface AdamAttributes {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Counts from 1. */
  readonly step: number;
}

/** A variable after a step of Adam, in memory of its own, and its moments, written where they were. */
const adam: Kernel = {
  name: 'SurprisalAdam',
  run(host, { variable, gradient, m, v }, { rate, beta1, beta2, epsilon, weightDecay, step }: AdamAttributes) {
    const scaledRate = rate / (1 - beta1 ** step);
    const scale = 1 / (1 - beta2 ** step);
    const parameters = [beta1, 1 - beta1, beta2, 1 - beta2, scaledRate, scale, epsilon, 1 - rate * weightDecay];
    return update(host, 'adamStep', variable!, gradient!, [m!, v!], parameters);
  },
};

interface SgdAttributes {
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** A variable after a step of gradient descent, in memory of its own, and its moment, if it has one, written where it was. */
const sgd: Kernel = {
  name: 'SurprisalSgd',
  run(host, { variable, gradient, moment }, { rate, momentum, nesterov, weightDecay }: SgdAttributes) {
    const parameters = [momentum, Number(nesterov), rate, 1 - rate * weightDecay];
    if (moment) return update(host, 'sgdStep', variable!, gradient!, [moment], parameters);
    return update(host, 'sgdStep', variable!, gradient!, [], [0, ...parameters]);
  },
};

export const optimizerSteps: readonly Kernel[] = [adam, sgd];

function update(
  ...[host, kernel, variable, gradient, moments, parameters]: [
    Host,
    Ranged,
    TensorInfo,
    TensorInfo,
    TensorInfo[],
    number[],
  ]
): TensorInfo[] {
  const moved = host.output(variable.shape); // tfjs's convolutions keep packed filters by their data id: new numbers need a new one
  const moments2 = moments.map((x) => owned(host, x));
  const addresses = host.addresses(variable, moved, gradient, ...moments2);
  host.run(kernel, util.sizeFromShape(variable.shape), GRAIN, ...addresses, ...parameters);
  return [moved, ...moments2];
}

/** The same memory, to be written over, where no other tensor shares it; else a copy. */
function owned(host: Host, x: TensorInfo): TensorInfo {
  const { backend } = host as unknown as { backend: { refCount(dataId: object): number } };
  return backend.refCount(x.dataId) === 1 ? host.view(x, x.shape) : copied(host, x);
}

function copied(host: Host, x: TensorInfo): TensorInfo {
  const out = host.output(x.shape);
  const size = util.sizeFromShape(x.shape);
  const numbers = (of: TensorInfo) => new Float32Array(host.compiled.memory.buffer, host.address(of), size);
  numbers(out).set(numbers(x));
  return out;
}
