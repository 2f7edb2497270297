import { Random } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { type Distribution, digitsOf, distribution, resized, withShare } from '../src/lab/distribution.js';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Distributions of all sizes, some with a place that is empty, one with nothing beside the first place. */
const distributions: Distribution[] = Array.from({ length: 60 }, (_, i) => {
  const drawn = Array.from(new Random(i).dirichlet(2 + (i % 11), 0.5));
  return i % 3 === 0 ? resized(drawn, drawn.length + 1) : drawn;
}).concat([[1, 0, 0]]);

describe('a distribution', () => {
  it.each([0, 1e-4, 0.25, 0.9, 1])('stays one when a place gets %d, and the others keep their proportions', (share) => {
    for (const values of distributions) {
      for (const index of values.keys()) {
        const moved = withShare(values, index, share);
        expect(sum(moved)).toBeCloseTo(1, 9);
        expect(moved[index]).toBe(share);
        const rest = sum(values.filter((_, i) => i !== index));
        values.forEach((value, i) => {
          const due = rest > 0 ? ((1 - share) * value) / rest : (1 - share) / (values.length - 1);
          if (i !== index) expect(moved[i]).toBeCloseTo(due, 9);
        });
      }
    }
  });

  it('gets empty places at the end, and gives them up without a trace', () => {
    expect(resized([0.5, 0.5], 4)).toEqual([0.5, 0.5, 0, 0]);
    expect(resized(resized([0.5, 0.5], 4), 2)).toEqual([0.5, 0.5]);
    expect(resized([0.5, 0.25, 0.25], 2)).toEqual([2 / 3, 1 / 3]);
    expect(resized([0, 0, 1], 2)).toEqual([0.5, 0.5]);
  });

  it('is written in six digits, and read whatever its sum is', () => {
    const field = distribution([0.5, 0.5], 3);
    for (const values of distributions.filter(({ length }) => length <= 12)) {
      const read = distribution([1, 0]).read([], digitsOf(values).join(','), '')!;
      values.forEach((value, i) => expect(Math.abs(read[i]! - value)).toBeLessThan(1e-5));
      expect(sum(read)).toBeCloseTo(1, 12);
    }
    expect(field.read([], '2,1,1', '')).toEqual([0.5, 0.25, 0.25]);
    for (const text of ['1', '1,2,3,4', '1,-1', '0,0', 'a,b', '1,,1', '1,Infinity', ''])
      expect(field.read([], text, ''), text).toBeUndefined();
  });
});
