import { atLeast } from './pair-map.js';

/** Numbers the pairs that count; -1 for a pair that does not. */
export type PairNumber = (left: number, right: number) => number;

/**
 * The adjacent pairs of a sequence of tokens, with their counts and the places where they stand, kept up to date while pairs are replaced by new
 * tokens. A replacement costs as much as the pair has places, so that all merges together cost little more than the sequence is long.
 *
 * Places are counted as they overlap: `aaa` holds the pair `aa` twice. Each pair keeps its places in a doubly linked list from left to right: new places are
 * found in that order, since a pair with a new token arises only in the one pass that makes the token.
 */
export class PairLists {
  /** At the first place of each token, its id. */
  #tokens: Int32Array = new Int32Array(0);
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  /** The pair that begins at a place, or -1; and its places before and after this one. */
  #pairs: Int32Array = new Int32Array(0);
  #earlier: Int32Array = new Int32Array(0);
  #later: Int32Array = new Int32Array(0);
  #weights: Int32Array | undefined;
  #length = 0;
  /** Of each pair: its first and last place, and its count. */
  #firsts: Int32Array = new Int32Array(0);
  #lasts: Int32Array = new Int32Array(0);
  #counts: Int32Array = new Int32Array(0);
  readonly #number: PairNumber;

  constructor(number: PairNumber) {
    this.#number = number;
  }

  /**
   * Takes up a sequence.
   *
   * @param starts where pieces begin that no pair crosses, and the end; default: one piece
   * @param weights how much each piece counts; default 1
   * @param found called for each pair when it gets its first place
   */
  load(
    tokens: Int32Array,
    found: (pair: number) => void,
    starts: ArrayLike<number> = [0, tokens.length],
    weights?: ArrayLike<number>,
  ): void {
    this.#reserve(tokens.length);
    this.#tokens.set(tokens);
    this.#weights = weights && new Int32Array(tokens.length);
    for (let piece = 0; piece + 1 < starts.length; piece++) {
      const [begin, end] = [starts[piece]!, starts[piece + 1]!];
      this.#weights?.fill(weights![piece]!, begin, end);
      for (let i = begin; i < end; i++) {
        this.#previous[i] = i === begin ? -1 : i - 1;
        this.#next[i] = i + 1 === end ? -1 : i + 1;
      }
      for (let i = begin; i < end; i++) this.#append(i, found);
    }
  }

  /** How often a pair stands in the sequence. */
  count(pair: number): number {
    return this.#counts[pair]!;
  }

  /** Whether a pair has a place left. */
  has(pair: number): boolean {
    return pair < this.#firsts.length && this.#firsts[pair]! >= 0;
  }

  /** Replaces a pair by a token, from left to right, without overlap. */
  replace(pair: number, token: number, found: (pair: number) => void): void {
    for (let i = this.#firsts[pair]!; i >= 0; i = this.#firsts[pair]!) {
      const j = this.#next[i]!;
      const after = this.#next[j]!;
      const before = this.#previous[i]!;
      this.#remove(i);
      this.#remove(j);
      if (before >= 0) this.#remove(before);
      this.#tokens[i] = token;
      this.#tokens[j] = -1;
      this.#next[i] = after;
      if (after >= 0) this.#previous[after] = i;
      if (before >= 0) this.#append(before, found);
      this.#append(i, found);
    }
  }

  /** The sequence as it is now. */
  tokens(): Int32Array {
    return this.#tokens.subarray(0, this.#length).filter((token) => token >= 0);
  }

  /** Puts the pair that begins at a place at the end of its list. */
  #append(i: number, found: (pair: number) => void): void {
    const j = this.#next[i]!;
    const pair = j < 0 ? -1 : this.#number(this.#tokens[i]!, this.#tokens[j]!);
    this.#pairs[i] = pair;
    if (pair < 0) return;
    if (pair >= this.#firsts.length) this.#reservePairs(pair + 1);
    const last = this.#lasts[pair]!;
    this.#earlier[i] = last;
    this.#later[i] = -1;
    this.#lasts[pair] = i;
    this.#counts[pair]! += this.#weights ? this.#weights[i]! : 1;
    if (last >= 0) this.#later[last] = i;
    else {
      this.#firsts[pair] = i;
      found(pair);
    }
  }

  /** Takes a place out of its pair's list. */
  #remove(i: number): void {
    const pair = this.#pairs[i]!;
    if (pair < 0) return;
    const [earlier, later] = [this.#earlier[i]!, this.#later[i]!];
    if (earlier >= 0) this.#later[earlier] = later;
    else this.#firsts[pair] = later;
    if (later >= 0) this.#earlier[later] = earlier;
    else this.#lasts[pair] = earlier;
    this.#counts[pair]! -= this.#weights ? this.#weights[i]! : 1;
    this.#pairs[i] = -1;
  }

  #reserve(length: number): void {
    this.#length = length;
    this.#tokens = atLeast(this.#tokens, length);
    this.#next = atLeast(this.#next, length);
    this.#previous = atLeast(this.#previous, length);
    this.#pairs = atLeast(this.#pairs, length);
    this.#earlier = atLeast(this.#earlier, length);
    this.#later = atLeast(this.#later, length);
  }

  #reservePairs(length: number): void {
    this.#firsts = atLeast(this.#firsts, length, -1);
    this.#lasts = atLeast(this.#lasts, length, -1);
    this.#counts = atLeast(this.#counts, length);
  }
}
