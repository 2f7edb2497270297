import { type ArrayInput, DomainError } from '@surprisal/core';
import { type Sample, readSample, squaredDistance } from '../samples/sample.js';

/** How {@link nearestNeighbourKl} looks around. */
export interface NearestNeighbourOptions {
  /** k >= 1, below the number of points of x, at most that of y. Default 3: more has less variance and more bias. */
  readonly k?: number;
}

/**
 * Kullback-Leibler divergence of the densities that two samples come from, without a model of either:
 * d/n sum_i log(nu_i / rho_i) + log(m / (n - 1)), where rho_i is how far x_i has its k-th neighbour in x (itself left out), and nu_i in y. It
 * may be negative. Every pair is looked at, in float64.
 *
 * @param x `[n, d]` or `[n]`, n > k: from p
 * @param y `[m, d]` or `[m]`, m >= k: from q
 * @returns an estimate of KL(p; q), in nats
 * @throws ShapeError; DomainError for too few points, and where k points coincide with another one, as densities do not make them
 *
 * Wang, Kulkarni, Verdu: Divergence Estimation for Multidimensional Densities Via k-Nearest-Neighbor Distances, 2009.
 *
 * @example
 * console.log(nearestNeighbourKl([0, 1, 3], [5, 7], { k: 1 }).toFixed(4)); // 0.9986
 */
export function nearestNeighbourKl(x: ArrayInput, y: ArrayInput, { k = 3 }: NearestNeighbourOptions = {}): number {
  const owner = 'nearestNeighbourKl';
  if (!(Number.isInteger(k) && k >= 1))
    throw new DomainError(`${owner}: k must be a whole number of at least 1, got ${k}`);
  const p = readSample(owner, 'x', x);
  const q = readSample(owner, 'y', y, undefined, p.d);
  if (p.n <= k) throw new DomainError(`${owner}: x must hold more than k = ${k} points, got ${p.n}`);
  if (q.n < k) throw new DomainError(`${owner}: y must hold at least k = ${k} points, got ${q.n}`);
  const nearest = new Float64Array(k);
  let logRatios = 0;
  for (let i = 0; i < p.n; i++) {
    const within = squaredReach(p, i, p, nearest, i);
    const across = squaredReach(p, i, q, nearest);
    if (within === 0 || across === 0) throw coincide(owner, within === 0 ? 'x' : 'y', i, k);
    logRatios += Math.log(across / within) / 2;
  }
  return (p.d / p.n) * logRatios + Math.log(q.n / (p.n - 1));
}

/** The squared distance from a point to its k-th neighbour in a sample, one of which may be left out; `nearest` is room for k numbers. */
function squaredReach(x: Sample, i: number, among: Sample, nearest: Float64Array, omitted = -1): number {
  nearest.fill(Infinity);
  const last = nearest.length - 1;
  for (let j = 0; j < among.n; j++) {
    if (j === omitted) continue;
    const squared = squaredDistance(x, i, among, j);
    if (squared >= nearest[last]!) continue;
    let at = last;
    for (; at > 0 && nearest[at - 1]! > squared; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = squared;
  }
  return nearest[last]!;
}

const coincide = (owner: string, sample: string, i: number, k: number) =>
  new DomainError(
    `${owner}: fewer than k = ${k} points of ${sample} may coincide with a point of x, got as many at row ${i}; take a larger k, or add a little noise`,
  );
