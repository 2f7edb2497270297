/** Numbers in rising order, and where each stood before. */
export interface SortedNumbers {
  readonly values: Float64Array;
  readonly order: Int32Array;
}

/**
 * Sorts numbers, none of which is NaN; equal ones keep their order.
 *
 * By counting the upper halves of the floats, eleven bits at a time, and by comparison what these leave equal: about ten times faster than
 * to sort indices by comparison, and no slower than to sort the numbers alone.
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

/** Sorts a part: a handful by insertion. */
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
  const places = Int32Array.from(order.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  values.set(Float64Array.from(places, (place) => values[place]!));
  order.set(Int32Array.from(places, (place) => order[place]!));
}
