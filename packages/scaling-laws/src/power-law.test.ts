import { describe, expect, it } from 'vitest';
import { powerLaw } from './power-law.js';

// What all methods of the kind share is checked in its conformance suite. Here stands what is true of this one alone.
describe('power-law', () => {
  it('is the scaled sum', () => {
    expect(powerLaw({ scale: 2 })([1, 2, 3])).toBe(12);
  });
});
