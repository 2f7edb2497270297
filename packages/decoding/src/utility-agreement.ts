import { DomainError } from '@surprisal/core';
import { bestIndices } from './search.js';

/** How well utilities order outputs as frequencies (or gold preferences) do. */
export interface OrdinalAgreement {
  /** concordant / (concordant + discordant); NaN when every pair is tied */
  readonly pairwise: number;
  /** Kendall's tau-a, (concordant - discordant) / (n (n - 1) / 2): ties count for neither. */
  readonly kendallTau: number;
  /** Whether both prefer the same output to all others. */
  readonly topMatch: boolean;
  /** `max f - f[argmax u]` */
  readonly topRegret: number;
}

/**
 * Compares the order of utilities with that of frequencies, over all pairs.
 *
 * Huang Bojun, Fei Yuan: Utility-Probability Duality of Neural Networks, 2023, arXiv:2305.14859.
 *
 * @example
 * const { kendallTau, topMatch } = ordinalAgreement([0.6, 0.3, 0.1], [2, -1, 0]);
 * console.log(kendallTau.toFixed(4), topMatch); // 0.3333 true
 */
export function ordinalAgreement(frequencies: ArrayLike<number>, utilities: ArrayLike<number>): OrdinalAgreement {
  const n = frequencies.length;
  if (n < 2 || utilities.length !== n) {
    throw new DomainError(
      `ordinalAgreement: both must hold two or more, got ${n} frequencies, ${utilities.length} utilities`,
    );
  }
  let [concordant, discordant] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const agreement = Math.sign(frequencies[i]! - frequencies[j]!) * Math.sign(utilities[i]! - utilities[j]!);
      if (agreement > 0) concordant++;
      else if (agreement < 0) discordant++;
    }
  }
  const [top, chosen] = [bestIndices(frequencies, 1)[0]!, bestIndices(utilities, 1)[0]!];
  return {
    pairwise: concordant / (concordant + discordant),
    kendallTau: (concordant - discordant) / ((n * (n - 1)) / 2),
    topMatch: top === chosen,
    topRegret: frequencies[top]! - frequencies[chosen]!,
  };
}
