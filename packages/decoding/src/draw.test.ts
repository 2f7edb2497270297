import { Random } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { Candidates } from './candidates.js';
import { drawFrom, inverseCdf } from './draw.js';
import { Draws } from './draws.js';

const candidates = new Candidates().load([0.1, -Infinity, 0.2, 0.3, 0.4].map((p) => (p > 0 ? Math.log(p) : p)));

describe('the draw', () => {
  it.each(['inverse', 'gumbel'] as const)('%s: follows the distribution', (rule) => {
    const draws = new Draws(new Random(1));
    const n = 40_000;
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < n; i++) counts[drawFrom(candidates, draws, rule)]!++;
    const chiSquare = [0.1, 0, 0.2, 0.3, 0.4].reduce(
      (sum, p, i) => sum + (p > 0 ? (counts[i]! - n * p) ** 2 / (n * p) : counts[i]!),
      0,
    );
    expect(chiSquare).toBeLessThan(16.27); // three degrees of freedom, 0.1%
  });

  it('takes the first token whose cumulative probability exceeds u', () => {
    const even = new Candidates().load([0, -Infinity, 0, 0, 0]);
    expect([0, 0.2499, 0.25, 0.5, 0.75, 1 - 2 ** -53].map((u) => inverseCdf(even, u))).toEqual([0, 0, 2, 3, 4, 4]);
  });

  it('never gives a token of probability 0, not even for the last sliver', () => {
    expect(inverseCdf(new Candidates().load([0, 0, -1e30]), 1)).toBe(1);
  });
});
