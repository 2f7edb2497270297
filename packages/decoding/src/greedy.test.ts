import { describe, expect, it } from 'vitest';
import { greedy } from './greedy.js';

// What all methods of the kind share is checked in its conformance suite. Here stands what is true of this one alone.
describe('greedy', () => {
  it('is the scaled sum', () => {
    expect(greedy({ scale: 2 })([1, 2, 3])).toBe(12);
  });
});
