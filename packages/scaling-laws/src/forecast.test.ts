import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastLoss, scaleForReducible } from './forecast.js';
import { optimalSize, tokenExponentOfSize } from './optimal-size.js';
import { reducibleLoss, trendLoss } from './power-trend.js';
import { tokensOnOptimalPath, trendCrossing } from './trend-crossing.js';

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    trendCrossing: ({ params }) => {
      const crossing = trendCrossing(
        { x0: params.C0, alpha: params.alpha_C },
        { x0: params.D0, alpha: params.alpha_D },
        params.tokens_of_C,
      );
      return { C_cross: crossing!.compute, reducible_at_cross: crossing!.reducible };
    },
  },
  { partial: true },
);

const positive = (low: number, high: number) =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp);
const trends = fc.record({
  Linf: fc.double({ min: 0, max: 5, noNaN: true }),
  x0: positive(1e-8, 1e8),
  alpha: positive(0.05, 1),
});

describe('forecasts', () => {
  it('go there and back: the loss at the scale for a reducible loss is that loss', () => {
    fc.assert(
      fc.property(trends, positive(1e-3, 100), positive(1, 1e4), (trend, reducible, tokens) => {
        const there = forecastLoss(trend, scaleForReducible(trend, reducible, tokens), tokens);
        expect(there.reducible / reducible).toBeCloseTo(1, 9);
        expect(there.reducibleBits * Math.LN2).toBeCloseTo(there.reducible, 9);
        expect(there.reducibleShare).toBeCloseTo(reducible / (reducible + tokens * trend.Linf), 9);
      }),
    );
  });

  it('fall and bend upward in ln x, towards Linf; the reducible loss is a line in log-log', () => {
    fc.assert(
      fc.property(trends, positive(1e-3, 1e6), (trend, x) => {
        const [left, middle, right] = [x, 10 * x, 100 * x].map((at) => trendLoss(trend, at)) as [
          number,
          number,
          number,
        ];
        expect(left).toBeGreaterThanOrEqual(middle);
        expect(middle).toBeGreaterThanOrEqual(right);
        expect(left + right - 2 * middle).toBeGreaterThanOrEqual(-1e-9 * left);
        const slope = Math.log(reducibleLoss(trend, 10 * x) / reducibleLoss(trend, x)) / Math.LN10;
        expect(slope).toBeCloseTo(-trend.alpha, 9);
        expect(trendLoss(trend, 1e300)).toBeCloseTo(trend.Linf, 6);
      }),
    );
  });

  it('of a pure power law are all reducible', () => {
    expect(forecastLoss({ Linf: 0, x0: 10, alpha: 0.1 }, 5).reducibleShare).toBe(1);
  });

  it('refuse what is not positive', () => {
    const trend = { Linf: 1, x0: 1, alpha: 0.1 };
    expect(() => reducibleLoss(trend, 0)).toThrow('reducibleLoss: x must be greater than 0, got 0');
    expect(() => scaleForReducible(trend, 0)).toThrow('scaleForReducible: reducible must be greater than 0, got 0');
    expect(() => forecastLoss(trend, 1, 0)).toThrow('forecastLoss: tokens must be greater than 0, got 0');
    expect(() => optimalSize({ C0: 1, beta: 0.5 }, -1)).toThrow('optimalSize: C must be greater than 0, got -1');
    expect(() => tokenExponentOfSize(0)).toThrow('tokenExponentOfSize: beta must be in (0, 1], got 0');
  });
});

describe('the crossing of trends', () => {
  it('is where both give one value', () => {
    const scales = fc.record({ C0: positive(1e-3, 1e9), D0: positive(1e3, 1e12), k: positive(1e6, 1e12) });
    const slopes = fc.record({ a: positive(0.1, 0.5), d: positive(0.1, 0.5), q: positive(0.1, 0.9) });
    fc.assert(
      fc.property(scales, slopes, ({ C0, D0, k }, { a, d, q }) => {
        fc.pre(Math.abs(a - d * q) > 0.02);
        const crossing = trendCrossing({ x0: C0, alpha: a }, { x0: D0, alpha: d }, { k, q })!;
        const logTokens = Math.log(k) + q * Math.log(crossing.compute);
        fc.pre(crossing.compute > 1e-280 && crossing.compute < 1e280);
        expect(Math.log(crossing.reducible)).toBeCloseTo(a * Math.log(C0 / crossing.compute), 6);
        expect(d * (Math.log(D0) - logTokens)).toBeCloseTo(Math.log(crossing.reducible), 6);
      }),
    );
  });

  it('does not exist for parallel trends', () => {
    expect(trendCrossing({ x0: 1, alpha: 0.1 }, { x0: 2, alpha: 0.4 }, { k: 3, q: 0.25 })).toBeNull();
    expect(trendCrossing({ x0: 1, alpha: 0.3 }, { x0: 2, alpha: 1 }, { k: 3, q: 0.1 + 0.2 })).toBeNull();
  });

  it('takes the tokens of an optimal run: C = 6 N D', () => {
    const sizes = { C0: 3.3e-13, beta: 0.73 };
    const { k, q } = tokensOnOptimalPath(sizes);
    expect((6 * optimalSize(sizes, 10) * k * 10 ** q) / (10 * 8.64e19)).toBeCloseTo(1, 12);
    expect(() => trendCrossing({ x0: 1, alpha: 0.1 }, { x0: 1, alpha: 0.1 }, { k: 0, q: 0.3 })).toThrow(
      'k must be greater than 0',
    );
  });

  it('asks fewer tokens of larger models, as many as parameters at beta = 1/2', () => {
    expect(tokenExponentOfSize(0.5)).toBe(1);
    expect(tokenExponentOfSize(0.73)).toBeCloseTo(0.37, 2);
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.98, noNaN: true }), (beta) => {
        expect(tokenExponentOfSize(beta + 0.01)).toBeLessThan(tokenExponentOfSize(beta));
      }),
    );
  });
});
