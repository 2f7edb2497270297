import { DomainError } from '@surprisal/core';
import type { Candidates } from './candidates.js';

/** Logits this far below the largest have a probability of 0 in float64: masks by a large negative number. */
const UNDERFLOW = 745;

/**
 * The exponent s of a Zipf law, `p_i ~ i^-s`, fitted to the most probable candidates: least squares through the origin of the
 * log-ratios of neighbours, `s = sum t_i b_i / sum t_i^2` with `t_i = ln((i+1)/i)` and `b_i = ln(p_i / p_{i+1})`.
 *
 * @param ratios how many neighbours enter; fewer where there are fewer tokens of positive probability
 * @returns NaN when there are fewer than two
 *
 * Basu et al.: Mirostat, ICLR 2021, arXiv:2007.14966.
 *
 * @example
 * const candidates = new Candidates().load([1, 2, 3, 4].map((i) => -1.3 * Math.log(i)));
 * console.log(zipfExponent(candidates, 3).toFixed(4)); // 1.3000
 */
export function zipfExponent(candidates: Candidates, ratios: number): number {
  const order = candidates.largest(ratios + 1);
  const { logits, max } = candidates;
  const last = Math.min(ratios + 1, candidates.count);
  let product = 0;
  let square = 0;
  for (let i = 1; i < last; i++) {
    const lower = logits[order[i]!]!;
    if (max - lower > UNDERFLOW) break;
    const t = Math.log((i + 1) / i);
    product += t * (logits[order[i - 1]!]! - lower);
    square += t * t;
  }
  return product / square;
}

/**
 * The real k at which the surprise of rank k of a Zipf law over n tokens is mu bits:
 * `k = (eps 2^mu / (1 - n^-eps))^(1/s)`, eps = s - 1, computed in log space. Infinity for s <= 0, where no rank reaches mu;
 * NaN for an exponent of NaN.
 *
 * @example
 * console.log(realK(1.5, 4, 50_000).toFixed(3)); // 4.012
 */
export function realK(exponent: number, mu: number, n: number): number {
  if (exponent <= 0) return Infinity;
  const eps = exponent - 1;
  const ratio = Math.abs(eps) < 1e-8 ? 1 / Math.log(n) : eps / -Math.expm1(-eps * Math.log(n));
  return Math.exp((Math.log(ratio) + mu * Math.LN2) / exponent);
}

/**
 * A Zipf law over N ranks, `p_i = i^-s / H_{N,s}`: what truncations of it cost, in bits. With a temperature T it is the law of
 * exponent s / T.
 *
 * Basu et al.: Mirostat, ICLR 2021, arXiv:2007.14966.
 *
 * @example
 * const law = new ZipfLaw(1.1, 50_000);
 * console.log(law.harmonic.toFixed(4), law.topKCrossEntropy(20).toFixed(4)); // 7.1952 4.6707
 */
export class ZipfLaw {
  /** `H_{N,s}`, the sum of i^-s over all ranks. */
  readonly harmonic: number;
  readonly #masses: Float64Array; // of the first k + 1 ranks, not normalised
  readonly #moments: Float64Array; // sum of i^-s log2 i over the same

  /** @throws DomainError when the exponent is not a number, or there is not at least one rank */
  constructor(
    readonly exponent: number,
    readonly size: number,
  ) {
    if (!Number.isFinite(exponent)) throw new DomainError(`ZipfLaw: exponent must be a number, got ${exponent}`);
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new DomainError(`ZipfLaw: size must be a whole number >= 1, got ${size}`);
    }
    this.#masses = new Float64Array(size);
    this.#moments = new Float64Array(size);
    let mass = 0;
    let moment = 0;
    for (let i = 1; i <= size; i++) {
      const weight = i ** -exponent;
      this.#masses[i - 1] = mass += weight;
      this.#moments[i - 1] = moment += weight * Math.log2(i);
    }
    this.harmonic = mass;
  }

  /** The surprise of a rank (from 1), `s log2 i + log2 H`. */
  surprise(rank: number): number {
    return this.exponent * Math.log2(rank) + Math.log2(this.harmonic);
  }

  /** The cross-entropy of top-k sampling: the expected surprise in this law of draws from its k first ranks, renormalised. */
  topKCrossEntropy(k: number): number {
    if (!(Number.isInteger(k) && k >= 1 && k <= this.size)) {
      throw new DomainError(`ZipfLaw: k must be a whole number from 1 to ${this.size}, got ${k}`);
    }
    return (this.exponent * this.#moments[k - 1]!) / this.#masses[k - 1]! + Math.log2(this.harmonic);
  }

  /** The number of ranks that top-p keeps: the smallest k whose mass reaches p. */
  nucleus(p: number): number {
    const target = p * this.harmonic;
    let low = 1;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#masses[middle - 1]! >= target) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The cross-entropy of top-p sampling, exactly. */
  topPCrossEntropy(p: number): number {
    return this.topKCrossEntropy(this.nucleus(p));
  }

  /** The paper's approximation of it, `s (p h + eps p^2 h^2) / (2 ln 2) + log2 h` with h = H and eps = s - 1. */
  topPCrossEntropyQuadratic(p: number): number {
    const mass = p * this.harmonic;
    return (this.exponent * (mass + (this.exponent - 1) * mass * mass)) / (2 * Math.LN2) + Math.log2(this.harmonic);
  }

  /**
   * The paper's linear approximation of the surprise at the border of top-p,
   * `s h p / (b ln 2) - s log2(b) / eps + log2 h` with b = 1 + 0.7 eps; its limit at eps = 0.
   */
  boundarySurpriseLinear(p: number): number {
    const eps = this.exponent - 1;
    const b = 1 + 0.7 * eps;
    const offset = Math.abs(eps) < 1e-8 ? 0.7 / Math.LN2 : Math.log2(b) / eps;
    return (this.exponent * this.harmonic * p) / (b * Math.LN2) - this.exponent * offset + Math.log2(this.harmonic);
  }
}
