/**
 * Numbers pairs of integers >= 0 in the order in which they first come: a hash table with open addressing in one typed array. Tries, merge
 * rules and n-gram counts are all maps of pairs (node, symbol), and their speed is this map's.
 */
export class PairMap {
  /** Four numbers for each place: left, right, number + 1 (0: free), and one for the sake of alignment. */
  #table: Int32Array;
  #mask: number;
  #size = 0;

  constructor(capacity = 8) {
    const places = 2 ** Math.ceil(Math.log2(2 * Math.max(capacity, 4)));
    this.#table = new Int32Array(4 * places);
    this.#mask = places - 1;
  }

  /** How many pairs there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of a pair, or -1. */
  get(left: number, right: number): number {
    return this.#table[this.#place(left, right) + 2]! - 1;
  }

  /** The number of a pair; a new pair gets the next one, `size` as it was before. */
  add(left: number, right: number): number {
    const place = this.#place(left, right);
    const found = this.#table[place + 2]! - 1;
    if (found >= 0) return found;
    this.#put(place, left, right, this.#size);
    if (2 * ++this.#size > this.#mask) this.#grow();
    return this.#size - 1;
  }

  /** Where the pair stands, or the free place where it belongs. */
  #place(left: number, right: number): number {
    const table = this.#table;
    let h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    let place = ((h ^ (h >>> 13)) & this.#mask) << 2;
    while (table[place + 2] !== 0 && (table[place] !== left || table[place + 1] !== right)) {
      place = (place + 4) & (table.length - 1);
    }
    return place;
  }

  #put(place: number, left: number, right: number, number: number): void {
    this.#table[place] = left;
    this.#table[place + 1] = right;
    this.#table[place + 2] = number + 1;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(2 * old.length);
    this.#mask = this.#table.length / 4 - 1;
    for (let i = 0; i < old.length; i += 4) {
      if (old[i + 2] !== 0) this.#put(this.#place(old[i]!, old[i + 1]!), old[i]!, old[i + 1]!, old[i + 2]! - 1);
    }
  }
}

/** The same numbers in an array that holds at least `length`: at least twice as long when it must grow, filled up with `fill`. */
export function atLeast(array: Int32Array, length: number, fill = 0): Int32Array {
  if (array.length >= length) return array;
  const longer = new Int32Array(Math.max(length, 2 * array.length)).fill(fill, array.length);
  longer.set(array);
  return longer;
}
