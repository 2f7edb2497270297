import { type ArrayInput, DomainError, type NdArray, ndarray } from '@surprisal/core';
import { readCost, readMasses } from './masses.js';

/** How entropic transport is solved. */
export interface SinkhornOptions {
  /** How much the plan is blurred, in units of the cost: > 0. */
  readonly epsilon: number;
  /** Stops when the marginals are wrong by no more than this in total: > 0, default 1e-6. */
  readonly tolerance?: number;
  /** The most sweeps, default 2,000. */
  readonly iterations?: number;
}

/** An entropic transport plan and what it costs. */
export interface EntropicTransport {
  /** min over P of sum P_ij cost_ij + epsilon KL(P; p q'), by its dual: sum p f + sum q g. */
  readonly value: number;
  /** f `[n]` and g `[m]`: P_ij = p_i q_j exp((f_i + g_j - cost_ij) / epsilon). */
  readonly potentials: readonly [Float64Array, Float64Array];
  /** By how much the plan's rows miss p, in total. */
  readonly error: number;
  readonly iterations: number;
  /** The plan as a matrix `[n, m]`. */
  plan(): NdArray<Float64Array>;
}

/**
 * Entropic optimal transport by Sinkhorn's algorithm, in float64: the plan with row sums p and column sums q that minimises
 * sum P_ij cost_ij + epsilon KL(P; p q'). It tends to {@link optimalTransport} as epsilon falls to 0, and to p q' as it grows.
 *
 * It scales a kernel exp((f + g - cost) / epsilon) in which the potentials are already counted, so that nothing under- or overflows
 * however small epsilon is, and comes down to epsilon in steps. A sweep is one pass over the matrix without an exponential.
 *
 * Cuturi: Sinkhorn Distances: Lightspeed Computation of Optimal Transport, 2013, arXiv:1306.0895; Schmitzer: Stabilized Sparse Scaling
 * Algorithms for Entropy Regularized Transport Problems, 2019, arXiv:1610.06519.
 *
 * @param p `[n]`, at least 0, sums to 1 within 1e-4
 * @param q `[m]`, as p
 * @param cost `[n, m]`, finite
 * @throws ShapeError, DomainError
 *
 * @example
 * const { value } = sinkhornTransport([0.5, 0.5], [0.25, 0.75], [[0, 1], [1, 0]], { epsilon: 0.01 });
 * console.log(value.toFixed(2)); // 0.25
 */
export function sinkhornTransport(
  p: ArrayInput,
  q: ArrayInput,
  cost: ArrayInput,
  options: SinkhornOptions,
): EntropicTransport {
  const owner = 'sinkhornTransport';
  const { epsilon, tolerance = 1e-6, iterations = 2000 } = options;
  if (!(epsilon > 0)) throw new DomainError(`${owner}: epsilon must be greater than 0, got ${epsilon}`);
  if (!(tolerance > 0)) throw new DomainError(`${owner}: tolerance must be greater than 0, got ${tolerance}`);
  if (!(iterations >= 1)) throw new DomainError(`${owner}: iterations must be at least 1, got ${iterations}`);
  const [from, to] = [readMasses(owner, 'p', p), readMasses(owner, 'q', q)];
  return solve(from, to, readCost(owner, cost, from.length, to.length), { epsilon, tolerance, iterations });
}

/** As {@link sinkhornTransport}, of arguments that are known to be right. */
export function solve(
  p: Float64Array,
  q: Float64Array,
  cost: Float64Array,
  { epsilon, tolerance, iterations }: Required<SinkhornOptions>,
): EntropicTransport {
  const state = new Scaling(p, q, cost);
  let error = Infinity;
  let done = 0;
  for (const step of descent(cost, epsilon)) {
    state.start(step);
    const enough = step === epsilon ? tolerance : ROUGH;
    const until = step === epsilon ? iterations : Math.min(iterations, done + SWEEPS_PER_STEP);
    do {
      error = state.sweep();
      done++;
    } while (error > enough && done < until);
    state.absorb();
  }
  const { f, g } = state;
  const value = dot(p, f) + dot(q, g);
  const plan = () => ndarray(planOf(p, q, cost, f, g, epsilon), [p.length, q.length]);
  return { value, potentials: [f, g], error, iterations: done, plan };
}

/** What is right enough on the way to epsilon. */
const ROUGH = 1e-2;
const SWEEPS_PER_STEP = 50;

/** From the largest cost down to epsilon, by a factor of four: so near the solution before that no row of the kernel vanishes. */
function descent(cost: Float64Array, epsilon: number): number[] {
  const steps = [epsilon];
  const spread =
    cost.reduce((most, value) => Math.max(most, value), -Infinity) - cost.reduce((a, b) => Math.min(a, b), Infinity);
  while (steps[0]! * 4 < spread) steps.unshift(steps[0]! * 4);
  return steps;
}

/** Potentials, and factors u and v that correct them: P_ij = p_i u_i K_ij v_j q_j. */
class Scaling {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  /** q v: what the rows of the kernel are multiplied with. */
  readonly #qv: Float64Array;
  readonly #columns: Float64Array;
  readonly #kernel: Float64Array;
  #epsilon = 1;

  constructor(
    readonly p: Float64Array,
    readonly q: Float64Array,
    readonly cost: Float64Array,
  ) {
    const [n, m] = [p.length, q.length];
    [this.f, this.#u] = [new Float64Array(n), new Float64Array(n)];
    [this.g, this.#v, this.#qv, this.#columns] = Array.from({ length: 4 }, () => new Float64Array(m)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#kernel = new Float64Array(n * m);
  }

  /** Computes the kernel of the potentials so far, for a new epsilon. */
  start(epsilon: number): void {
    const { f, g, cost } = this;
    const m = g.length;
    this.#epsilon = epsilon;
    for (let i = 0; i < f.length; i++) {
      for (let j = 0, at = i * m; j < m; j++, at++) {
        this.#kernel[at] = Math.exp((f[i]! + g[j]! - cost[at]!) / epsilon);
      }
    }
    this.#u.fill(1);
    this.#v.fill(1);
    this.#qv.set(this.q);
  }

  /** Scales rows, then columns, in one pass over the kernel. Gives by how much the rows were wrong before. */
  sweep(): number {
    const { p, q } = this;
    const [u, v, qv, columns, kernel] = [this.#u, this.#v, this.#qv, this.#columns, this.#kernel];
    const [n, m] = [p.length, q.length];
    columns.fill(0);
    let error = 0;
    for (let i = 0; i < n; i += 4) {
      const end = Math.min(i + 4, n);
      for (let row = i; row < end; row++) {
        const sum = rowTimes(kernel, row * m, qv);
        error += p[row]! * Math.abs(u[row]! * sum - 1);
        u[row] = 1 / sum;
      }
      if (end === i + 4) addFourRows(columns, kernel, i * m, p, u, i);
      else for (let row = i; row < end; row++) addRow(columns, kernel, row * m, p[row]! * u[row]!);
    }
    for (let j = 0; j < m; j++) {
      v[j] = 1 / columns[j]!;
      qv[j] = q[j]! * v[j]!;
    }
    return error;
  }

  /** Moves the factors into the potentials. */
  absorb(): void {
    for (let i = 0; i < this.f.length; i++) this.f[i]! += this.#epsilon * Math.log(this.#u[i]!);
    for (let j = 0; j < this.g.length; j++) this.g[j]! += this.#epsilon * Math.log(this.#v[j]!);
  }
}

/** A row of the kernel times a vector; four sums at once, so that one need not wait for another. */
function rowTimes(kernel: Float64Array, row: number, vector: Float64Array): number {
  const size = vector.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < size; j += 4) {
    a += kernel[row + j]! * vector[j]!;
    b += kernel[row + j + 1]! * vector[j + 1]!;
    c += kernel[row + j + 2]! * vector[j + 2]!;
    d += kernel[row + j + 3]! * vector[j + 3]!;
  }
  for (; j < size; j++) a += kernel[row + j]! * vector[j]!;
  return a + b + (c + d);
}

function addRow(columns: Float64Array, kernel: Float64Array, row: number, weight: number): void {
  for (let j = 0; j < columns.length; j++) columns[j]! += weight * kernel[row + j]!;
}

/** Four rows at once: the sums are loaded and stored a quarter as often. */
function addFourRows(
  columns: Float64Array,
  kernel: Float64Array,
  first: number,
  p: Float64Array,
  u: Float64Array,
  i: number,
): void {
  const m = columns.length;
  const [second, third, fourth] = [first + m, first + 2 * m, first + 3 * m];
  const a = p[i]! * u[i]!;
  const b = p[i + 1]! * u[i + 1]!;
  const c = p[i + 2]! * u[i + 2]!;
  const d = p[i + 3]! * u[i + 3]!;
  for (let j = 0; j < m; j++) {
    columns[j]! +=
      a * kernel[first + j]! + b * kernel[second + j]! + (c * kernel[third + j]! + d * kernel[fourth + j]!);
  }
}

function planOf(
  p: Float64Array,
  q: Float64Array,
  cost: Float64Array,
  f: Float64Array,
  g: Float64Array,
  epsilon: number,
): Float64Array {
  const m = q.length;
  return cost.map((value, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    return p[i]! === 0 || q[j]! === 0 ? 0 : p[i]! * q[j]! * Math.exp((f[i]! + g[j]! - value) / epsilon);
  });
}

const dot = (masses: Float64Array, prices: Float64Array) =>
  masses.reduce((total, mass, i) => (mass > 0 ? total + mass * prices[i]! : total), 0);
