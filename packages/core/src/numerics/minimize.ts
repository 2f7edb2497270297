import { DomainError } from '../errors.js';
import { Line, type Objective, wolfeStep } from './line-search.js';
import { type Bounds, type Minimum, clampInto } from './minimum.js';

/** When {@link minimize} ends, and how much it remembers. */
export interface MinimizeOptions extends Bounds {
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Largest component of the gradient (of those that no bound holds) at which it ends. Default 1e-9. */
  readonly gradientTolerance?: number;
  /** It ends when an iteration lowers the value by less than this share of it. Default 1e-14. */
  readonly objectiveTolerance?: number;
  /** How many steps the curvature is learned from. Default 10. */
  readonly memory?: number;
}

/** A minimum found with gradients. */
export interface GradientMinimum extends Minimum {
  /** Largest component of the gradient, of those that no bound holds. */
  readonly gradientNorm: number;
}

/**
 * Minimises a smooth function by L-BFGS with a strong Wolfe line search, in float64, within bounds if there are some (a variable
 * that meets a bound stays there as long as the gradient pushes it outward). Its memory is allocated once, before the first
 * iteration.
 *
 * A value that is not finite counts as infinite: the search steps back from it. Both tolerances may be 0: then it goes on until
 * rounding stops it.
 *
 * @param objective gives the value and writes the gradient
 * @throws DomainError when the objective is not finite at the start
 *
 * Liu, Nocedal: On the Limited Memory BFGS Method for Large Scale Optimization, 1989.
 *
 * @example
 * import { minimize } from '@surprisal/core/numerics';
 *
 * const { x, value } = minimize(([a, b], gradient) => {
 *   gradient[0] = 2 * (a! - 3);
 *   gradient[1] = 8 * b!;
 *   return (a! - 3) ** 2 + 4 * b! ** 2;
 * }, [0, 1]);
 * console.log(x[0]!.toFixed(6), value < 1e-12); // 3.000000 true
 */
export function minimize(
  objective: Objective,
  start: ArrayLike<number>,
  options: MinimizeOptions = {},
): GradientMinimum {
  const { maxIterations = 1000, gradientTolerance = 1e-9, objectiveTolerance = 1e-14 } = options;
  const x = Float64Array.from(start);
  clampInto(x, options);
  const direction = new Float64Array(x.length);
  const gradient = new Float64Array(x.length);
  const line = new Line(objective, x, direction);
  const memory = new CurvatureMemory(x.length, options.memory ?? 10);
  line.at(0);
  gradient.set(line.gradient);
  let value = line.value;
  if (!Number.isFinite(value)) {
    throw new DomainError(`minimize: objective must be finite at the start [${x.join(', ')}]; start elsewhere`);
  }
  let converged = false;
  let iterations = 0;
  for (; iterations < maxIterations; iterations++) {
    if (freeNorm(x, gradient, options) <= gradientTolerance) {
      converged = true;
      break;
    }
    const slope = pointDownhill(direction, x, gradient, memory, options);
    const first = memory.size > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    const longest = longestStep(x, direction, options);
    const step = wolfeStep(line, value, slope, first, longest);
    if (step === 0) {
      if (memory.size === 0) break; // not even along the gradient does it fall
      memory.clear();
      continue;
    }
    memory.learn(x, line.point, gradient, line.gradient);
    const fall = value - line.value;
    x.set(line.point);
    clampInto(x, options); // rounding
    gradient.set(line.gradient);
    value = line.value;
    if (step < longest && fall <= objectiveTolerance * Math.abs(value)) {
      converged = true;
      break;
    }
  }
  const gradientNorm = freeNorm(x, gradient, options);
  return { x, value, gradientNorm, iterations, evaluations: line.evaluations, converged };
}

/** Whether a variable is at a bound and a step of this sign would leave it. */
const isHeld = (x: Float64Array, i: number, step: number, { lower, upper }: Bounds): boolean =>
  (lower !== undefined && x[i]! <= lower[i]! && step < 0) || (upper !== undefined && x[i]! >= upper[i]! && step > 0);

function freeNorm(x: Float64Array, gradient: Float64Array, bounds: Bounds): number {
  let norm = 0;
  for (let i = 0; i < x.length; i++) {
    if (!isHeld(x, i, -gradient[i]!, bounds)) norm = Math.max(norm, Math.abs(gradient[i]!));
  }
  return norm;
}

/** Writes the quasi-Newton direction, or the gradient's where that does not lead down, and gives the slope along it. */
function pointDownhill(
  direction: Float64Array,
  x: Float64Array,
  gradient: Float64Array,
  memory: CurvatureMemory,
  bounds: Bounds,
): number {
  for (;;) {
    for (let i = 0; i < x.length; i++) direction[i] = isHeld(x, i, -gradient[i]!, bounds) ? 0 : -gradient[i]!;
    if (memory.size === 0) return dot(direction, gradient);
    memory.precondition(direction);
    for (let i = 0; i < x.length; i++) {
      if (isHeld(x, i, -gradient[i]!, bounds) || isHeld(x, i, direction[i]!, bounds)) direction[i] = 0;
    }
    const slope = dot(direction, gradient);
    if (slope < 0) return slope;
    memory.clear();
  }
}

/** The step at which the first variable meets a bound. */
function longestStep(x: Float64Array, direction: Float64Array, { lower, upper }: Bounds): number {
  let longest = Infinity;
  for (let i = 0; i < x.length; i++) {
    const bound = direction[i]! < 0 ? lower?.[i] : direction[i]! > 0 ? upper?.[i] : undefined;
    if (bound !== undefined) longest = Math.min(longest, (bound - x[i]!) / direction[i]!);
  }
  return longest;
}

/** The last steps and how the gradient changed along them: an approximation of the inverse Hessian. */
class CurvatureMemory {
  readonly #steps: Float64Array[];
  readonly #changes: Float64Array[];
  readonly #products: Float64Array;
  readonly #weights: Float64Array;
  #next = 0;
  size = 0;

  constructor(dimension: number, capacity: number) {
    this.#steps = Array.from({ length: capacity }, () => new Float64Array(dimension));
    this.#changes = Array.from({ length: capacity }, () => new Float64Array(dimension));
    this.#products = new Float64Array(capacity);
    this.#weights = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 0;
  }

  /** Takes up a step, unless the function bends downward along it. */
  learn(from: Float64Array, to: Float64Array, gradientFrom: Float64Array, gradientTo: Float64Array): void {
    const step = this.#steps[this.#next]!;
    const change = this.#changes[this.#next]!;
    for (let i = 0; i < step.length; i++) {
      step[i] = to[i]! - from[i]!;
      change[i] = step[i] === 0 ? 0 : gradientTo[i]! - gradientFrom[i]!; // a held variable tells nothing
    }
    const product = dot(step, change);
    if (!(product > 1e-14 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
    this.#products[this.#next] = product;
    this.#next = (this.#next + 1) % this.#steps.length;
    this.size = Math.min(this.size + 1, this.#steps.length);
  }

  /** Multiplies a vector by the approximate inverse Hessian, in place (the two-loop recursion). */
  precondition(vector: Float64Array): void {
    const capacity = this.#steps.length;
    const newest = (this.#next + capacity - 1) % capacity;
    for (let age = 0; age < this.size; age++) {
      const k = (newest + capacity - age) % capacity;
      this.#weights[k] = dot(this.#steps[k]!, vector) / this.#products[k]!;
      addScaled(vector, this.#changes[k]!, -this.#weights[k]!);
    }
    const change = this.#changes[newest]!;
    const scale = this.#products[newest]! / dot(change, change);
    for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
    for (let age = this.size - 1; age >= 0; age--) {
      const k = (newest + capacity - age) % capacity;
      addScaled(vector, this.#steps[k]!, this.#weights[k]! - dot(this.#changes[k]!, vector) / this.#products[k]!);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += scale * b[i]!;
}
