import { DomainError } from '@surprisal/core';
import type { LanguageModel } from './language-model.js';
import type { Source } from './source.js';
import type { EncodeOptions, Tokenizer } from './tokenizer.js';

/** The bound on what the best unigram model of tokens loses, and how far it is from the entropy rate. */
export interface UnigramTokenBound {
  /** ln(1/delta) / (0.99 ln d) */
  readonly epsilon: number;
  /** H_inf / (1 - epsilon), nats per symbol; Infinity where epsilon >= 1: then the bound says nothing. */
  readonly bound: number;
}

/**
 * The bound for a dictionary of Lempel, Ziv and Welch of `size` tokens and greedy encoding: the best unigram model of its tokens loses at most
 * H_inf / (1 - epsilon) per symbol, epsilon = ln(1/delta) / (0.99 ln d). The constant 0.99 is uncertain.
 *
 * @param source the entropy rate H_inf, and the smallest transition probability delta; a {@link Source} has both
 * @param size d >= 2
 * @throws DomainError when delta is not above 0 and below 1, or the size below 2
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const { epsilon, bound } = unigramTokenBound({ entropyRate: 0.3, smallestTransition: 0.1 }, 1000);
 * console.log(epsilon.toFixed(4), bound.toFixed(4)); // 0.3367 0.4523
 */
export function unigramTokenBound(
  { entropyRate, smallestTransition: delta }: Pick<Source, 'entropyRate' | 'smallestTransition'>,
  size: number,
): UnigramTokenBound {
  if (!(size >= 2)) throw new DomainError(`unigramTokenBound: size must be at least 2, got ${size}`);
  if (!(delta > 0 && delta <= 1))
    throw new DomainError(`unigramTokenBound: smallestTransition must be greater than 0 and at most 1, got ${delta}`);
  const epsilon = Math.log(1 / delta) / (0.99 * Math.log(size));
  return { epsilon, bound: epsilon >= 1 ? Infinity : entropyRate / (1 - epsilon) };
}

/**
 * What the best unigram model of blocks of r symbols loses per symbol, H(X_1, ..., X_r) / r, exactly. It falls with r to the entropy rate; for a source of first
 * order it is (H_pi + (r - 1) H_inf) / r.
 *
 * @param r >= 1
 *
 * @example
 * console.log(blockLoss(switching({ k: 1, p: 0.8, q: 0.8 }), 2).toFixed(4)); // 0.5968
 */
export function blockLoss(source: Pick<Source, 'blockEntropy'>, r: number): number {
  if (!(r >= 1)) throw new DomainError(`blockLoss: r must be at least 1, got ${r}`);
  return source.blockEntropy(r) / r;
}

/**
 * The end-to-end loss: the cross-entropy of a text under a model of its tokens, in nats per character (code point) of the text, or per symbol.
 * Two tokenizers can be compared by it, which losses per token do not allow. NaN for an empty text.
 *
 * @param text what to measure on: not the text of training, whose loss is too small
 *
 * @example
 * const text = switching({ p: 0.95, q: 0.95 }).generate(20_000, new Random(1));
 * const [train, test] = [text.subarray(0, 10_000), text.subarray(10_000)];
 * const loss = (size: number) => {
 *   const tokenizer = bpe({ size }).train(train);
 *   const model = unigram().train(tokenizer.encode(train), { vocabularySize: tokenizer.size });
 *   return lossPerCharacter(tokenizer, model, test).toFixed(2);
 * };
 * console.log(loss(2), loss(64)); // 0.69 0.21
 */
export function lossPerCharacter(
  tokenizer: Tokenizer,
  model: LanguageModel,
  text: string | ArrayLike<number>,
  options?: EncodeOptions,
): number {
  const tokens = tokenizer.encode(text, options);
  const characters = typeof text === 'string' ? Array.from(text).length : text.length;
  return (model.crossEntropy(tokens) * tokens.length) / characters;
}
