import { DomainError } from '@surprisal/core';
import { logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Candidates } from './candidates.js';

const load = (...row: number[]) => new Candidates().load(row);
const tokens = (candidates: Candidates) => [...candidates.tokens()];

describe('candidates', () => {
  it('sorts as much as is asked for', () => {
    fc.assert(
      fc.property(logits(1, 30), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), ({ data }, m, n) => {
        const candidates = new Candidates().load(data);
        const sorted = Array.from(data, (_, i) => i).sort((a, b) => data[b]! - data[a]! || a - b);
        for (const wanted of [m, n, m]) {
          expect([...candidates.largest(wanted)].slice(0, Math.min(wanted, 30))).toEqual(sorted.slice(0, wanted));
        }
        candidates.keepLargest(n); // by what is sorted already, or not
        expect(tokens(candidates)).toEqual(sorted.slice(0, n).sort((a, b) => a - b));
      }),
    );
  });

  it('keeps exact probabilities when the most probable are taken away', () => {
    const candidates = load(2000, 0, Math.log(3));
    expect(candidates.probability(1)).toBe(0);
    candidates.keepIf((position) => position > 0);
    expect([candidates.probability(0), candidates.probability(1)]).toEqual([
      expect.closeTo(0.25, 14),
      expect.closeTo(0.75, 14),
    ]);
  });

  it('changes nothing when none would be left, and says so', () => {
    const candidates = load(1, 2, 3);
    expect(candidates.keepIf(() => false)).toBe(0);
    expect(candidates.restrict([0, 1, 2], 'remove')).toBe(0);
    expect(tokens(candidates)).toEqual([0, 1, 2]);
    expect(candidates.restrict([1, 2], 'keep')).toBe(2);
    expect(candidates.position(0)).toBe(-1);
    expect(candidates.position(2)).toBe(1);
  });

  it('refuses what a sampler must not write', () => {
    const candidates = load(1, 2, 3);
    candidates.logits[1] = NaN;
    expect(() => candidates.changed('mine')).toThrow(
      new DomainError('mine: logits must be numbers, got NaN for token 1'),
    );
    expect(() => load(1, 2).restrict([2], 'keep', 'mine')).toThrow(
      new DomainError('mine: tokens must be whole numbers from 0 to 1, got 2'),
    );
  });

  it('takes infinite logits for limits, written ones too', () => {
    const candidates = load(1, 2, 3);
    candidates.logits.set([-Infinity, 5, Infinity]);
    expect(tokens(candidates.changed())).toEqual([2]);
    expect(tokens(load(Infinity, 0, Infinity))).toEqual([0, 2]);
    expect(load(Infinity, 0, Infinity).probability(1)).toBe(0.5);
  });

  it('measures entropy without regard to what is impossible', () => {
    expect(load(0, -Infinity, 0).entropy).toBeCloseTo(Math.LN2, 14);
    expect(load(1e308, -1e308, 0).entropy).toBe(0);
    expect(load(0, 0, 0).logTotal).toBeCloseTo(Math.log(3), 14);
  });

  it('refuses rows that lie outside of their data', () => {
    const candidates = new Candidates();
    expect(() => candidates.load({ data: [1, 2, 3, 4], shape: [2, 2], row: 2 }, 'x')).toThrow(
      'x: row must be a whole number from 0 to 1, got 2',
    );
    expect(() => candidates.load({ data: [1, 2, 3], shape: [2, 2], row: 1 }, 'x')).toThrow(
      'x: logits must lie within their 3 data, got a row from 2 to 3 in steps of 1',
    );
    expect(tokens(candidates.load({ data: [1, 2, 3], shape: [3], offset: 2, stride: -1 }))).toEqual([0, 1, 2]);
    expect([...candidates.logits]).toEqual([3, 2, 1]);
  });
});
