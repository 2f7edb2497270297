/** Numbers in rising order, and where each stood before. */
export interface SortedNumbers {
  readonly values: Float64Array;
  readonly order: Int32Array;
}

/**
 * Sorts numbers, none of which is NaN, in rising order; equal ones keep their order, and -0 comes before 0.
 *
 * By counting the upper halves of the floats, eleven bits at a time, and by comparison what these leave equal: several times as fast as to
 * sort indices by comparison.
 *
 * @example
 * import { sortNumbers } from '@surprisal/core/numerics';
 *
 * console.log(sortNumbers(Float64Array.of(3, 1, 2)).order.join()); // 1,2,0
 */
export function sortNumbers(numbers: Float64Array): SortedNumbers {
  const sorted = numbers.length < FEW ? inOrder(numbers) : sortByUpperHalves(numbers);
  const halves = new Uint32Array(sorted.values.buffer);
  const same = (i: number, j: number) => numbers.length < FEW || halves[2 * i + UPPER] === halves[2 * j + UPPER];
  for (let start = 0, end = 1; start < numbers.length; start = end++) {
    while (end < numbers.length && same(start, end)) end++;
    if (end - start > 1) compareWithin(sorted, start, end);
  }
  return sorted;
}

/**
 * The indices that sort numbers, none of which is NaN; those of equal ones rise either way, and -0 equals 0.
 *
 * @example
 * import { sortedOrder } from '@surprisal/core/numerics';
 *
 * console.log(sortedOrder(Float64Array.of(2, 3, 2), 'descending').join()); // 1,0,2
 */
export function sortedOrder(numbers: Float64Array, direction: 'ascending' | 'descending'): Int32Array {
  const sign = direction === 'ascending' ? 1 : -1;
  return sortNumbers(numbers.map((value) => sign * value + 0)).order; // -0 becomes 0
}

/** Below, comparing is faster than setting up the counts. */
const FEW = 128;

/** Which half of a float holds the sign, the exponent and the first bits after the point. */
const UPPER = new Uint32Array(Float64Array.of(1).buffer).findIndex((half) => half !== 0);

function inOrder(numbers: Float64Array) {
  const order = new Int32Array(numbers.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return { values: numbers.slice(), order };
}

const DIGIT = 11;
const MASK = (1 << DIGIT) - 1;

/** Radix sort in three passes, each of which keeps the order of the one before. */
function sortByUpperHalves(numbers: Float64Array) {
  let from = inOrder(numbers);
  let to = { values: new Float64Array(numbers.length), order: new Int32Array(numbers.length) };
  for (let shift = 0; shift < 32; shift += DIGIT) {
    pass(from, to, shift);
    [from, to] = [to, from];
  }
  return from;
}

function pass(from: SortedNumbers, to: SortedNumbers, shift: number): void {
  const halves = new Uint32Array(from.values.buffer);
  const places = new Uint32Array(MASK + 2);
  const size = from.values.length;
  for (let i = 0; i < size; i++) places[digitOf(halves[2 * i + UPPER]!, shift) + 1]!++;
  for (let digit = 1; digit <= MASK; digit++) places[digit]! += places[digit - 1]!;
  for (let i = 0; i < size; i++) {
    const place = places[digitOf(halves[2 * i + UPPER]!, shift)]!++;
    to.values[place] = from.values[i]!;
    to.order[place] = from.order[i]!;
  }
}

/** Some bits of an upper half, so changed that it rises with the number: the sign flipped, and all bits of what is negative. */
const digitOf = (half: number, shift: number) => ((half ^ ((half >> 31) | 0x80000000)) >>> shift) & MASK;

/** Sorts a part: a handful by insertion. What is in order, as equal numbers are, stays. */
function compareWithin({ values, order }: SortedNumbers, start: number, end: number): void {
  if (end - start > 16) return compareMany(values.subarray(start, end), order.subarray(start, end));
  for (let i = start + 1; i < end; i++) {
    const [value, index] = [values[i]!, order[i]!];
    let j = i - 1;
    for (; j >= start && values[j]! > value; j--) {
      values[j + 1] = values[j]!;
      order[j + 1] = order[j]!;
    }
    values[j + 1] = value;
    order[j + 1] = index;
  }
}

function compareMany(values: Float64Array, order: Int32Array): void {
  if (values.every((value, i) => i === 0 || value >= values[i - 1]!)) return;
  const places = Int32Array.from(order.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  values.set(Float64Array.from(places, (place) => values[place]!));
  order.set(Int32Array.from(places, (place) => order[place]!));
}
