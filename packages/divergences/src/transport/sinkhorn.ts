import { type ArrayInput, DomainError, type NdArray, ndarray } from '@surprisal/core';
import { readMaskedCost, readMasses } from './masses.js';
import { fillKernel } from './kernel.js';
import { newton } from './newton.js';
import { submatrix } from './optimal-transport.js';
import { Scaling, SymmetricScaling, softMinimum } from './scaling.js';

/** How entropic transport is solved. */
export interface SinkhornOptions {
  /** How much the plan is blurred, in units of the cost: > 0. */
  readonly epsilon: number;
  /** Stops when the marginals are wrong by no more than this in total: > 0, default 1e-5. */
  readonly tolerance?: number;
  /** The most passes over the matrix once epsilon is reached, default 10,000. What they do not reach is not `converged`. */
  readonly iterations?: number;
}

/** An entropic transport plan and what it costs. */
export interface EntropicTransport {
  /** min over P of sum P_ij cost_ij + epsilon KL(P; p q'), by its dual: sum p f + sum q g. */
  readonly value: number;
  /** f `[n]` and g `[m]`: P_ij = p_i q_j exp((f_i + g_j - cost_ij) / epsilon). */
  readonly potentials: readonly [Float64Array, Float64Array];
  /** By how much the plan's rows missed p, and its columns q, in the last pass, in total. */
  readonly error: number;
  /** Whether that is within the tolerance; else the value and the plan are what the last pass had. */
  readonly converged: boolean;
  /** All passes over the matrix, on the way to epsilon too. */
  readonly iterations: number;
  /** The plan as a matrix `[n, m]`. */
  plan(): NdArray<Float64Array>;
}

/**
 * Entropic optimal transport by Sinkhorn's algorithm, in float64: the plan with row sums p and column sums q that minimises
 * sum P_ij cost_ij + epsilon KL(P; p q'). It tends to {@link optimalTransport} as epsilon falls to 0, and to p q' as it grows.
 *
 * It scales a kernel exp((f + g - cost) / epsilon) in which the potentials are already counted, so that nothing under- or overflows, and
 * comes down to epsilon in steps, whose kernels are powers of one another: a sweep is one pass over the matrix without an exponential.
 * Where sweeps converge slowly, Newton's method goes on. The dual never falls on the way.
 *
 * Cuturi: Sinkhorn Distances: Lightspeed Computation of Optimal Transport, 2013, arXiv:1306.0895; Schmitzer: Stabilized Sparse Scaling
 * Algorithms for Entropy Regularized Transport Problems, 2019, arXiv:1610.06519; Brauer, Clason, Lorenz, Wirth: A Sinkhorn-Newton method
 * for entropic optimal transport, 2017, arXiv:1710.06635.
 *
 * @param p `[n]`, at least 0, sums to 1 within 1e-4
 * @param q `[m]`, as p
 * @param cost `[n, m]`, finite, or Infinity between points that nothing may move between
 * @throws ShapeError; DomainError for what is no distribution, for NaN and -Infinity, for mass that may move nowhere, and for an epsilon
 * below 1e-12 of the spread of the costs, which float64 cannot tell from 0
 *
 * @example
 * const { value, converged } = sinkhornTransport([0.5, 0.5], [0.25, 0.75], [[0, 1], [1, 0]], { epsilon: 0.01 });
 * console.log(value.toFixed(2), converged); // 0.25 true
 */
export function sinkhornTransport(
  p: ArrayInput,
  q: ArrayInput,
  cost: ArrayInput,
  options: SinkhornOptions,
): EntropicTransport {
  const owner = 'sinkhornTransport';
  const { epsilon, tolerance = 1e-5, iterations = 10_000 } = options;
  if (!(epsilon > 0)) throw new DomainError(`${owner}: epsilon must be greater than 0, got ${epsilon}`);
  if (!(tolerance > 0)) throw new DomainError(`${owner}: tolerance must be greater than 0, got ${tolerance}`);
  if (!(iterations >= 1)) throw new DomainError(`${owner}: iterations must be at least 1, got ${iterations}`);
  const [from, to] = [readMasses(owner, 'p', p), readMasses(owner, 'q', q)];
  const costs = readMaskedCost(owner, cost, from, to);
  checkEpsilon(owner, epsilon, costs);
  return solve(from, to, costs, { epsilon, tolerance, iterations });
}

/** Of the spread of the costs: below, rounding potentials changes a plan by more than a thousandth. */
const LEAST_EPSILON = 1e-12;

/** @throws DomainError for an epsilon that float64 cannot tell from 0 */
export function checkEpsilon(owner: string, epsilon: number, cost: Float64Array): void {
  const spread = spreadOf(cost);
  if (epsilon >= LEAST_EPSILON * spread) return;
  throw new DomainError(
    `${owner}: epsilon must be at least ${LEAST_EPSILON} of the spread of the costs, ${Number(spread.toPrecision(3))}, got ${epsilon}; take a larger one, or exact transport`,
  );
}

/** As {@link sinkhornTransport}, of arguments that are known to be right. */
export function solve(
  p: Float64Array,
  q: Float64Array,
  cost: Float64Array,
  options: Required<SinkhornOptions>,
): EntropicTransport {
  const [rows, columns] = [withMass(p), withMass(q)];
  const whole = rows.length === p.length && columns.length === q.length;
  const part = (masses: Float64Array, kept: Int32Array) => Float64Array.from(kept, (i) => masses[i]!);
  const costs = whole ? cost : submatrix(cost, q.length, rows, columns);
  const found = descend(new Scaling(part(p, rows), part(q, columns), costs), options);
  return transportOf(found, [rows, columns], p, q, cost, options);
}

/** The transport of masses to themselves, by a symmetric cost. */
export function solveToItself(
  p: Float64Array,
  cost: Float64Array,
  options: Required<SinkhornOptions>,
): EntropicTransport {
  const kept = withMass(p);
  const masses = Float64Array.from(kept, (i) => p[i]!);
  const costs = kept.length === p.length ? cost : submatrix(cost, p.length, kept, kept);
  const quick = { ...options, iterations: Math.min(options.iterations, QUICK) };
  const found = descend(new SymmetricScaling(masses, costs), quick);
  const enough = found.error <= options.tolerance || options.iterations <= QUICK;
  return enough ? transportOf(found, [kept, kept], p, p, cost, options) : solve(p, p, cost, options);
}

const withMass = (masses: Float64Array) => Int32Array.from(masses.keys()).filter((i) => masses[i]! > 0);

interface Found {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly error: number;
  readonly passes: number;
}

/** The transport between all points, from the potentials of those that have mass: others get what the optimality condition gives them. */
function transportOf(
  found: Found,
  [rows, columns]: readonly [Int32Array, Int32Array],
  p: Float64Array,
  q: Float64Array,
  cost: Float64Array,
  { epsilon, tolerance }: Required<SinkhornOptions>,
): EntropicTransport {
  const m = q.length;
  const [f, g] = [new Float64Array(p.length), new Float64Array(m)];
  rows.forEach((i, r) => (f[i] = found.f[r]!));
  columns.forEach((j, c) => (g[j] = found.g[c]!));
  p.forEach((mass, i) => mass > 0 || (f[i] = softMinimum(q, (j) => cost[i * m + j]! - g[j]!, epsilon)));
  q.forEach((mass, j) => mass > 0 || (g[j] = softMinimum(p, (i) => cost[i * m + j]! - f[i]!, epsilon)));
  const plan = () => ndarray(planOf(p, q, cost, f, g, epsilon), [p.length, m]);
  const { error, passes } = found;
  const value = dot(p, f) + dot(q, g);
  return { value, potentials: [f, g], error, converged: error <= tolerance, iterations: passes, plan };
}

/** Roughly down to epsilon first. Where that leads too far from the solution, all steps are solved well. */
function descend(
  state: Scaling | SymmetricScaling,
  { epsilon, tolerance, iterations }: Required<SinkhornOptions>,
): Found {
  const steps = stepsTo(epsilon, spreadOf(state.cost));
  let [passes, error] = [0, Infinity];
  const attempts = [[ROUGH, Math.min(iterations, QUICK)], [tolerance, iterations - QUICK]] as const; // prettier-ignore
  for (const [goal, most] of attempts) {
    if (error <= tolerance || most <= 0) break;
    state.start(epsilon * 4 ** steps);
    for (let left = steps; left > 0; left--) {
      passes += scale(state, goal, PASSES_PER_STEP).passes;
      state.sharpen();
    }
    const last = scale(state, tolerance, most);
    [error, passes] = [last.error, passes + last.passes];
    state.absorb();
  }
  return { f: state.f, g: state.g, error, passes };
}

/** Sweeps until the marginals are right within a goal; where that would take many sweeps, Newton's method does the rest. */
function scale(state: Scaling | SymmetricScaling, goal: number, most: number): { error: number; passes: number } {
  let [error, before, passes] = [Infinity, Infinity, 0];
  for (let sweeps = 1; error > goal && passes < most; sweeps++) {
    const sweep = state.sweep();
    error = sweep.outside ? Infinity : sweep.error;
    passes++;
    if (sweep.outside) state.settle();
    if (sweep.outside || sweeps % PATIENCE !== 0) continue;
    const rate = (error / before) ** (1 / PATIENCE);
    before = error;
    if (!(state instanceof Scaling) || error * rate ** MANY_SWEEPS <= goal) continue;
    const result = newton(state, goal, most - passes);
    [error, before] = [result.stuck ? Infinity : result.error, Infinity];
    if (result.stuck) state.settle();
    passes += result.passes;
  }
  return { error, passes };
}

/** What is right enough on the way to epsilon. */
const ROUGH = 3e-2;
const PASSES_PER_STEP = 200;
/** After so many passes at epsilon a rough start was not good enough. */
const QUICK = 500;

/** After so many sweeps it is seen how fast the error falls, and whether too many would follow. */
const PATIENCE = 10;
const MANY_SWEEPS = 20;

/**
 * How many steps by a factor of four lead from the spread of the costs down to epsilon: each so near to the one before that no row of the
 * kernel vanishes. Its rows then average 1, and their fourth powers at least that.
 */
function stepsTo(epsilon: number, spread: number): number {
  let steps = 0;
  while (epsilon * 4 ** (steps + 1) < spread) steps++;
  return steps;
}

function spreadOf(cost: Float64Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < cost.length; at++) {
    const value = cost[at]!;
    if (value < least) least = value;
    if (value > most && value < Infinity) most = value;
  }
  return most - least;
}

function planOf(
  p: Float64Array,
  q: Float64Array,
  cost: Float64Array,
  f: Float64Array,
  g: Float64Array,
  epsilon: number,
): Float64Array {
  const plan = new Float64Array(cost.length);
  fillKernel(plan, [f, g], cost, epsilon);
  for (let i = 0, at = 0; i < p.length; i++) {
    for (let j = 0; j < q.length; j++, at++) plan[at] = p[i]! === 0 || q[j]! === 0 ? 0 : p[i]! * q[j]! * plan[at]!;
  }
  return plan;
}

const dot = (masses: Float64Array, prices: Float64Array) =>
  masses.reduce((total, mass, i) => (mass > 0 ? total + mass * prices[i]! : total), 0);
