import { PairMap } from './pair-map.js';

/**
 * The tokens of a vocabulary by their symbols. Node 0 is the root; the other nodes are the prefixes of tokens, in the order in which they come.
 */
export class Trie {
  readonly #children: PairMap;
  /** The first token that ends at a node, or -1. */
  readonly #tokens: Int32Array;
  /** The next token of the same symbols, or -1: two merges may give the same string. */
  readonly twins: Int32Array;

  constructor(pieces: readonly ArrayLike<number>[]) {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 1);
    this.#children = new PairMap(pieces.length);
    this.#tokens = new Int32Array(length).fill(-1);
    this.twins = new Int32Array(pieces.length).fill(-1);
    for (let token = pieces.length - 1; token >= 0; token--) {
      const node = this.#add(pieces[token]!);
      this.twins[token] = this.#tokens[node]!;
      this.#tokens[node] = token;
    }
  }

  /** The node below a node, or -1. */
  child(node: number, symbol: number): number {
    return this.#children.get(node, symbol) + 1 || -1;
  }

  /** The token that ends at a node, the first of several; -1 for none. */
  token(node: number): number {
    return this.#tokens[node]!;
  }

  #add(piece: ArrayLike<number>): number {
    let node = 0;
    for (let i = 0; i < piece.length; i++) node = this.#children.add(node, piece[i]!) + 1;
    return node;
  }
}
