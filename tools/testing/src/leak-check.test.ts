import { type Tensor, add, dispose, keep, memory, mul, scalar, tidy } from '@surprisal/core/tensor';
import { afterEach, expect, it } from 'vitest';
import { expectNoLeak } from './leak-check.js';

const leaked: Tensor[] = [];
const leak = () => void leaked.push(keep(scalar(1)));
afterEach(() => dispose(leaked.splice(0)));

it('passes a function that leaves behind what it returns, and disposes of that', () => {
  const before = memory().numTensors;
  expectNoLeak(() => tidy(() => add(mul(scalar(2), 3), 1)));
  expectNoLeak(() => [scalar(1), scalar(2)]);
  expectNoLeak(() => {
    tidy(() => void mul(scalar(2), 3));
  });
  expect(memory().numTensors).toBe(before);
});

it('fails a function that leaves something else behind', () => {
  const message = /tensors left behind: expected 2 to be 1/;
  expect(() =>
    expectNoLeak(() => {
      leak();
      return scalar(1);
    }),
  ).toThrow(message);
  expect(() => expectNoLeak(leak)).toThrow(/tensors left behind: expected 1 to be \+?0/);
});

it('takes what is made once for no leak', () => {
  expectNoLeak(() => {
    if (leaked.length === 0) leak();
  });
});

it('fails a function that disposes of what is not its own', () => {
  for (let i = 0; i < 2; i++) leak();
  expect(() => expectNoLeak(() => dispose(leaked.pop()!))).toThrow(/tensors left behind/);
});
