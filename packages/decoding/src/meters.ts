import { DomainError } from '@surprisal/core';
import { Candidates } from './candidates.js';
import type { Logits } from './logits.js';

/**
 * The surprisal of a token, -ln p, in nats; Infinity for one of -Infinity.
 *
 * @throws DomainError when the token is not of the vocabulary, or the logits are none, NaN, or all -Infinity
 *
 * @example
 * console.log((surprisal([0, 0, 0, 0], 2) / Math.LN2).toFixed(4)); // 2.0000
 */
export const surprisal = (logits: Logits, token: number): number => surprisalIn(new Candidates().load(logits), token);

/** The surprisal of a token among candidates, in nats; Infinity for one that is no candidate. */
export function surprisalIn(candidates: Candidates, token: number): number {
  if (!(Number.isInteger(token) && token >= 0 && token < candidates.vocabulary)) {
    throw new DomainError(
      `surprisal: token must be a whole number from 0 to ${candidates.vocabulary - 1}, got ${token}`,
    );
  }
  const position = candidates.position(token);
  return position < 0 ? Infinity : candidates.logTotal - candidates.logits[position]!;
}

/** Bits, nats and perplexity of a running text: the mean surprisal of its tokens. */
export interface CrossEntropy {
  /** How many tokens it is the mean of. */
  readonly count: number;
  readonly nats: number;
  readonly bits: number;
  /** e^nats: of how many tokens, equally probable, the choice was. */
  readonly perplexity: number;
}

/**
 * Measures a text while it is written: the surprisal of each token and the entropy of the distribution it came from, with their
 * running means. The means are NaN before the first token.
 *
 * @example
 * const meter = new SurprisalMeter();
 * meter.add([0, 0, 0, 0], 1);
 * console.log(meter.last / Math.LN2, meter.crossEntropy.perplexity.toFixed(4), meter.entropy.toFixed(4)); // 2 4.0000 1.3863
 */
export class SurprisalMeter {
  readonly #candidates = new Candidates();
  #count = 0;
  #surprisal = 0;
  #entropy = 0;
  /** The surprisal of the last token, in nats; NaN before the first. */
  last = NaN;

  /** Takes note of a token that was chosen by these logits. Gives its surprisal in nats. */
  add(logits: Logits, token: number): number {
    const candidates = this.#candidates.load(logits, 'SurprisalMeter');
    this.last = surprisalIn(candidates, token);
    this.#count++;
    this.#surprisal += this.last;
    this.#entropy += candidates.entropy;
    return this.last;
  }

  /** The mean surprisal. */
  get crossEntropy(): CrossEntropy {
    const nats = this.#surprisal / this.#count;
    return { count: this.#count, nats, bits: nats / Math.LN2, perplexity: Math.exp(nats) };
  }

  /** The mean entropy of the distributions, in nats: what the mean surprisal would be if tokens were drawn from them. */
  get entropy(): number {
    return this.#entropy / this.#count;
  }
}

/**
 * Counts repeated n-grams while a text is written.
 *
 * @example
 * const meter = new NgramMeter(2);
 * for (const token of [1, 2, 1, 2, 3]) meter.add(token);
 * console.log(meter.repetition, meter.distinct); // 25 0.75
 */
export class NgramMeter {
  readonly #last: number[] = [];
  readonly #seen = new Set<string>();
  #count = 0;

  /** @throws DomainError when n is not a whole number >= 1 */
  constructor(readonly n: number) {
    if (!(Number.isInteger(n) && n >= 1)) throw new DomainError(`NgramMeter: n must be a whole number >= 1, got ${n}`);
  }

  /** Takes note of the next token. */
  add(token: number): void {
    this.#last.push(token);
    if (this.#last.length > this.n) this.#last.shift();
    if (this.#last.length < this.n) return;
    this.#count++;
    this.#seen.add(this.#last.join());
  }

  /** Distinct-n: distinct n-grams by n-grams; 1 for a text shorter than n. */
  get distinct(): number {
    return this.#count === 0 ? 1 : this.#seen.size / this.#count;
  }

  /** How many n-grams came before in the text, in percent of all. */
  get repetition(): number {
    return this.#count === 0 ? 0 : (100 * (this.#count - this.#seen.size)) / this.#count;
  }
}

/**
 * The share of n-grams that came before in the text, in percent; 0 for a text shorter than n.
 *
 * Basu et al.: Mirostat, ICLR 2021, arXiv:2007.14966.
 *
 * @example
 * console.log(repetitionPercent([1, 2, 1, 2, 3], 1)); // 40
 */
export const repetitionPercent = (tokens: Iterable<number>, n: number): number => counted(tokens, n).repetition;

/**
 * Distinct-n, the share of n-grams that are distinct: 1 - repetition / 100.
 *
 * Li et al.: A Diversity-Promoting Objective Function for Neural Conversation Models, 2016, arXiv:1510.03055.
 *
 * @example
 * console.log(distinctNgrams([1, 2, 1, 2, 3], 1)); // 0.6
 */
export const distinctNgrams = (tokens: Iterable<number>, n: number): number => counted(tokens, n).distinct;

function counted(tokens: Iterable<number>, n: number): NgramMeter {
  const meter = new NgramMeter(n);
  for (const token of tokens) meter.add(token);
  return meter;
}

/**
 * The entropy of the relative frequencies of a text's tokens, divided by its length, in bits per token; 0 for no text.
 *
 * Basu et al.: Mirostat, ICLR 2021, arXiv:2007.14966.
 *
 * @example
 * console.log(sampleEntropy([1, 2, 1, 2])); // 0.25
 */
export function sampleEntropy(tokens: Iterable<number>): number {
  const meter = new SampleEntropyMeter();
  for (const token of tokens) meter.add(token);
  return meter.bitsPerToken;
}

/** The entropy of the token frequencies of a text while it is written, `-sum f log2 f`. */
export class SampleEntropyMeter {
  readonly #counts = new Map<number, number>();
  #length = 0;
  #sum = 0; // of c log2 c over the counts

  /** Takes note of the next token. */
  add(token: number): void {
    const count = this.#counts.get(token) ?? 0;
    this.#counts.set(token, count + 1);
    this.#sum += (count + 1) * Math.log2(count + 1) - (count > 0 ? count * Math.log2(count) : 0);
    this.#length++;
  }

  /** The entropy in bits; 0 before the first token. */
  get bits(): number {
    return this.#length === 0 ? 0 : Math.log2(this.#length) - this.#sum / this.#length;
  }

  /** The entropy divided by the length once more, as the Mirostat paper's code has it. */
  get bitsPerToken(): number {
    return this.#length === 0 ? 0 : this.bits / this.#length;
  }
}
