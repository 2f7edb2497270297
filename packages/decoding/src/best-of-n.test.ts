import { DomainError } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { bestOfN, majorityVote } from './best-of-n.js';

describe('best of N', () => {
  it('is the first of the highest score, awaited', async () => {
    expect(await bestOfN([3, 5, 5, 1], async (value) => Promise.resolve(value))).toEqual({
      best: 5,
      index: 1,
      score: 5,
    });
    expect((await bestOfN([NaN, -Infinity, NaN], (value) => value)).index).toBe(1);
    expect((await bestOfN([NaN, NaN], (value) => value)).index).toBe(0);
    await expect(bestOfN([], () => 1)).rejects.toThrow(DomainError);
  });
});

describe('majority vote', () => {
  it('takes the most frequent answer, the first given among equals', () => {
    expect(majorityVote(['b', 'a', 'a', 'b', 'c'])).toEqual({ answer: 'b', votes: 2, share: 0.4 });
  });

  it('counts what has the same key, leaves abstentions out, and weighs', () => {
    const answers = ['42', ' 42', undefined, '7'];
    expect(majorityVote(answers, { key: (answer) => Number(answer) })).toEqual({
      answer: '42',
      votes: 2,
      share: 2 / 3,
    });
    expect(majorityVote(answers, { weights: [0.1, 0.2, 9, 0.4] }).answer).toBe('7');
  });

  it('with weights that are all the same is the plain vote', () => {
    const answers = [1, 2, 2, 3, 3, 3];
    expect(majorityVote(answers, { weights: Array(6).fill(0.5) })).toMatchObject({ answer: 3, share: 0.5 });
  });

  it('refuses an empty vote and weights that are none', () => {
    expect(() => majorityVote([])).toThrow(new DomainError('majorityVote: answers must hold a vote, got none'));
    expect(() => majorityVote([1], { weights: [-1] })).toThrow(/weights must be 1 numbers >= 0/);
    expect(() => majorityVote([1, 2], { weights: [1] })).toThrow(DomainError);
  });
});
