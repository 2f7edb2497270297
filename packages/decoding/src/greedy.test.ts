import { describe, expect, it } from 'vitest';
import { greedy } from './greedy.js';

describe('greedy', () => {
  it('takes the lowest of the tokens that tie', () => {
    expect(greedy().sample([1, 3, 3, 2])).toBe(1);
    expect(greedy().sample(Float32Array.of(3, 3, 3))).toBe(0);
  });
});
