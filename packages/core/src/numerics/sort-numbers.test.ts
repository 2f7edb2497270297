import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortNumbers, sortedOrder } from './sort-numbers.js';

describe('sorting', () => {
  const any = fc.oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0, 1, -1, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE),
    fc.integer({ min: -40, max: 40 }).map((k) => 1 + k * 2 ** -50),
  );
  const lists = fc.oneof(
    fc.array(any, { maxLength: 40 }),
    fc.array(any, { minLength: 128, maxLength: 600, size: 'max' }),
  );

  it('is what comparing finds, with equal numbers in their order', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const numbers = Float64Array.from(list, (value) => value + 0); // no -0, which equals 0
        const { values, order } = sortNumbers(numbers);
        const expected = Int32Array.from(numbers.keys()).sort((a, b) =>
          numbers[a]! < numbers[b]! ? -1 : numbers[a]! > numbers[b]! ? 1 : a - b,
        );
        expect(order).toEqual(expected);
        expect(values).toEqual(Float64Array.from(expected, (i) => numbers[i]!));
      }),
    );
  });

  it('leaves its argument as it was, also where it is a part of a longer array', () => {
    const all = Float64Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    const part = all.subarray(300, 700);
    const before = part.slice();
    expect(sortNumbers(part).values).toEqual(before.slice().sort());
    expect(part).toEqual(before);
  });

  it('gives the order either way, equal ones by their index', () => {
    const some = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 1e-300, Infinity)));
    fc.assert(
      fc.property(some, (list) => {
        const values = Float64Array.from(list);
        const by = (sign: 1 | -1) =>
          Array.from(values.keys()).sort((a, b) =>
            values[a] === values[b] ? a - b : values[a]! < values[b]! ? -sign : sign,
          );
        expect(Array.from(sortedOrder(values, 'ascending'))).toEqual(by(1));
        expect(Array.from(sortedOrder(values, 'descending'))).toEqual(by(-1));
      }),
    );
  });
});
