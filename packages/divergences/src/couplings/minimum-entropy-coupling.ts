import { type ArrayInput, DomainError, type NdArray, ndarray, sizeOf } from '@surprisal/core';
import { type Joint, columnSums, entropyBits, indexOfLargest, readMarginal, sumOf } from './entropy.js';

/** When the greedy coupling stops. */
export interface CouplingOptions {
  /** The mass at which the rest is left out: >= 0, default 1e-8. */
  readonly stopMass?: number;
}

/**
 * A joint distribution of two variables with given distributions and little entropy, by greed: the two largest masses that remain share
 * a cell, again and again. At most n + m - 1 cells are filled.
 *
 * Its entropy is within log2(e) / e = 0.53 bit of the least possible (Compton, Katz, Qi, Greenewald, Kocaoglu: Minimum-Entropy Coupling
 * Approximation Guarantees Beyond the Majorization Barrier, 2023, arXiv:2302.11838). Of equal masses the first is taken.
 *
 * Source: Kocaoglu, Dimakis, Vishwanath, Hassibi: Entropic Causal Inference, 2017, arXiv:1611.04035; Ebrahimi, Chen, Khisti: Minimum
 * Entropy Coupling with Bottleneck, 2024, arXiv:2410.21666.
 *
 * @param px `[n]`, sums to 1
 * @param py `[m]`, sums to 1
 * @returns `[n][m]` with these marginals
 * @throws ShapeError, DomainError for what is no distribution
 *
 * @example
 * const joint = minimumEntropyCoupling([0.5, 0.25, 0.25], [0.6, 0.4]);
 * console.log(joint.map((row) => Array.from(row, (p) => p.toFixed(2)).join(' '))); // [ '0.50 0.00', '0.00 0.25', '0.10 0.15' ]
 */
export function minimumEntropyCoupling(px: ArrayInput, py: ArrayInput, options: CouplingOptions = {}): Joint {
  const { shape, data } = minimumEntropyCouplingOf([px, py], options);
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => data.slice(i * columns, (i + 1) * columns));
}

/**
 * As {@link minimumEntropyCoupling}, of any number of variables: the largest masses of all of them share a cell. Within
 * (1 + log2 e) / 2 = 1.22 bit of the least possible entropy.
 *
 * @returns `[n_0, n_1, ...]`; axis i belongs to marginal i
 *
 * @example
 * console.log(minimumEntropyCouplingOf([[1], [0.75, 0.25]]).data.join()); // 0.75,0.25
 */
export function minimumEntropyCouplingOf(
  marginals: readonly ArrayInput[],
  { stopMass = 1e-8 }: CouplingOptions = {},
): NdArray<Float64Array> {
  const owner = 'minimumEntropyCoupling';
  if (marginals.length === 0) throw new DomainError(`${owner}: marginals must hold at least one, got none`);
  if (!(stopMass >= 0)) throw new DomainError(`${owner}: stopMass must be at least 0, got ${stopMass}`);
  const rest = marginals.map((marginal, i) => readMarginal(owner, `marginal ${i}`, marginal));
  const shape = rest.map(({ length }) => length);
  const joint = ndarray(new Float64Array(sizeOf(shape)), shape);
  const steps = shape.reduce((total, length) => total + length, 0);
  for (let step = 0; step < steps && sumOf(rest[0]!) > stopMass; step++) fillCell(joint, rest);
  return joint;
}

/** Moves the largest mass that all marginals can give to the cell of their largest entries. */
function fillCell({ shape, data }: NdArray<Float64Array>, rest: readonly Float64Array[]) {
  const cell = rest.map(indexOfLargest);
  const mass = Math.min(...cell.map((index, axis) => rest[axis]![index]!));
  cell.forEach((index, axis) => (rest[axis]![index]! -= mass));
  data[cell.reduce((offset, index, axis) => offset * shape[axis]! + index, 0)]! += mass;
}

/** The most entries that {@link exactMinimumEntropyCoupling} takes on both sides together. */
export const EXACT_LIMIT = 9;

/**
 * The coupling with the least entropy, by looking at every vertex of the polytope of couplings: entropy is concave, so that a vertex
 * is best, and every vertex is found by filling cells in some order, each as far as it goes.
 *
 * For small sizes: n + m <= 9 (entries that are not 0). It says how far greed falls short.
 *
 * @throws DomainError when the marginals are larger
 *
 * @example
 * const joint = exactMinimumEntropyCoupling([0.5, 0.25, 0.25], [0.5, 0.5]);
 * console.log(jointEntropyBits(joint)); // 1.5
 */
export function exactMinimumEntropyCoupling(px: ArrayInput, py: ArrayInput): Joint {
  const owner = 'exactMinimumEntropyCoupling';
  const [x, y] = [readMarginal(owner, 'px', px), readMarginal(owner, 'py', py)];
  const used = [x, y].reduce((total, marginal) => total + marginal.filter((p) => p > 0).length, 0);
  if (used > EXACT_LIMIT) {
    throw new DomainError(
      `${owner}: px and py must have at most ${EXACT_LIMIT} entries above 0 together, got ${used}; take minimumEntropyCoupling`,
    );
  }
  const joint = x.length > 0 ? Array.from(x, () => new Float64Array(y.length)) : [];
  const best: Best = { entropy: Infinity, joint };
  fillFrom({ x, y, joint, entropy: 0 }, best, new Map());
  return best.joint;
}

interface Best {
  entropy: number;
  joint: Joint;
}

interface Filling {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly joint: Joint;
  readonly entropy: number;
}

/** Tries every cell for the next mass; what was reached before with no more entropy, or is worse than the best, is left. */
function fillFrom({ x, y, joint, entropy }: Filling, best: Best, seen: Map<string, number>): void {
  const state = `${x.map(rounded).join()}|${y.map(rounded).join()}`;
  if (entropy >= Math.min(best.entropy, seen.get(state) ?? Infinity)) return;
  seen.set(state, entropy);
  if (!x.some((mass) => mass > NOTHING) || !y.some((mass) => mass > NOTHING)) {
    best.entropy = entropy;
    best.joint = joint.map((row) => row.slice());
    return;
  }
  x.forEach((left, i) =>
    y.forEach((right, j) => {
      const mass = Math.min(left, right);
      if (mass <= NOTHING) return;
      const filled = joint.map((row, k) => (k === i ? row.with(j, mass) : row));
      const next = { x: x.with(i, left - mass), y: y.with(j, right - mass), joint: filled };
      fillFrom({ ...next, entropy: entropy - mass * Math.log2(mass) }, best, seen);
    }),
  );
}

const NOTHING = 1e-12;
const rounded = (mass: number) => Math.round(mass * 1e12) / 1e12;

/** The entropy of all cells of a joint distribution, in bits. */
export const jointEntropyBits = (joint: Joint): number => joint.reduce((total, row) => total + entropyBits(row), 0);

/**
 * What the entropy of no coupling is below: the larger of the two marginals' entropies, in bits.
 *
 * @example
 * console.log(couplingEntropyBound([Float64Array.of(0.5, 0), Float64Array.of(0.25, 0.25)])); // 1
 */
export const couplingEntropyBound = (joint: Joint): number =>
  Math.max(entropyBits(joint.map(sumOf)), entropyBits(columnSums(joint)));
