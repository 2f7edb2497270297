import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';
import type { Ranged } from './module.js';
import { grainOf } from './softmax.js';

const sizesOf = ({ shape }: TensorInfo) => shape as [rows: number, classes: number];

/** Rows of logits to a value and `width` statistics each. */
function toRows(host: Host, kernel: Ranged, logits: TensorInfo, width: number, ...args: number[]): TensorInfo[] {
  const [rows, classes] = sizesOf(logits);
  const outputs = [host.output([rows]), host.output([rows, width])];
  const places = outputs.map((output) => host.address(output));
  host.run(kernel, rows, grainOf(classes), ...args, ...places);
  return outputs;
}

/** From the statistics, the gradient of the logits. */
function toLogits(host: Host, kernel: Ranged, logits: TensorInfo, inputs: Inputs, ...args: number[]): TensorInfo {
  const [rows, classes] = sizesOf(logits);
  const out = host.output([rows, classes]);
  const [dy, statistics, place] = host.addresses(inputs.dy!, inputs.statistics!, out);
  host.run(kernel, rows, grainOf(classes), dy, ...args, statistics, place);
  return out;
}

interface CrossEntropyAttributes {
  readonly tau: number;
  readonly labelSmoothing: number;
  readonly zLoss: number;
}

const crossEntropyArguments = (
  host: Host,
  { logits, labels }: Inputs,
  { tau, labelSmoothing, zLoss }: CrossEntropyAttributes,
): number[] => [
  ...host.addresses(logits!, labels!),
  Number(labels!.dtype === 'float32'),
  sizesOf(logits!)[1],
  tau,
  labelSmoothing,
  zLoss,
];

/** Softmax cross-entropy, with the gradient of its logits. */
export const softmaxCrossEntropy: readonly Kernel[] = [
  {
    name: 'SurprisalSoftmaxCrossEntropy',
    run: (host, inputs, attributes) =>
      toRows(host, 'softmaxCrossEntropy', inputs.logits!, 4, ...crossEntropyArguments(host, inputs, attributes)),
  },
  {
    name: 'SurprisalSoftmaxCrossEntropyGrad',
    run: (host, inputs, attributes) =>
      toLogits(
        host,
        'softmaxCrossEntropyGradient',
        inputs.logits!,
        inputs,
        ...crossEntropyArguments(host, inputs, attributes),
      ),
  },
];

/** A function of single rows of logits. */
const rowKernel = (name: string, forward: Ranged, gradient: Ranged): readonly Kernel[] => [
  {
    name,
    run: (host, { logits }) => toRows(host, forward, logits!, 4, host.address(logits!), sizesOf(logits!)[1]),
  },
  {
    name: `${name}Grad`,
    run: (host, inputs) =>
      toLogits(host, gradient, inputs.logits!, inputs, host.address(inputs.logits!), sizesOf(inputs.logits!)[1]),
  },
];

/** A divergence of rows of two logits, with the gradient of each: the second one is the first with the two exchanged. */
const pairKernel = (
  name: string,
  forward: Ranged,
  gradient: Ranged,
  weights: (attributes: never) => number[],
): readonly Kernel[] => [
  {
    name,
    run: (host, { p, q }, attributes) =>
      toRows(host, forward, p!, 6, ...host.addresses(p!, q!), sizesOf(p!)[1], ...weights(attributes)),
  },
  {
    name: `${name}GradP`,
    run: (host, inputs, attributes) => {
      const { p, q } = inputs;
      return toLogits(host, gradient, p!, inputs, ...host.addresses(p!, q!), sizesOf(p!)[1], ...weights(attributes), 0);
    },
  },
  {
    name: `${name}GradQ`,
    run: (host, inputs, attributes) => {
      const { p, q } = inputs;
      const exchanged = weights(attributes).reverse();
      return toLogits(host, gradient, q!, inputs, ...host.addresses(q!, p!), sizesOf(q!)[1], ...exchanged, 1);
    },
  },
];

/** What is computed of the softmax of rows of logits. */
export const softmaxRows: readonly Kernel[] = [
  ...rowKernel('SurprisalLogSumExp', 'logSumExpRows', 'logSumExpGradient'),
  ...rowKernel('SurprisalSoftmaxEntropy', 'softmaxEntropyRows', 'softmaxEntropyGradient'),
  ...pairKernel(
    'SurprisalSoftmaxKullbackLeibler',
    'softmaxKullbackLeibler',
    'softmaxKullbackLeiblerGradient',
    ({ forward, reverse }: { readonly forward: number; readonly reverse: number }) => [forward, reverse],
  ),
  ...pairKernel('SurprisalSoftmaxJensenShannon', 'softmaxJensenShannon', 'softmaxJensenShannonGradient', () => []),
];
