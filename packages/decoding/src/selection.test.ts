import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Selection, sortDescending } from './selection.js';

const finite = { noNaN: true, noDefaultInfinity: true };
const keys = fc.oneof(
  fc.array(fc.double(finite), { minLength: 1, maxLength: 60 }), // of any size: 5e-324 beside 1.7e308
  fc.array(fc.double({ min: -50, max: 5, noNaN: true }), { minLength: 1, maxLength: 200 }),
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 }), // ties
);
const descending = (values: readonly number[]) =>
  values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || Number(values[b]! > values[a]!) || a - b);

/** The positions that a cut keeps. */
const kept = (values: readonly number[], { border, ties }: { border: number; ties: number }) => {
  let left = ties;
  return values.map((_, i) => i).filter((i) => values[i]! > border || (values[i] === border && left-- > 0));
};

describe('selection', () => {
  const selection = new Selection();

  it('finds the k largest, as a stable sort does', () => {
    fc.assert(
      fc.property(keys, fc.nat(), (values, n) => {
        const k = 1 + (n % values.length);
        const cut = selection.find(Float64Array.from(values), values.length, Math.max(...values), k);
        expect(kept(values, cut)).toEqual(
          descending(values)
            .slice(0, k)
            .sort((a, b) => a - b),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('finds the prefix that reaches a mass, or exceeds it', () => {
    const masses = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(keys, masses, fc.nat(), fc.boolean(), (values, weights, n, strict) => {
        const order = descending(values);
        const total = order.reduce((sum, i) => sum + weights[i]!, 0);
        fc.pre(total > 0);
        const target = strict ? n % (total + 1) : 1 + (n % total);
        let sum = 0;
        let length = 0;
        do sum += weights[order[length++]!]!;
        while (length < order.length && (strict ? sum <= target : sum < target));
        const cut = selection.find(
          Float64Array.from(values),
          values.length,
          Math.max(...values) + 1,
          target,
          Float64Array.from(weights),
          strict,
        );
        const mass = (positions: number[]) => positions.reduce((all, i) => all + weights[i]!, 0);
        const found = kept(values, cut);
        expect(mass(found)).toBe(sum); // tokens of mass 0 may stand on either side
        expect(
          descending(values)
            .slice(0, found.length)
            .sort((a, b) => a - b),
        ).toEqual(found);
      }),
      { numRuns: 500 },
    );
  });

  it('sorts positions, ties by position', () => {
    fc.assert(
      fc.property(keys, (values) => {
        const positions = Int32Array.from(values, (_, i) => values.length - 1 - i);
        sortDescending(positions, values.length, Float64Array.from(values));
        expect([...positions]).toEqual(descending(values));
      }),
    );
  });
});
