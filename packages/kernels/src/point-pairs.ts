import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';

/** Differences of coordinates that are worth a part of their own; an exponential costs as much as a few. */
const GRAIN = 65_536;

/** In assembly/transpose.ts, the rows of a unit. */
const ROWS = 16;

const sizesOf = ({ shape }: TensorInfo) => shape as [points: number, dimensions: number];

const grainOf = (others: number, dimensions: number): number =>
  Math.ceil(GRAIN / Math.max(1, others * (dimensions + 4)));

/** Lends memory that holds a matrix turned over. */
function withTurned(host: Host, x: TensorInfo, work: (at: number) => void): void {
  const [rows, columns] = sizesOf(x);
  host.withScratch(4 * rows * columns, (at) => {
    const grain = Math.ceil(GRAIN / (ROWS * Math.max(rows, 1)));
    const units = Math.ceil(columns / ROWS);
    host.run('transposeMatrices', units, grain, host.address(x), columns, columns, rows, rows, 0, 0, at);
    work(at);
  });
}

function squaredDistances(host: Host, { x, y }: Inputs): TensorInfo {
  const [[n], [m, d]] = [sizesOf(x!), sizesOf(y!)];
  const out = host.output([n, m]);
  const [from, to] = host.addresses(x!, out);
  withTurned(host, y!, (turned) => host.run('squaredDistances', n, grainOf(m, d), from, turned, m, d, to));
  return out;
}

/** The gradient of the points of one side, from weights [its points, the other's points]. */
function distanceGradient(host: Host, weights: number, own: TensorInfo, other: TensorInfo): TensorInfo {
  const [[n, d], [m]] = [sizesOf(own), sizesOf(other)];
  const out = host.output([n, d]);
  const [from, to] = host.addresses(own, out);
  withTurned(host, other, (turned) =>
    host.run('squaredDistancesGradient', n, grainOf(m, d), weights, from, turned, m, d, to),
  );
  return out;
}

function distanceGradientOfY(host: Host, { dy, x, y }: Inputs): TensorInfo {
  let out: TensorInfo;
  withTurned(host, dy!, (weights) => (out = distanceGradient(host, weights, y!, x!)));
  return out!;
}

interface SumAttributes {
  readonly bandwidth: number;
}

function logGaussianKernelSums(host: Host, { x, y, logWeights }: Inputs, { bandwidth }: SumAttributes): TensorInfo[] {
  const [[n], [m, d]] = [sizesOf(x!), sizesOf(y!)];
  const outputs = [host.output([n]), host.output([n, 4])];
  const places = outputs.map((output) => host.address(output));
  const [from, logs] = host.addresses(x!, logWeights!);
  withTurned(host, y!, (turned) => {
    const args = [from, turned, m, d, logs, 1 / bandwidth, ...places];
    host.runWithScratch('logGaussianKernelSums', n, grainOf(m, d), 4 * m, ...args);
  });
  return outputs;
}

/** Points with the two numbers of each that the share of a pair is made of, exp(log) by. */
interface Side {
  readonly points: TensorInfo;
  readonly log: number;
  readonly by: number;
}

/** A pair's share of the gradient is dy_i exp(w_j - |x_i - y_j|^2 / 2 s^2 - sum_i): lends both sides of it, x first. */
function withSides(
  host: Host,
  { dy, x, y, logWeights, statistics }: Inputs,
  work: (sides: [Side, Side]) => void,
): void {
  const [[n], [m]] = [sizesOf(x!), sizesOf(y!)];
  host.withScratch(4 * (n + m), (logs) => {
    const { buffer } = host.compiled.memory;
    const known = new Float32Array(buffer, host.address(statistics!), 4 * n);
    const negated = new Float32Array(buffer, logs, n);
    for (let i = 0; i < n; i++) negated[i] = known[4 * i + 3] === -Infinity ? -Infinity : -known[4 * i + 3]!;
    const ones = new Float32Array(buffer, logs + 4 * n, m).fill(1);
    work([
      { points: x!, log: logs, by: host.address(dy!) },
      { points: y!, log: host.address(logWeights!), by: ones.byteOffset },
    ]);
  });
}

/** The gradient of the points of one side, and the shares of each added up. */
function sumGradient(host: Host, [own, other]: readonly Side[], bandwidth: number): TensorInfo[] {
  const [[n, d], [m]] = [sizesOf(own!.points), sizesOf(other!.points)];
  const outputs = [host.output([n, d]), host.output([n])];
  const places = outputs.map((output) => host.address(output));
  withTurned(host, other!.points, (turned) => {
    const numbers = [own!.log, other!.log, own!.by, other!.by, 1 / bandwidth];
    const args = [host.address(own!.points), turned, m, d, ...numbers, ...places];
    host.runWithScratch('logGaussianKernelSumsGradient', n, grainOf(m, 2 * d), 4 * m, ...args);
  });
  return outputs;
}

function sumGradientOfX(host: Host, inputs: Inputs, { bandwidth }: SumAttributes): TensorInfo {
  let outputs: TensorInfo[] = [];
  withSides(host, inputs, (sides) => (outputs = sumGradient(host, sides, bandwidth)));
  host.dispose(outputs[1]!); // dy once more
  return outputs[0]!;
}

function sumGradientOfY(host: Host, inputs: Inputs, { bandwidth }: SumAttributes): TensorInfo[] {
  let outputs: TensorInfo[] = [];
  withSides(host, inputs, ([x, y]) => (outputs = sumGradient(host, [y, x], bandwidth)));
  return outputs;
}

/** What is computed of all pairs of two sets of points; of kernel sums, no more than a row of pairs is there at a time. */
export const pointPairs: readonly Kernel[] = [
  { name: 'SurprisalSquaredDistances', run: squaredDistances },
  {
    name: 'SurprisalSquaredDistancesGradX',
    run: (host, { dy, x, y }) => distanceGradient(host, host.address(dy!), x!, y!),
  },
  { name: 'SurprisalSquaredDistancesGradY', run: distanceGradientOfY },
  { name: 'SurprisalLogGaussianKernelSums', run: logGaussianKernelSums },
  { name: 'SurprisalLogGaussianKernelSumsGradX', run: sumGradientOfX },
  { name: 'SurprisalLogGaussianKernelSumsGradY', run: sumGradientOfY },
];
