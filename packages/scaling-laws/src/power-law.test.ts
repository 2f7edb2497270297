import { differences } from '@surprisal/core/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLinear } from './log-linear.js';
import { powerLawPlusConstant, powerTrend } from './power-law.js';

const x = [1e4, 1e5, 1e6, 1e7, 1e8];

describe('power-law-plus-constant', () => {
  it('has the gradient that differences show', () => {
    const law = powerLawPlusConstant();
    const runs = { N: x, loss: [4.1, 3.4, 2.9, 2.6, 2.5] };
    const at = ([lnLinf, lnA, alpha]: Iterable<number>) =>
      law.evaluate({ Linf: Math.exp(lnLinf!), A: Math.exp(lnA!), alpha: alpha! }, runs);
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 0.6, noNaN: true }),
        (...theta) => {
          const numeric = differences((point) => at(point).objective, theta);
          at(theta).gradient.forEach((slope, k) => expect(slope).toBeCloseTo(numeric[k]!, 5));
        },
      ),
    );
  });

  it('without its constant is the power law', () => {
    const pure = logLinear().predict({ b: 9, c: 0.07 }, { x });
    const limit = powerLawPlusConstant().predict({ Linf: 1e-300, A: 9, alpha: 0.07 }, { x });
    pure.forEach((loss, i) => expect(limit[i]).toBeCloseTo(loss, 12));
  });

  it('reads size, data, compute or a column of any name', () => {
    const loss = x.map((at) => 2 + (100 / at) ** 0.3);
    for (const name of ['N', 'tokens', 'flops', 'x']) {
      const { parameters } = powerLawPlusConstant().fit({ [name]: x, loss });
      expect(parameters.Linf).toBeCloseTo(2, 6);
      expect(powerTrend(parameters).x0 / 100).toBeCloseTo(1, 6);
    }
  });
});
