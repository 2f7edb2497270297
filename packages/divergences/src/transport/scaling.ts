import { fillKernel, passOver, rowTimes, sharpenKernel } from './kernel.js';

/** What a sweep found. */
export interface Sweep {
  /** By how much the rows and then the columns were wrong, in total. */
  readonly error: number;
  /** Whether a factor would leave the range of what can be multiplied: it is as before, and {@link Scaling.settle} is due. */
  readonly outside: boolean;
}

/** Factors within this and its inverse: the products of two of them and a kernel neither under- nor overflow. */
const MOST = 1e50;

/**
 * Potentials f and g, and factors u and v that correct them: P_ij = p_i u_i K_ij v_j q_j with K_ij = exp((f_i + g_j - cost_ij) / epsilon).
 *
 * Schmitzer: Stabilized Sparse Scaling Algorithms for Entropy Regularized Transport Problems, 2019, arXiv:1610.06519.
 */
export class Scaling {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly kernel: Float64Array;
  /** q v: what the rows of the kernel are multiplied with. */
  readonly qv: Float64Array;
  /** The sums over rows of p u K, which q v makes the sums of the plan's columns. */
  readonly columns: Float64Array;
  epsilon = 1;

  constructor(
    readonly p: Float64Array,
    readonly q: Float64Array,
    readonly cost: Float64Array,
  ) {
    const zeros = (size: number) => new Float64Array(size);
    const [n, m] = [p.length, q.length];
    [this.f, this.u, this.kernel] = [zeros(n), zeros(n), zeros(n * m)];
    [this.g, this.v, this.qv, this.columns] = [zeros(m), zeros(m), zeros(m), zeros(m)];
  }

  /** Computes the kernel of the potentials so far. */
  start(epsilon: number): void {
    this.epsilon = epsilon;
    fillKernel(this.kernel, [this.f, this.g], this.cost, epsilon);
    this.#reset();
  }

  /** Goes on with a quarter of the epsilon. */
  sharpen(): void {
    sharpenKernel(this.kernel, this.u, this.v);
    this.absorb();
    this.epsilon /= 4;
    this.#reset();
  }

  /** Scales rows, then columns, in one pass over the kernel. The dual never falls. */
  sweep(): Sweep {
    const { p, q, u, v, qv, columns } = this;
    let [error, outside] = [0, false];
    passOver(this.kernel, qv, columns, (i, sum) => {
      error += p[i]! * Math.abs(u[i]! * sum - 1);
      if (inside(1 / sum)) u[i] = 1 / sum;
      else outside ||= p[i]! > 0 || sum > 0;
      return p[i]! * u[i]!;
    });
    for (let j = 0; j < v.length; j++) {
      error += q[j]! * Math.abs(v[j]! * columns[j]! - 1);
      if (inside(1 / columns[j]!)) v[j] = 1 / columns[j]!;
      else outside ||= q[j]! > 0 || columns[j]! > 0;
      qv[j] = q[j]! * v[j]!;
    }
    return { error, outside };
  }

  /** A sweep over the potentials themselves, by log-sum-exp, after which the factors are 1: right at once wherever they were. */
  settle(): void {
    this.absorb();
    const { p, q, f, g, cost, epsilon } = this;
    const m = q.length;
    for (let i = 0; i < p.length; i++) f[i] = softMinimum(q, (j) => cost[i * m + j]! - g[j]!, epsilon);
    for (let j = 0; j < m; j++) g[j] = softMinimum(p, (i) => cost[i * m + j]! - f[i]!, epsilon);
    this.start(epsilon);
  }

  /** Moves the factors into the potentials: then {@link start} is due, unless this is the end. */
  absorb(): void {
    absorb(this.f, this.u, this.epsilon);
    absorb(this.g, this.v, this.epsilon);
  }

  #reset(): void {
    this.u.fill(1);
    this.v.fill(1);
    this.qv.set(this.q);
  }
}

/** Whether a factor can be multiplied safely. */
export const inside = (factor: number) => factor < MOST && factor > 1 / MOST;

function absorb(potential: Float64Array, factors: Float64Array, epsilon: number): void {
  for (let i = 0; i < factors.length; i++) potential[i]! += epsilon * Math.log(factors[i]!);
}

/** -epsilon log sum of masses times exp(-value / epsilon); 0 where no mass can be reached. */
export function softMinimum(masses: Float64Array, value: (j: number) => number, epsilon: number): number {
  let least = Infinity;
  for (let j = 0; j < masses.length; j++) if (masses[j]! > 0) least = Math.min(least, value(j));
  if (least === Infinity) return 0;
  let sum = 0;
  for (let j = 0; j < masses.length; j++) {
    if (masses[j]! > 0) sum += masses[j]! * Math.exp((least - value(j)) / epsilon);
  }
  return least - epsilon * Math.log(sum);
}

/**
 * The same of a mass that is moved to itself by a symmetric cost: one potential, whose factor goes half of the way (in logs) to where it
 * should be. That takes far fewer sweeps than rows and columns in turn.
 *
 * Knight, Ruiz, Ucar: A Symmetry Preserving Algorithm for Matrix Scaling, 2014; Feydy et al. 2019, arXiv:1810.08278.
 */
export class SymmetricScaling {
  readonly f: Float64Array;
  readonly #u: Float64Array;
  /** p u: what the rows of the kernel are multiplied with. */
  readonly #pu: Float64Array;
  readonly #kernel: Float64Array;
  epsilon = 1;

  constructor(
    readonly p: Float64Array,
    readonly cost: Float64Array,
  ) {
    [this.f, this.#u, this.#pu] = [p.slice().fill(0), p.slice(), p.slice()];
    this.#kernel = new Float64Array(p.length ** 2);
  }

  get q(): Float64Array {
    return this.p;
  }

  get g(): Float64Array {
    return this.f;
  }

  /** Computes the kernel of the potential so far. */
  start(epsilon: number): void {
    this.epsilon = epsilon;
    fillKernel(this.#kernel, [this.f, this.f], this.cost, epsilon);
    this.#reset();
  }

  /** Goes on with a quarter of the epsilon. */
  sharpen(): void {
    sharpenKernel(this.#kernel, this.#u, this.#u);
    this.absorb();
    this.epsilon /= 4;
    this.#reset();
  }

  /** Scales rows and columns alike. Gives by how much the rows were wrong before. */
  sweep(): Sweep {
    const { p } = this;
    const [u, pu, kernel] = [this.#u, this.#pu, this.#kernel];
    let [error, outside] = [0, false];
    for (let i = 0; i < p.length; i++) {
      const sum = rowTimes(kernel, i * p.length, pu);
      error += p[i]! * Math.abs(u[i]! * sum - 1);
      const next = Math.sqrt(u[i]! / sum);
      if (inside(next)) u[i] = next;
      else outside = true;
    }
    for (let i = 0; i < p.length; i++) pu[i] = p[i]! * u[i]!;
    return { error, outside };
  }

  /** A sweep over the potential itself, by log-sum-exp, after which the factor is 1. */
  settle(): void {
    this.absorb();
    const { p, f, cost, epsilon } = this;
    const n = p.length;
    const best = f.map((_, i) => softMinimum(p, (j) => cost[i * n + j]! - f[j]!, epsilon));
    for (let i = 0; i < n; i++) f[i] = (f[i]! + best[i]!) / 2;
    this.start(epsilon);
  }

  /** Moves the factor into the potential. */
  absorb(): void {
    absorb(this.f, this.#u, this.epsilon);
  }

  #reset(): void {
    this.#u.fill(1);
    this.#pu.set(this.p);
  }
}
