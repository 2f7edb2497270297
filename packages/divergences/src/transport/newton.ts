import { passOver } from './kernel.js';
import { type Scaling, inside } from './scaling.js';

/** What Newton's method reached, and how often it went over the kernel. */
export interface NewtonResult {
  readonly error: number;
  readonly passes: number;
  /** Whether no step improves the dual, or a factor is too large for one: sweeps must go on. */
  readonly stuck: boolean;
}

/**
 * Newton's method for the columns' factors of entropic transport, where sweeps alone take thousands: with rows scaled exactly, the dual is
 * a concave function of log v with the gradient q - c, c the sums of the plan's columns, and the Hessian -(diag(c) - P' diag(1/p) P). A step
 * solves by conjugate gradients, each of whose products is one pass over the kernel, and is halved until the dual rises.
 *
 * It ends when the columns are right within the goal, after as many passes as it may take, or when no step improves the dual.
 *
 * Cuturi, Peyre: A Smoothed Dual Approach for Variational Wasserstein Problems, 2016, arXiv:1503.02533; Brauer, Clason, Lorenz, Wirth: A
 * Sinkhorn-Newton method for entropic optimal transport, 2017, arXiv:1710.06635.
 */
export function newton(state: Scaling, goal: number, most: number): NewtonResult {
  const system = new NewtonSystem(state);
  let dual = evaluate(state);
  let passes = 1;
  let stuck = dual.objective === -Infinity;
  while (!stuck && dual.error > goal && passes < most) {
    passes += system.solve(Math.min(MOST_DAMPING, dual.error), most - passes);
    const [next, tried] = climb(state, system, dual);
    passes += tried;
    stuck = next === dual;
    dual = next;
  }
  return { error: dual.error, passes, stuck };
}

/** Of the masses, how much of them is added to the Hessian's diagonal: at most, and the error where that is less. */
const MOST_DAMPING = 0.01;
/** No factor changes by more than e to this in one step: the exponential is not like its tangents beyond. */
const LONGEST_STEP = 8;
const HALVINGS = 12;

/** The dual in units of epsilon, up to a constant, and by how much the columns are wrong. */
interface Dual {
  readonly objective: number;
  readonly error: number;
}

/** Scales the rows for the columns' present factors; without a dual (-Infinity) where a factor leaves its range. */
function evaluate({ kernel, p, q, u, v, qv, columns }: Scaling): Dual {
  for (let j = 0; j < q.length; j++) qv[j] = q[j]! * v[j]!;
  let [objective, error] = [0, 0];
  passOver(kernel, qv, columns, (i, sum) => {
    if (inside(1 / sum)) u[i] = 1 / sum;
    if (p[i]! > 0) objective += inside(1 / sum) ? p[i]! * Math.log(u[i]!) : -Infinity;
    return p[i]! * u[i]!;
  });
  for (let j = 0; j < q.length; j++) {
    if (q[j]! > 0) objective += inside(v[j]!) ? q[j]! * Math.log(v[j]!) : -Infinity;
    else if (inside(1 / columns[j]!)) v[j] = 1 / columns[j]!;
    error += Math.abs(qv[j]! * columns[j]! - q[j]!);
  }
  return { objective, error };
}

/** Goes along the direction as far as the dual rises; where it rises nowhere, everything is as before. */
function climb(state: Scaling, { direction, slope }: NewtonSystem, from: Dual): [Dual, number] {
  const { v } = state;
  const before = v.slice();
  let size = Math.min(1, LONGEST_STEP / direction.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  for (let tried = 1; tried <= HALVINGS; tried++, size /= 2) {
    for (let j = 0; j < v.length; j++) v[j] = before[j]! * Math.exp(size * direction[j]!);
    const next = evaluate(state);
    const rises = next.objective >= from.objective + 1e-4 * size * slope;
    // Near the solution the dual changes by less than its rounding.
    const rounding = 1e-12 * (1 + Math.abs(from.objective));
    if (rises || (next.error < from.error / 2 && next.objective > from.objective - rounding)) return [next, tried];
  }
  v.set(before);
  evaluate(state);
  return [from, HALVINGS + 1];
}

/** (diag(c) + damping diag(q) - P' diag(1/p) P) direction = q - c, by conjugate gradients with the diagonal as preconditioner. */
class NewtonSystem {
  readonly direction: Float64Array;
  readonly #gradient: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #residual: Float64Array;
  readonly #search: Float64Array;
  readonly #product: Float64Array;
  readonly #vector: Float64Array;
  readonly #state: Scaling;

  constructor(state: Scaling) {
    this.#state = state;
    const vector = () => new Float64Array(state.q.length);
    [this.direction, this.#gradient, this.#diagonal] = [vector(), vector(), vector()];
    [this.#residual, this.#search, this.#product, this.#vector] = [vector(), vector(), vector(), vector()];
  }

  /** The dual's slope along the direction. */
  get slope(): number {
    return dot(this.#gradient, this.direction);
  }

  /** Gives how many passes it took. */
  solve(damping: number, most: number): number {
    const { q, qv, columns } = this.#state;
    const [x, r, s] = [this.direction, this.#residual, this.#search];
    for (let j = 0; j < q.length; j++) {
      const sum = qv[j]! * columns[j]!;
      this.#gradient[j] = r[j] = q[j]! - sum;
      this.#diagonal[j] = sum + damping * q[j]! || 1; // a column without mass stays as it is
      s[j] = r[j]! / this.#diagonal[j]!;
    }
    x.fill(0);
    const enough = ENOUGH * sumOfSizes(r);
    let along = dot(r, s);
    let passes = 0;
    while (passes < most && passes < MOST_PRODUCTS && sumOfSizes(r) > enough) {
      this.#multiply();
      passes++;
      const curvature = dot(s, this.#product);
      if (!(curvature > 0)) break;
      const length = along / curvature;
      for (let j = 0; j < x.length; j++) {
        x[j]! += length * s[j]!;
        r[j]! -= length * this.#product[j]!;
      }
      let next = 0;
      for (let j = 0; j < x.length; j++) next += (r[j]! * r[j]!) / this.#diagonal[j]!;
      for (let j = 0; j < x.length; j++) s[j] = r[j]! / this.#diagonal[j]! + (next / along) * s[j]!;
      along = next;
    }
    return passes;
  }

  /** The matrix times the search direction. */
  #multiply(): void {
    const { kernel, p, u, qv } = this.#state;
    const [s, vector, product, diagonal] = [this.#search, this.#vector, this.#product, this.#diagonal];
    for (let j = 0; j < s.length; j++) vector[j] = qv[j]! * s[j]!;
    passOver(kernel, vector, product, (i, sum) => p[i]! * u[i]! * u[i]! * sum);
    for (let j = 0; j < s.length; j++) product[j] = diagonal[j]! * s[j]! - qv[j]! * product[j]!;
  }
}

/** What is left of the right-hand side when a direction is good enough. */
const ENOUGH = 0.1;
const MOST_PRODUCTS = 200;

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let j = 0; j < a.length; j++) total += a[j]! * b[j]!;
  return total;
}

function sumOfSizes(values: Float64Array): number {
  let total = 0;
  for (let j = 0; j < values.length; j++) total += Math.abs(values[j]!);
  return total;
}
