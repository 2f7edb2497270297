import { ShapeError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerConvexHull, paretoFrontier } from './pareto-frontier.js';

// Whole numbers, whose logarithms rounding keeps apart.
const clouds = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 1000 })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((points) => ({ C: points.map(([c]) => c), L: points.map(([, l]) => l / 100) }));

describe('the frontier', () => {
  it('holds exactly the points that none beats', () => {
    fc.assert(
      fc.property(clouds, (points) => {
        const { C, L } = points;
        const frontier = new Set(paretoFrontier(points));
        C.forEach((c, i) => {
          const beaten = C.some((other, j) => (other < c && L[j]! <= L[i]!) || (other === c && L[j]! < L[i]!));
          if (frontier.has(i)) expect(beaten).toBe(false);
          else expect(beaten || C.some((other, j) => j !== i && other === c && L[j] === L[i])).toBe(true);
        });
      }),
    );
  });

  it('falls in loss, and so does its hull, which is a part of it and bends upward', () => {
    fc.assert(
      fc.property(clouds, fc.constantFrom('lnC-lnL' as const, 'lnC-L' as const), (points, axes) => {
        const frontier = paretoFrontier(points);
        const hull = lowerConvexHull(points, frontier, axes);
        expect(frontier).toEqual(expect.arrayContaining(hull));
        expect([hull[0], hull.at(-1)]).toEqual([frontier[0], frontier.at(-1)]);
        const y = (i: number) => (axes === 'lnC-L' ? points.L[i]! : Math.log(points.L[i]!));
        const slopes = hull
          .slice(1)
          .map((i, k) => (y(i) - y(hull[k]!)) / (Math.log(points.C[i]!) - Math.log(points.C[hull[k]!]!)));
        expect(slopes.every((slope) => slope < 0)).toBe(true);
        expect(slopes.every((slope, k) => k === 0 || slope > slopes[k - 1]!)).toBe(true);
      }),
    );
  });

  it('does not depend on the order of the points', () => {
    fc.assert(
      fc.property(clouds, (points) => {
        const reversed = { C: points.C.toReversed(), L: points.L.toReversed() };
        const losses = (cloud: typeof points) => paretoFrontier(cloud).map((i) => cloud.L[i]);
        expect(losses(reversed)).toEqual(losses(points));
      }),
    );
  });

  it('of equal compute keeps the lower loss, and of a line its ends', () => {
    expect(paretoFrontier({ C: [5, 5, 7], L: [3, 2, 2] })).toEqual([1]);
    const line = { C: [1, 2, 4, 8], L: [8, 4, 2, 1] };
    expect(lowerConvexHull(line, paretoFrontier(line))).toEqual([0, 3]);
  });

  it('refuses columns that are empty, ragged or not positive', () => {
    expect(() => paretoFrontier({ C: [], L: [] })).toThrow(ShapeError);
    expect(() => paretoFrontier({ C: [1, 2], L: [1] })).toThrow('L must hold 2 values, got 1');
    expect(() => paretoFrontier({ C: [1, 0], L: [1, 1] })).toThrow(
      'C must be greater than 0 and finite, got 0 at index 1',
    );
  });
});
