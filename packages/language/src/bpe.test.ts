import { describe, expect, it } from 'vitest';
import { bpe } from './bpe.js';

// What all methods of the kind share is checked in its conformance suite. Here stands what is true of this one alone.
describe('bpe', () => {
  it('is the scaled sum', () => {
    expect(bpe({ scale: 2 })([1, 2, 3])).toBe(12);
  });
});
