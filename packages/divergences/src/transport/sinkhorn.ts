import { type ArrayInput, DomainError, type NdArray, ndarray } from '@surprisal/core';
import { readCost, readMasses } from './masses.js';
import { newton } from './newton.js';
import { Scaling, SymmetricScaling } from './scaling.js';

/** How entropic transport is solved. */
export interface SinkhornOptions {
  /** How much the plan is blurred, in units of the cost: > 0. */
  readonly epsilon: number;
  /** Stops when the marginals are wrong by no more than this in total: > 0, default 1e-5. */
  readonly tolerance?: number;
  /** The most sweeps once epsilon is reached, default 10,000. What they do not reach is not `converged`. */
  readonly iterations?: number;
}

/** An entropic transport plan and what it costs. */
export interface EntropicTransport {
  /** min over P of sum P_ij cost_ij + epsilon KL(P; p q'), by its dual: sum p f + sum q g. */
  readonly value: number;
  /** f `[n]` and g `[m]`: P_ij = p_i q_j exp((f_i + g_j - cost_ij) / epsilon). */
  readonly potentials: readonly [Float64Array, Float64Array];
  /** By how much the plan's rows missed p, and its columns q, in the last sweep, in total. */
  readonly error: number;
  /** Whether that is within the tolerance; else the value and the plan are what the last sweep had. */
  readonly converged: boolean;
  /** All sweeps, on the way to epsilon too. */
  readonly iterations: number;
  /** The plan as a matrix `[n, m]`. */
  plan(): NdArray<Float64Array>;
}

/**
 * Entropic optimal transport by Sinkhorn's algorithm, in float64: the plan with row sums p and column sums q that minimises
 * sum P_ij cost_ij + epsilon KL(P; p q'). It tends to {@link optimalTransport} as epsilon falls to 0, and to p q' as it grows.
 *
 * It scales a kernel exp((f + g - cost) / epsilon) in which the potentials are already counted, so that nothing under- or overflows
 * however small epsilon is, and comes down to epsilon in steps. A sweep is one pass over the matrix without an exponential, and
 * over-relaxed.
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
  return solve(from, to, readCost(owner, cost, from.length, to.length), { epsilon, tolerance, iterations });
}

/** As {@link sinkhornTransport}, of arguments that are known to be right. */
export const solve = (p: Float64Array, q: Float64Array, cost: Float64Array, options: Required<SinkhornOptions>) =>
  descend(new Scaling(p, q, cost), options);

/** The transport of masses to themselves, by a symmetric cost. */
export const solveToItself = (p: Float64Array, cost: Float64Array, options: Required<SinkhornOptions>) =>
  descend(new SymmetricScaling(p, cost), options);

function descend(
  state: Scaling | SymmetricScaling,
  { epsilon, tolerance, iterations }: Required<SinkhornOptions>,
): EntropicTransport {
  const steps = stepsTo(epsilon, spreadOf(state.cost));
  state.start(epsilon * 4 ** steps);
  let [error, done] = [Infinity, 0];
  for (let left = steps; ; left--) {
    const [goal, most] = left === 0 ? [tolerance, iterations] : [ROUGH, SWEEPS_PER_STEP];
    const level = scale(state, goal, most);
    [error, done] = [level.error, done + level.passes];
    if (left === 0) break;
    state.sharpen();
  }
  state.finish();
  const { p, q, f, g, cost } = state;
  const value = dot(p, f) + dot(q, g);
  const plan = () => ndarray(planOf(p, q, cost, f, g, epsilon), [p.length, q.length]);
  return { value, potentials: [f, g], error, converged: error <= tolerance, iterations: done, plan };
}

/** Sweeps until the marginals are right within a goal; where that would take too many sweeps, Newton's method does the rest. */
function scale(state: Scaling | SymmetricScaling, goal: number, most: number): { error: number; passes: number } {
  let [factor, before, look, error] = [1, Infinity, patience(1), Infinity];
  let passes = 0;
  while (passes < most) {
    const sweep = state.sweep(factor);
    error = sweep.error;
    passes++;
    if (sweep.outside) {
      state.settle();
      [factor, before, look] = [1, Infinity, passes + patience(1)];
      continue;
    }
    if (error <= goal) break;
    if (passes < look) continue;
    const rate = (error / before) ** (1 / patience(factor));
    if (state instanceof Scaling && passes >= SWEEPS_BEFORE_NEWTON && error * rate ** MANY_SWEEPS > goal) {
      const result = newton(state, goal, most - passes);
      [error, passes] = [result.error, passes + result.passes];
      if (error <= goal) break;
      [factor, before, look] = [1, Infinity, passes + patience(1)];
      continue;
    }
    factor = overrelaxation(factor, rate);
    [before, look] = [error, passes + patience(factor)];
  }
  return { error, passes };
}

/** What is right enough on the way to epsilon. */
const ROUGH = 1e-2;
const SWEEPS_PER_STEP = 200;
const SWEEPS_BEFORE_NEWTON = 40;
const MANY_SWEEPS = 40;

/** After so many sweeps it is seen how fast the error falls: near the best factor it rises first. */
const patience = (factor: number) => Math.max(10, Math.ceil(4 / (2 - factor)));

/** Beyond, transients take longer than what is gained. */
const MOST_OVERRELAXATION = 1.95;

/**
 * How far each scaling goes, where 1 makes its sums right at once. The best factor follows from the rate at which sweeps with the present
 * one shrink the error, by the theory of successive over-relaxation: where that rate is `1 - d` without it, it becomes about
 * `1 - 2 sqrt(d)`. A rate that is not below 1 sets it back.
 *
 * Young: Iterative Solution of Large Linear Systems, 1971; Lehmann, von Renesse, Sambale, Uschmajew: A note on overrelaxation in the
 * Sinkhorn algorithm, 2022, arXiv:2012.12562.
 */
function overrelaxation(factor: number, rate: number): number {
  if (!(rate < 1)) return 1;
  if (rate <= factor - 1) return factor;
  const rateWithout = (rate + factor - 1) ** 2 / (rate * factor ** 2);
  return Math.min(MOST_OVERRELAXATION, 2 / (1 + Math.sqrt(Math.max(0, 1 - rateWithout))));
}

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
  const m = q.length;
  return cost.map((value, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    return p[i]! === 0 || q[j]! === 0 ? 0 : p[i]! * q[j]! * Math.exp((f[i]! + g[j]! - value) / epsilon);
  });
}

const dot = (masses: Float64Array, prices: Float64Array) =>
  masses.reduce((total, mass, i) => (mass > 0 ? total + mass * prices[i]! : total), 0);
