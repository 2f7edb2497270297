/**
 * The indices that sort numbers, equal ones by their index: a radix sort of their bits, 16 at a time, some ten times as fast as a comparison of
 * each with others.
 *
 * @param values no NaN
 */
export function sortedOrder(values: Float64Array, direction: 'ascending' | 'descending'): Int32Array {
  const digits = sortableDigits(values, direction);
  let order = Int32Array.from(values, (_, i) => i);
  let next = new Int32Array(values.length);
  const begins = new Int32Array(65_537);
  for (let digit = 0; digit < 4; digit++) {
    begins.fill(0);
    for (let i = digit; i < digits.length; i += 4) begins[digits[i]! + 1]!++;
    if (begins.includes(values.length)) continue; // all have this digit in common
    for (let value = 0; value < 65_536; value++) begins[value + 1]! += begins[value]!;
    for (const i of order) next[begins[digits[4 * i + digit]!]!++] = i;
    [order, next] = [next, order];
  }
  return order;
}

/** Four digits per number, the lowest first, whose order is that of the numbers: negative ones have all bits turned, others the sign. */
function sortableDigits(values: Float64Array, direction: 'ascending' | 'descending'): Uint16Array {
  const bits = new Uint32Array(values.map((value) => value + 0).buffer); // -0 becomes 0
  const turn = direction === 'ascending' ? 0 : -1;
  for (let high = 1; high < bits.length; high += 2) {
    const negative = bits[high]! >>> 31 === 1 ? -1 : 0;
    bits[high] = bits[high]! ^ (negative | 0x80000000) ^ turn;
    bits[high - 1] = bits[high - 1]! ^ negative ^ turn;
  }
  return new Uint16Array(bits.buffer);
}
