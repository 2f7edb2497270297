import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PairMap } from './pair-map.js';
import { Heap } from './heap.js';

it('a pair map numbers pairs in the order in which they come', () => {
  const number = fc.oneof(fc.nat({ max: 5 }), fc.nat());
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 200 }), fc.nat({ max: 20 }), (pairs, capacity) => {
      const [map, plain] = [new PairMap(capacity), new Map<string, number>()];
      for (const pair of pairs) {
        expect(map.get(...pair)).toBe(plain.get(pair.join()) ?? -1);
        if (!plain.has(pair.join())) plain.set(pair.join(), plain.size);
        expect(map.add(...pair)).toBe(plain.get(pair.join()));
      }
      expect(map.size).toBe(plain.size);
    }),
  );
});

it('a heap gives its items in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (items) => {
      const heap = new Heap((a, b) => a < b);
      for (const item of items) heap.push(item);
      expect(items.map(() => heap.pop())).toEqual(items.toSorted((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
