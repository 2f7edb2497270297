import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { DomainError } from './errors.js';

/**
 * Seeded randomness (xoroshiro128+), split by name into independent streams.
 *
 * A stream is determined by its seed and the keys it was split by, never by what was drawn before: adding a draw in one
 * place changes nothing elsewhere, and a run that goes on from a checkpoint splits the same streams again.
 *
 * @example
 * const random = new Random(1);
 * const order = random.split('order', 2).permutation(60_000); // of epoch 2, whatever else is drawn
 * const noise = random.split('noise').normals(784, 0, 0.1);
 * console.log(new Random(1).uniform() === new Random(1).uniform()); // true
 */
export class Random {
  readonly #path: string;
  readonly #generator;
  #spare: number | undefined;

  constructor(seed: number | string) {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
      throw new DomainError(`Random: seed must be a whole number, got ${seed}`);
    }
    this.#path = String(seed);
    this.#generator = xoroshiro128plusFromState(hash(this.#path));
  }

  /** An independent stream, the same for the same keys. */
  split(...keys: readonly (string | number)[]): Random {
    return new Random(`${this.#path}/${keys.join('/')}`);
  }

  /** A number drawn uniformly from [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** A whole number drawn uniformly from 0 to n - 1. */
  integer(n: number): number {
    if (!(n >= 1)) throw new DomainError(`Random.integer: n must be at least 1, got ${n}`);
    return uniformInt(this.#generator, 0, n - 1);
  }

  /** A number drawn from a normal distribution (Box-Muller; both of a pair are used). */
  normal(mean = 0, standardDeviation = 1): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return mean + standardDeviation * spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return mean + standardDeviation * radius * Math.cos(angle);
  }

  /**
   * A number drawn from the gamma distribution of a shape (> 0) and scale 1 (Marsaglia, Tsang: A Simple Method for Generating Gamma
   * Variables, 2000).
   */
  gamma(shape: number): number {
    if (!(shape > 0)) throw new DomainError(`Random.gamma: shape must be above 0, got ${shape}`);
    if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Probabilities of `n` classes from a symmetric Dirichlet distribution: the smaller its concentration (> 0), the fewer hold most. */
  dirichlet(n: number, concentration: number): Float64Array {
    const weights = Float64Array.from({ length: n }, () => this.gamma(concentration));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  }

  /** `n` draws of {@link uniform}. */
  uniforms(n: number, low = 0, high = 1): Float32Array {
    return Float32Array.from({ length: n }, () => this.uniform(low, high));
  }

  /** `n` draws of {@link normal}. */
  normals(n: number, mean = 0, standardDeviation = 1): Float32Array {
    return Float32Array.from({ length: n }, () => this.normal(mean, standardDeviation));
  }

  /** The numbers 0 to n - 1 in random order (Fisher-Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** One of the items, uniformly or by weights (>= 0, not all 0). */
  choice<T>(items: ArrayLike<T>, weights?: ArrayLike<number>): T {
    if (items.length === 0) throw new DomainError('Random.choice: items must not be empty');
    if (weights === undefined) return items[this.integer(items.length)]!;
    const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
    if (weights.length !== items.length || !(total > 0)) {
      throw new DomainError(`Random.choice: weights must be ${items.length} numbers >= 0 with a positive sum`);
    }
    let left = this.uniform(0, total);
    for (let i = 0; i < items.length; i++) {
      left -= weights[i]!;
      if (left < 0) return items[i]!;
    }
    return items[lastPositive(weights)]!; // rounding may leave a sliver of the total over
  }
}

function lastPositive(weights: ArrayLike<number>): number {
  let i = weights.length - 1;
  while (!(weights[i]! > 0)) i--;
  return i;
}

/** Four well-mixed 32-bit words from a string: FNV-1a with four offsets, then MurmurHash3's finalizer. Never all zero. */
function hash(text: string): number[] {
  return [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map((offset, word) => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193 + 2 * word);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | (word === 0 ? 1 : 0);
  });
}
