import { PairMap, atLeast } from './pair-map.js';
import type { Training } from './training.js';

/** Progress is told after this many tokens. */
const STEP = 2 ** 16;

/**
 * The counts of all n-grams of a text up to a length, in one trie that is read backwards: the children of a node are its string with one more token before
 * it. So a context is looked up from its newest token to its oldest, each step one length longer; and the number of a node's children is in how many
 * contexts its string stands, which is what Kneser-Ney smoothing counts.
 *
 * Node 0 is the empty string; the others are numbered as they first come.
 */
export class NgramCounts {
  readonly #children = new PairMap(1024);
  /** How often the string of a node stands in the text. */
  counts: Int32Array = new Int32Array(1024);
  /** How many tokens stand before it. */
  leftContexts: Int32Array = new Int32Array(1024);
  /** Its last token, and the node of the string without it: its context. */
  tokens: Int32Array = new Int32Array(1024);
  contexts: Int32Array = new Int32Array(1024);
  /** How many tokens it has. */
  lengths: Int32Array = new Int32Array(1024);
  /** The nodes whose context is node c: `followers[starts[c]]` to `followers[starts[c + 1] - 1]`. */
  starts: Int32Array = new Int32Array(0);
  followers: Int32Array = new Int32Array(0);

  private constructor(readonly order: number) {}

  /** The number of nodes. */
  get size(): number {
    return this.#children.size + 1;
  }

  /** Counts all n-grams of 1 to `order` tokens. */
  static *of(tokens: ArrayLike<number>, order: number, label: string): Training<NgramCounts> {
    const ngrams = new NgramCounts(order);
    let before = new Int32Array(order + 1); // the nodes of the last 0, 1, ... tokens
    let now = new Int32Array(order + 1);
    for (let i = 0; i < tokens.length; i++) {
      if (i % STEP === 0) yield { label, step: i, of: tokens.length };
      for (let length = 1; length <= Math.min(order, i + 1); length++)
        now[length] = ngrams.#count(now[length - 1]!, tokens[i - length + 1]!, tokens[i]!, before[length - 1]!, length);
      [before, now] = [now, before];
    }
    ngrams.counts[0] = tokens.length;
    ngrams.#link();
    return ngrams;
  }

  /** The node of a string with one more token before it, or -1. */
  child(node: number, token: number): number {
    return this.#children.get(node, token) + 1 || -1;
  }

  #count(parent: number, oldest: number, token: number, context: number, length: number): number {
    const known = this.size;
    const node = this.#children.add(parent, oldest) + 1;
    if (node === known) {
      if (node >= this.counts.length) this.#reserve(node + 1);
      this.leftContexts[parent]!++;
      this.tokens[node] = token;
      this.contexts[node] = context;
      this.lengths[node] = length;
    }
    this.counts[node]!++;
    return node;
  }

  #reserve(length: number): void {
    this.counts = atLeast(this.counts, length);
    this.leftContexts = atLeast(this.leftContexts, length);
    this.tokens = atLeast(this.tokens, length);
    this.contexts = atLeast(this.contexts, length);
    this.lengths = atLeast(this.lengths, length);
  }

  /** Sorts the nodes by their contexts. */
  #link(): void {
    const { size } = this;
    this.starts = new Int32Array(size + 1);
    this.followers = new Int32Array(size - 1);
    for (let node = 1; node < size; node++) this.starts[this.contexts[node]! + 1]!++;
    for (let node = 0; node < size; node++) this.starts[node + 1]! += this.starts[node]!;
    const filled = this.starts.slice();
    for (let node = 1; node < size; node++) this.followers[filled[this.contexts[node]!]!++] = node;
  }
}
