import { type Bounds, type Minimum, clampInto } from './minimum.js';

/** When {@link nelderMead} ends, and how large it begins. */
export interface NelderMeadOptions extends Bounds {
  /** Default 200 per variable. */
  readonly maxIterations?: number;
  /** It ends when the values of the simplex differ by less than this share, and its points by less than this. Default 1e-10. */
  readonly tolerance?: number;
  /** Size of the first simplex, for all variables or each. Default 0.05. */
  readonly size?: number | ArrayLike<number>;
}

/**
 * Minimises a function without gradients by a simplex that crawls downhill: slow, but not disturbed by kinks, and so the polish
 * of fits whose loss is nearly an absolute value. The coefficients adapt to the dimension.
 *
 * Nelder, Mead: A Simplex Method for Function Minimization, 1965; Gao, Han: Implementing the Nelder-Mead Simplex Algorithm with
 * Adaptive Parameters, 2012.
 *
 * @example
 * import { nelderMead } from '@surprisal/core/numerics';
 *
 * const { x } = nelderMead(([a, b]) => Math.abs(a! - 1) + Math.abs(b! + 2), [0, 0]);
 * console.log(x[0]!.toFixed(4), x[1]!.toFixed(4)); // 1.0000 -2.0000
 */
export function nelderMead(
  objective: (x: Float64Array) => number,
  start: ArrayLike<number>,
  options: NelderMeadOptions = {},
): Minimum {
  const simplex = new Simplex(objective, start, options);
  const { maxIterations = 200 * start.length, tolerance = 1e-10 } = options;
  let iterations = 0;
  while (iterations < maxIterations && !simplex.isSmallerThan(tolerance)) {
    simplex.crawl();
    iterations++;
  }
  const { x, value } = simplex.vertices[0]!;
  return { x, value, iterations, evaluations: simplex.evaluations, converged: simplex.isSmallerThan(tolerance) };
}

interface Vertex {
  readonly x: Float64Array;
  value: number;
}

class Simplex {
  readonly vertices: Vertex[];
  evaluations = 0;
  readonly #centre: Float64Array;
  #trial: Vertex;
  #further: Vertex;

  constructor(
    private readonly objective: (x: Float64Array) => number,
    start: ArrayLike<number>,
    private readonly options: NelderMeadOptions,
  ) {
    const { size = 0.05 } = options;
    const make = (axis: number) => {
      const x = Float64Array.from(start);
      if (axis >= 0) x[axis]! += typeof size === 'number' ? size : size[axis]!;
      return { x, value: NaN };
    };
    this.vertices = Array.from({ length: start.length + 1 }, (_, i) => make(i - 1));
    for (const vertex of this.vertices) this.#evaluate(vertex);
    this.vertices.sort((a, b) => a.value - b.value);
    this.#centre = new Float64Array(start.length);
    this.#trial = make(-1);
    this.#further = make(-1);
  }

  isSmallerThan(tolerance: number): boolean {
    const [best, worst] = [this.vertices[0]!, this.vertices.at(-1)!];
    if (!(worst.value - best.value <= tolerance * (Math.abs(best.value) + tolerance))) return false;
    return this.vertices.every(({ x }) => x.every((value, i) => Math.abs(value - best.x[i]!) <= tolerance));
  }

  /** One move: reflect the worst vertex, go further or less far, or shrink towards the best. */
  crawl(): void {
    const n = this.#centre.length;
    const last = this.vertices[n]!;
    this.#findCentre();
    this.#move(this.#trial, -1);
    if (this.#trial.value < this.vertices[0]!.value) {
      this.#move(this.#further, -(1 + 2 / n));
      return this.#replaceWorst(this.#further.value < this.#trial.value);
    }
    if (this.#trial.value < this.vertices[n - 1]!.value) return this.#replaceWorst(false);
    const outside = this.#trial.value < last.value;
    this.#move(this.#further, (outside ? -1 : 1) * (n > 1 ? 0.75 - 1 / (2 * n) : 0.5));
    if (this.#further.value < Math.min(this.#trial.value, last.value)) return this.#replaceWorst(true);
    this.#shrink(n > 1 ? 1 - 1 / n : 0.5);
  }

  #evaluate(vertex: Vertex): void {
    clampInto(vertex.x, this.options);
    const value = this.objective(vertex.x);
    vertex.value = Number.isNaN(value) ? Infinity : value;
    this.evaluations++;
  }

  /** The mean of all vertices but the worst. */
  #findCentre(): void {
    const n = this.#centre.length;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += this.vertices[k]!.x[i]!;
      this.#centre[i] = sum / n;
    }
  }

  /** Puts a vertex on the line from the centre (0) to the worst vertex (1). */
  #move(vertex: Vertex, place: number): void {
    const worst = this.vertices.at(-1)!.x;
    for (let i = 0; i < worst.length; i++) {
      vertex.x[i] = this.#centre[i]! + place * (worst[i]! - this.#centre[i]!);
    }
    this.#evaluate(vertex);
  }

  /** Puts a tried vertex in its place in the order, and keeps the worst one's memory for the next trial. */
  #replaceWorst(further: boolean): void {
    const worst = this.vertices.pop()!;
    const better = further ? this.#further : this.#trial;
    if (further) this.#further = worst;
    else this.#trial = worst;
    let place = this.vertices.length;
    while (place > 0 && this.vertices[place - 1]!.value > better.value) place--;
    this.vertices.splice(place, 0, better);
  }

  #shrink(share: number): void {
    const best = this.vertices[0]!.x;
    for (const vertex of this.vertices.slice(1)) {
      for (let i = 0; i < best.length; i++) vertex.x[i] = best[i]! + share * (vertex.x[i]! - best[i]!);
      this.#evaluate(vertex);
    }
    this.vertices.sort((a, b) => a.value - b.value);
  }
}
