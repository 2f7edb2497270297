import type { ArrayInput } from '@surprisal/core';
import { greedyCodes, jointOfCodes, uniformCodes } from './bounded-information.js';
import { type Joint, columnSums, readMarginal } from './entropy.js';
import { minimumEntropyCoupling } from './minimum-entropy-coupling.js';

/** How x is compressed: by greedy entropy-bounded information maximisation, or in equal blocks. */
export interface BottleneckOptions {
  readonly encoder?: 'ebim' | 'uniform';
}

/**
 * Minimum-entropy coupling with a bottleneck (MEC-B): x is compressed to a code T of at most `rate` bits, and the code is coupled with
 * y, P(x, y) = sum_t P(x, t) P(t, y) / P(t). With a rate of H(X) or more it is {@link minimumEntropyCoupling}.
 *
 * I(X; Y) <= min(rate, H(X), H(Y)). It need not rise with the rate, nor beat uniform quantisation on every pair: what is maximised is
 * I(X; T).
 *
 * Ebrahimi, Chen, Khisti: Minimum Entropy Coupling with Bottleneck, 2024, arXiv:2410.21666.
 *
 * @param px `[n]`, sums to 1
 * @param py `[m]`, sums to 1
 * @param rate bits, >= 0
 * @returns `[n][m]` with these marginals
 * @throws ShapeError, DomainError for what is no distribution, and for a negative rate
 *
 * @example
 * const joint = bottleneckCoupling([0.7, 0.2, 0.1], [0.5, 0.5], 0.9);
 * console.log(mutualInformationBits(joint).toFixed(4)); // 0.3958
 */
export function bottleneckCoupling(
  px: ArrayInput,
  py: ArrayInput,
  rate: number,
  { encoder = 'ebim' }: BottleneckOptions = {},
): Joint {
  const x = readMarginal('bottleneckCoupling', 'px', px);
  const y = readMarginal('bottleneckCoupling', 'py', py);
  const { codes } = (encoder === 'uniform' ? uniformCodes : greedyCodes)(x, rate);
  const code = columnSums(jointOfCodes(x, codes));
  const coupled = minimumEntropyCoupling(code, y);
  return Array.from(x, (p, i) => coupled[codes[i]!]!.map((q) => (p === 0 ? 0 : (p * q) / code[codes[i]!]!)));
}
