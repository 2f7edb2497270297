/**
 * Where a descending order is cut, without sorting: everything above `border` stays, and the first `ties` of what equals it.
 */
export interface Cut {
  border: number;
  ties: number;
}

const BUCKETS = 1024;

/** How far below the highest key the first look reaches, in nats: little probability lies below. */
const REACH = 30;

/**
 * Finds where the prefix of a descending order reaches a mass: of the k largest when every mass is 1, of the nucleus when the
 * masses are probabilities. Ties count in the order of their positions.
 *
 * The keys are thrown into buckets of equal width, the masses of the buckets are added up from the top, and the bucket that
 * holds the border is looked at again, until one value is left: about two passes over the keys, and nothing is moved. The
 * buffers are kept from call to call.
 */
export class Selection {
  #members = new Int32Array(0);
  #above = 0; // the mass above the bucket that was walked to
  readonly #masses = new Float64Array(BUCKETS);
  readonly #cut: Cut = { border: 0, ties: 0 };

  /**
   * @param highest of the keys, or a number above
   * @param masses of the keys, >= 0; absent: each is 1
   * @param strict whether the mass of the prefix must exceed the target; otherwise it may equal it
   * @returns an object that the next call writes to
   */
  find(keys: Float64Array, count: number, highest: number, target: number, masses?: Float64Array, strict = false): Cut {
    let members: Int32Array | undefined; // absent: all of them
    let left = count;
    let above = 0;
    let low = highest - REACH; // what lies below goes to bucket 0, and is looked at again with its own range
    let high = highest;
    for (;;) {
      if (high > low) {
        const scale = (BUCKETS - 1) / (high - low);
        this.#fill(keys, masses, members, left, low, scale);
        const bucket = this.#walk(above, target, strict);
        const narrowed = this.#narrow(keys, members, left, low, scale, bucket);
        if (narrowed > 0) {
          // 0: all lies above the first reach, and the target is not reached
          left = narrowed;
          above = this.#above;
          members = this.#members;
        }
      }
      [low, high] = rangeOf(keys, members, left);
      if (low === high) return this.#amongTies(masses, members, left, low, target - above, strict);
      low = Math.max(low, high - Number.MAX_VALUE); // so that the width is finite
    }
  }

  /** From the top to the bucket that reaches the target. */
  #walk(above: number, target: number, strict: boolean): number {
    let bucket = BUCKETS - 1;
    for (; bucket > 0; bucket--) {
      const mass = this.#masses[bucket]!;
      if (mass > 0 && (strict ? above + mass > target : above + mass >= target)) break;
      above += mass;
    }
    this.#above = above;
    return bucket;
  }

  /** The mass in each bucket. */
  #fill(
    keys: Float64Array,
    masses: Float64Array | undefined,
    members: Int32Array | undefined,
    left: number,
    low: number,
    scale: number,
  ): void {
    const sums = this.#masses.fill(0);
    for (let j = 0; j < left; j++) {
      const position = members ? members[j]! : j;
      sums[bucketOf(keys[position]!, low, scale)]! += masses ? masses[position]! : 1;
    }
  }

  /** Makes the members of one bucket the members. */
  #narrow(
    keys: Float64Array,
    members: Int32Array | undefined,
    left: number,
    low: number,
    scale: number,
    bucket: number,
  ): number {
    if (this.#members.length < left) this.#members = new Int32Array(left);
    const narrowed = this.#members;
    const last = bucket === BUCKETS - 1;
    let n = 0;
    for (let j = 0; j < left; j++) {
      const position = members ? members[j]! : j;
      const place = (keys[position]! - low) * scale; // compared as it is: quicker than finding its bucket
      if (bucket === 0 ? !(place >= 1) : place >= bucket && (last || place < bucket + 1)) narrowed[n++] = position;
    }
    return n;
  }

  /** How many equal keys the rest of the target takes: at least one, at most all. */
  #amongTies(
    masses: Float64Array | undefined,
    members: Int32Array | undefined,
    left: number,
    border: number,
    target: number,
    strict: boolean,
  ): Cut {
    let ties = 0;
    let mass = 0;
    do {
      const position = members ? members[ties]! : ties;
      mass += masses ? masses[position]! : 1;
      ties++;
    } while (ties < left && (strict ? mass <= target : mass < target));
    this.#cut.border = border;
    this.#cut.ties = ties;
    return this.#cut;
  }
}

/** The lowest and the highest key of the members. */
function rangeOf(keys: Float64Array, members: Int32Array | undefined, left: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let j = 0; j < left; j++) {
    const key = keys[members ? members[j]! : j]!;
    if (key < low) low = key;
    if (key > high) high = key;
  }
  return [low, high];
}

/** The lowest key falls into bucket 0, the highest into the last one or the last but one; both even where the scale is Infinity. */
function bucketOf(key: number, low: number, scale: number): number {
  const place = (key - low) * scale; // NaN for 0 times Infinity
  return place > 0 ? (place < BUCKETS ? place | 0 : BUCKETS - 1) : 0;
}

/** Sorts the first `count` positions by their keys, descending, ties by position (heap sort: in place). */
export function sortDescending(positions: Int32Array, count: number, keys: Float64Array): void {
  for (let root = (count >> 1) - 1; root >= 0; root--) siftDown(positions, root, count, keys);
  for (let end = count - 1; end > 0; end--) {
    const last = positions[end]!;
    positions[end] = positions[0]!;
    positions[0] = last;
    siftDown(positions, 0, end, keys);
  }
}

/** Keeps what comes last in the order at the root of the heap. */
function siftDown(positions: Int32Array, root: number, end: number, keys: Float64Array): void {
  const sifted = positions[root]!;
  let hole = root;
  for (let child = 2 * hole + 1; child < end; child = 2 * hole + 1) {
    if (child + 1 < end && follows(positions[child + 1]!, positions[child]!, keys)) child++;
    if (!follows(positions[child]!, sifted, keys)) break;
    positions[hole] = positions[child]!;
    hole = child;
  }
  positions[hole] = sifted;
}

const follows = (a: number, b: number, keys: Float64Array): boolean =>
  keys[a]! < keys[b]! || (keys[a] === keys[b] && a > b);
