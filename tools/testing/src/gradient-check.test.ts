import { ndarray } from '@surprisal/core';
import { type Tensor, div, log, mul, pow, square, sum, withGradient } from '@surprisal/core/tensor';
import { expect, it } from 'vitest';
import { expectGradient } from './gradient-check.js';
import { everyEngine, onEngines } from './engines.js';

const x = ndarray(Float64Array.of(0.5, -1.5, 2), [3]);
const y = ndarray(Float64Array.of(1.5, 0.5, 1), [3]);

/** The square, whose gradient is said to be `factor * x`. */
const squareWith = (factor: number) => {
  const f = withGradient({ forward: ([x]) => square(x!), gradient: (dy, [x]) => [mul(dy, mul(x!, factor))] });
  return (x: Tensor) => f([x]);
};

onEngines(everyEngine, () => {
  it('passes a right gradient', async () => {
    await expectGradient(square, [x]);
    await expectGradient(squareWith(2), [x]);
    await expectGradient((x, y) => sum(mul(x!, log(y!))), [x, y]);
  });

  it('fails a wrong gradient, and names the component', async () => {
    await expect(expectGradient(squareWith(1), [x])).rejects.toThrow(
      /input 0, component 0: gradient 0\.5, differences (1|0\.999)/,
    );
    await expect(expectGradient(squareWith(2.1), [x])).rejects.toThrow(/component 0/);
  });

  it('checks every input', async () => {
    const wrong = squareWith(-2);
    await expect(expectGradient((x, y) => mul(x!, wrong(y!)), [x, y])).rejects.toThrow(/input 1, component 0/);
  });

  it('allows what it is told to', async () => {
    await expectGradient(squareWith(2.1), [x], { relative: 0.06 });
    await expect(expectGradient(squareWith(2.1), [x], { relative: 0.04, absolute: 0 })).rejects.toThrow();
  });

  it('has differences that are right for a quartic but for rounding', async () => {
    await expectGradient((x) => div(pow(x!, 4), 4), [x], { step: 0.1, absolute: 1e-4, relative: 1e-4 });
  });

  it('does not fail in silence where the gradient is not finite', async () => {
    await expect(expectGradient(squareWith(NaN), [x])).rejects.toThrow(/component 0: gradient NaN/);
  });
});
