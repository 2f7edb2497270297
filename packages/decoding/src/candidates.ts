import { DomainError } from '@surprisal/core';
import { expNegative } from './exponential.js';
import { type Logits, type Numbers, isRow, locate } from './logits.js';
import { Selection, sortDescending } from './selection.js';

/** How {@link Candidates.keepMass} orders and cuts. */
export interface KeepMassOptions {
  /** The order, descending, by position: numbers up to 0; default the logits. */
  readonly key?: (position: number) => number;
  /** Whether the mass must be exceeded; default false: it may be equalled. */
  readonly strict?: boolean;
  /** Whether all that ties with the last one kept stays too; default false: the lower tokens stay. */
  readonly ties?: boolean;
  /** How many stay at least, in the same order; default 1. */
  readonly minKeep?: number;
}

/**
 * The tokens that a draw may still choose, with their logits: what samplers narrow and reweigh in place.
 *
 * Candidates stand in ascending order of their tokens at the positions 0 to `count` - 1, are never none, and their logits are
 * finite: a token of -Infinity is no candidate, and where one is +Infinity, only such are. Probabilities are made when first asked
 * for, and nothing is sorted that a selection can find. The buffers are kept from token to token.
 *
 * @example
 * const candidates = new Candidates().load([1, 3, -Infinity, 2]);
 * candidates.keepLargest(2);
 * console.log([...candidates.tokens()], candidates.probability(0).toFixed(4)); // [ 1, 3 ] 0.7311
 */
export class Candidates {
  /** The tokens, ascending; the first `count` count. */
  ids = new Int32Array(0);
  /** Their logits. Who writes to them calls {@link changed}. */
  logits = new Float64Array(0);
  /** How many are left. */
  count = 0;
  /** V, the number of tokens that were loaded. */
  vocabulary = 0;
  /** The largest logit. */
  max = -Infinity;

  #weights = new Float64Array(0);
  #total = 0;
  #weighed = false; // whether the weights are those of the logits
  #keys = new Float64Array(0);
  #order = new Int32Array(0);
  #sorted = 0; // how much of the order is sorted
  readonly #selection = new Selection();

  /**
   * Begins a token: all tokens of the vocabulary are candidates again.
   *
   * @param owner whom errors name
   * @throws DomainError when there are no logits, one is NaN, or all are -Infinity; ShapeError for a row outside of its data
   */
  load(logits: Logits, owner = 'Candidates'): this {
    if (isRow(logits)) return this.#load(owner, logits, logits.length, 0, 1);
    const { length, start, stride } = locate(owner, logits);
    return this.#load(owner, logits.data, length, start, stride);
  }

  #load(owner: string, data: Numbers, length: number, start: number, stride: number): this {
    if (length === 0) throw new DomainError(`${owner}: logits must hold at least one number, got none`);
    if (this.ids.length < length) this.#grow(length);
    const { ids, logits } = this;
    for (let id = 0; id < length; id++) ids[id] = id;
    if (stride === 1 && data.length === length) logits.set(data);
    else for (let id = 0, at = start; id < length; id++, at += stride) logits[id] = data[at]!;
    this.vocabulary = this.count = length;
    return this.changed(owner);
  }

  #grow(length: number): void {
    this.ids = new Int32Array(length);
    this.logits = new Float64Array(length);
    this.#weights = new Float64Array(length);
  }

  /**
   * Must follow on writing to `logits`. Drops candidates whose logit has become -Infinity, and all others where one has become
   * +Infinity.
   *
   * @throws DomainError when a logit is NaN, or none is left
   */
  changed(owner = 'Candidates'): this {
    const { ids, logits, count } = this;
    let n = 0;
    let max = -Infinity;
    for (let i = 0; i < count; i++) {
      const logit = logits[i]!;
      if (logit > -Infinity) {
        if (logit > max) max = logit;
        if (n !== i) {
          ids[n] = ids[i]!;
          logits[n] = logit;
        }
        n++;
      } else if (logit !== -Infinity) {
        throw new DomainError(`${owner}: logits must be numbers, got ${logit} for token ${ids[i]}`);
      }
    }
    if (n === 0) throw new DomainError(`${owner}: logits must hold one above -Infinity, got none`);
    this.count = n;
    this.max = max;
    this.#weighed = false;
    this.#sorted = 0;
    return max === Infinity ? this.#oneHot() : this;
  }

  /** The limit of a logit that goes to +Infinity. */
  #oneHot(): this {
    this.#compact(this.logits, Infinity, Infinity);
    this.logits.fill(0, 0, this.count);
    this.max = 0;
    return this;
  }

  /** exp(logit - max): the probabilities before they are normalised. The first `count` count; read only. */
  get weights(): Float64Array {
    if (!this.#weighed) this.#weigh();
    return this.#weights;
  }

  /** The sum of the weights. */
  get total(): number {
    if (!this.#weighed) this.#weigh();
    return this.#total;
  }

  #weigh(): void {
    const { logits, count, max } = this;
    const weights = this.#weights;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = expNegative(logits[i]! - max);
      weights[i] = weight;
      total += weight;
    }
    this.#total = total;
    this.#weighed = true;
  }

  /** log sum exp of the logits, in nats: a logit minus this is the log-probability. */
  get logTotal(): number {
    return this.max + Math.log(this.total);
  }

  /** The probability of the candidate at a position, among the candidates. */
  probability(position: number): number {
    return this.weights[position]! / this.total;
  }

  /** The entropy of the candidates' distribution, in nats. */
  get entropy(): number {
    const { weights, total, logits, max, count } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) if (weights[i]! > 0) sum += weights[i]! * (max - logits[i]!);
    return Math.log(total) + sum / total;
  }

  /** The candidates' tokens, ascending: a view, valid until they change. */
  tokens(): Int32Array {
    return this.ids.subarray(0, this.count);
  }

  /** The position of a token, or -1 when it is no candidate. */
  position(token: number): number {
    return findToken(this.ids, this.count, token);
  }

  /**
   * The positions of the n most probable, in descending order, ties by token; the first `min(n, count)` count. Only what is
   * asked for is sorted, and what was is kept until the candidates change.
   */
  largest(n: number): Int32Array {
    const wanted = Math.min(n, this.count);
    if (wanted > this.#sorted) this.#sort(wanted);
    return this.#order;
  }

  #sort(wanted: number): void {
    const { logits, count } = this;
    if (this.#order.length < count) this.#order = new Int32Array(this.ids.length);
    const cut = this.#selection.find(logits, count, this.max, wanted);
    let { ties } = cut;
    let n = 0;
    for (let i = 0; i < count; i++) {
      if (logits[i]! > cut.border || (logits[i] === cut.border && ties-- > 0)) this.#order[n++] = i;
    }
    sortDescending(this.#order, n, logits);
    this.#sorted = n;
  }

  /** Keeps the candidates whose logit is at least `border`, and the `minKeep` largest in any case. */
  keepAtLeast(border: number, minKeep = 1): void {
    if (border > this.max || (minKeep > 1 && this.#countAtLeast(border) < minKeep)) this.keepLargest(minKeep);
    else this.#compact(this.logits, border, Infinity);
  }

  #countAtLeast(border: number): number {
    let n = 0;
    for (let i = 0; i < this.count; i++) if (this.logits[i]! >= border) n++;
    return n;
  }

  /** Keeps the k largest, k >= 1; of those that tie at the border the lower tokens, or all with `ties`. */
  keepLargest(k: number, { ties = false } = {}): void {
    if (k >= this.count) return;
    if (k <= 1) return this.#compact(this.logits, this.max, ties ? Infinity : 1);
    const { logits } = this;
    if (k <= this.#sorted) {
      const border = logits[this.#order[k - 1]!]!;
      let tied = 1;
      while (tied < k && logits[this.#order[k - 1 - tied]!] === border) tied++;
      return this.#compact(logits, border, ties ? Infinity : tied);
    }
    const cut = this.#selection.find(logits, this.count, this.max, k);
    this.#compact(logits, cut.border, ties ? Infinity : cut.ties);
  }

  /** Keeps the shortest prefix of an order (the most probable first) whose probability reaches `mass`. */
  keepMass(mass: number, { key, strict = false, ties = false, minKeep = 1 }: KeepMassOptions = {}): void {
    const keys = key ? this.#fillKeys(key) : this.logits;
    const highest = key ? 0 : this.max;
    let cut = this.#selection.find(keys, this.count, highest, mass * this.total, this.weights, strict);
    if (minKeep > 1 && this.#countCut(keys, cut.border, cut.ties) < minKeep) {
      cut = this.#selection.find(keys, this.count, highest, minKeep);
    }
    this.#compact(keys, cut.border, ties ? Infinity : cut.ties);
  }

  #countCut(keys: Float64Array, border: number, ties: number): number {
    let n = ties;
    for (let i = 0; i < this.count; i++) if (keys[i]! > border) n++;
    return n;
  }

  /** Keeps the candidates that pass a test of their positions; all of them when none does. Says how many passed. */
  keepIf(test: (position: number) => boolean): number {
    return this.#keepMarked(this.#fillKeys((position) => (test(position) ? 1 : 0)));
  }

  /** Keeps the tokens of a set, or removes them; changes nothing when none would be left. Says how many passed. */
  restrict(tokens: Iterable<number>, rule: 'keep' | 'remove', owner = 'Candidates'): number {
    const [inside, outside] = rule === 'keep' ? [1, 0] : [0, 1];
    const keys = this.#fillKeys(() => outside);
    for (const token of tokens) {
      if (!(Number.isInteger(token) && token >= 0 && token < this.vocabulary)) {
        throw new DomainError(
          `${owner}: tokens must be whole numbers from 0 to ${this.vocabulary - 1}, got ${String(token)}`,
        );
      }
      const position = this.position(token);
      if (position >= 0) keys[position] = inside;
    }
    return this.#keepMarked(keys);
  }

  #keepMarked(marks: Float64Array): number {
    let passed = 0;
    for (let i = 0; i < this.count; i++) passed += marks[i]!;
    if (passed > 0) this.#compact(marks, 1, Infinity);
    return passed;
  }

  /** The weights in ascending order: a sort of them all, for rules that look at the whole order. A view, valid until the next call. */
  sortedWeights(): Float64Array {
    const { weights, count } = this;
    return this.#fillKeys((position) => weights[position]!)
      .subarray(0, count)
      .sort();
  }

  #fillKeys(key: (position: number) => number): Float64Array {
    if (this.#keys.length < this.count) this.#keys = new Float64Array(this.ids.length);
    for (let i = 0; i < this.count; i++) this.#keys[i] = key(i);
    return this.#keys;
  }

  /** Closes the ranks: keeps what has a key above the border, and the first `ties` that equal it. */
  #compact(keys: Float64Array, border: number, ties: number): void {
    const { ids, logits, count } = this;
    const weights = this.#weights;
    let n = 0;
    let total = 0;
    let max = -Infinity;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      if (key < border || (key === border && ties-- <= 0)) continue;
      const logit = logits[i]!;
      if (logit > max) max = logit;
      ids[n] = ids[i]!;
      logits[n] = logit;
      total += weights[n] = weights[i]!;
      n++;
    }
    this.#weighed &&= max === this.max; // without their largest, weights may have lost their digits
    this.#total = total;
    this.count = n;
    this.max = max;
    this.#sorted = 0;
  }
}

/** The position of a token among the first `count` of ascending ones, or -1 (binary search). */
export function findToken(ids: Int32Array, count: number, token: number): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const id = ids[middle]!;
    if (id === token) return middle;
    if (id < token) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
