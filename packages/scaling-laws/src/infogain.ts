import { DomainError } from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';

/** A language whose loss falls with the position t as `L(t) = L_N + (L_U - L_N) t^-p`. */
export interface PositionalLoss {
  /** L_N: the loss far into a text, nats per token, >= 0. */
  readonly late: number;
  /** L_U: the loss of the first token, the entropy of unigrams, > 0 and at least L_N. */
  readonly unigram: number;
  /** p: how fast the loss falls, in [0, 1). */
  readonly exponent: number;
}

/** What the first T tokens say about the next T. */
export interface LanguageInformation {
  /** Nats. */
  readonly mutualInformation: number;
  /** Mutual information / the loss of the last T tokens GIVEN the first: not bounded by 1. */
  readonly infogain: number;
}

/**
 * The loss at position t = 1, 2, ...: `L_N + (L_U - L_N) t^-p`, nats per token.
 *
 * @throws DomainError for constants out of their ranges, or t < 1
 *
 * @example
 * console.log(lossAtPosition({ late: 2, unigram: 7, exponent: 0.5 }, 100)); // 2.5
 */
export function lossAtPosition(language: PositionalLoss, position: number): number {
  checkLanguage('lossAtPosition', language);
  if (!(position >= 1)) throw new DomainError(`lossAtPosition: position must be at least 1, got ${position}`);
  return language.late + (language.unigram - language.late) * position ** -language.exponent;
}

/**
 * How much the first T tokens of a text say about the next T, when the loss falls as a power of the position:
 * `I = (2 H_T - H_2T)(L_U - L_N)`, `infogain = I / (T L_N + (H_2T - H_T)(L_U - L_N))` with `H_T = Σ_{t<=T} t^-p`.
 *
 * It grows as L_N falls, up to `(2 H_T - H_2T) / (H_2T - H_T)` at L_N = 0, and is 0 at L_N = L_U.
 *
 * @param tokens T, a whole number >= 1
 * @throws DomainError for constants out of their ranges
 *
 * Henighan et al. 2020, arXiv:2010.14701, appendix E.
 *
 * @example
 * const { mutualInformation, infogain } = languageInformation({ late: 2, unigram: 7, exponent: 0.4 }, 64);
 * console.log(mutualInformation.toFixed(2), infogain.toFixed(4)); // 43.85 0.2436
 */
export function languageInformation(language: PositionalLoss, tokens: number): LanguageInformation {
  checkLanguage('languageInformation', language);
  if (!(Number.isSafeInteger(tokens) && tokens >= 1)) {
    throw new DomainError(`languageInformation: tokens must be a whole number, at least 1, got ${tokens}`);
  }
  const { late, unigram, exponent } = language;
  const first = powerSum(1, tokens, exponent); // H_T
  const last = powerSum(tokens + 1, 2 * tokens, exponent); // H_2T - H_T
  const mutualInformation = (first - last) * (unigram - late);
  return { mutualInformation, infogain: mutualInformation / (tokens * late + last * (unigram - late)) };
}

function powerSum(from: number, to: number, exponent: number): number {
  let sum = 0;
  for (let t = to; t >= from; t--) sum += t ** -exponent; // small terms first
  return sum;
}

function checkLanguage(owner: string, { late, unigram, exponent }: PositionalLoss): void {
  if (!(unigram > 0 && unigram < Infinity)) throw new DomainError(`${owner}: unigram must be > 0, got ${unigram}`);
  if (!(late >= 0 && late <= unigram)) throw new DomainError(`${owner}: late must be in [0, ${unigram}], got ${late}`);
  if (!(exponent >= 0 && exponent < 1)) throw new DomainError(`${owner}: exponent must be in [0, 1), got ${exponent}`);
}

/** A quantity that grows with the logarithm of size: `slope ln(N / origin)`. */
export interface LogarithmicTrend {
  readonly slope: number;
  /** Nc: the size at which it is 0. */
  readonly origin: number;
  /** About the mean of the values. */
  readonly r2: number;
}

/**
 * Fits `lambda ln(N / Nc)` to mutual information or infogain by least squares on ln N.
 *
 * @throws DomainError for sizes that are not > 0, values that are not finite, or fewer than two different sizes
 *
 * Henighan et al. 2020, arXiv:2010.14701, section 5.
 *
 * @example
 * const trend = fitInformationTrend([1e6, 1e8, 1e10], [0.02, 0.06, 0.1]);
 * console.log(sizeAtInformation(trend, 0.2).toExponential(1)); // 1.0e+15
 */
export function fitInformationTrend(sizes: ArrayLike<number>, values: ArrayLike<number>): LogarithmicTrend {
  const logs = Array.from(sizes, (size, i) => {
    if (size > 0 && size < Infinity && Number.isFinite(values[i])) return Math.log(size);
    throw new DomainError(
      `fitInformationTrend: sizes must be > 0 and have a finite value each, got ${size} with ${values[i]} at index ${i}`,
    );
  });
  if (new Set(logs).size < 2) {
    throw new DomainError(`fitInformationTrend: at least two different sizes are needed, got ${new Set(logs).size}`);
  }
  const { intercept, slope, r2 } = fitLine(logs, values);
  return { slope, origin: Math.exp(-intercept / slope), r2 };
}

/**
 * The size at which a trend reaches a value: `Nc exp(value / lambda)`.
 *
 * @example
 * console.log(sizeAtInformation({ slope: 0.01, origin: 1e4, r2: 1 }, 0).toFixed(0)); // 10000
 */
export const sizeAtInformation = ({ slope, origin }: LogarithmicTrend, value: number): number =>
  origin * Math.exp(value / slope);

/**
 * How many words a picture is worth: nats per picture over nats per word.
 *
 * @throws DomainError when nats per word is not > 0
 *
 * @example
 * console.log(wordsPerPicture(8, 3.4).toFixed(1)); // 2.4
 */
export function wordsPerPicture(mutualInformation: number, natsPerWord: number): number {
  if (!(natsPerWord > 0)) throw new DomainError(`wordsPerPicture: natsPerWord must be > 0, got ${natsPerWord}`);
  return mutualInformation / natsPerWord;
}
