import { ndarray } from '@surprisal/core';
import { type Tensor, div, log, mul, pow, square, sum, withGradient } from '@surprisal/core/tensor';
import { expect, it } from 'vitest';
import { expectGradient } from './gradient-check.js';
import { onEngines } from './engines.js';

const x = ndarray(Float64Array.of(0.5, -1.5, 2), [3]);
const y = ndarray(Float64Array.of(1.5, 0.5, 1), [3]);

/** The square, whose gradient is said to be `factor * x`. */
const squareWith = (factor: number) => {
  const f = withGradient({ forward: ([x]) => square(x!), gradient: (dy, [x]) => [mul(dy, mul(x!, factor))] });
  return (x: Tensor) => f([x]);
};

onEngines(['cpu', 'wasm'], () => {
  it('passes a right gradient', () => {
    expectGradient(square, [x]);
    expectGradient(squareWith(2), [x]);
    expectGradient((x, y) => sum(mul(x!, log(y!))), [x, y]);
  });

  it('fails a wrong gradient, and names the component', () => {
    expect(() => expectGradient(squareWith(1), [x])).toThrow(
      /input 0, component 0: gradient 0\.5, differences (1|0\.999)/,
    );
    expect(() => expectGradient(squareWith(2.1), [x])).toThrow(/component 0/);
  });

  it('checks every input', () => {
    const wrong = squareWith(-2);
    expect(() => expectGradient((x, y) => mul(x!, wrong(y!)), [x, y])).toThrow(/input 1, component 0/);
  });

  it('allows what it is told to', () => {
    expectGradient(squareWith(2.1), [x], { relative: 0.06 });
    expect(() => expectGradient(squareWith(2.1), [x], { relative: 0.04, absolute: 0 })).toThrow();
  });

  it('has differences that are right for a quartic but for rounding', () => {
    expectGradient((x) => div(pow(x!, 4), 4), [x], { step: 0.1, absolute: 1e-4, relative: 1e-4 });
  });

  it('does not fail in silence where the gradient is not finite', () => {
    expect(() => expectGradient(squareWith(NaN), [x])).toThrow(/component 0: gradient NaN/);
  });
});
