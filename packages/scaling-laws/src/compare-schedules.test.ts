import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestAnnealFraction, compareSchedules } from './compare-schedules.js';
import { predictCurve } from './predict-curve.js';
import { constant, cosine, warmupStableDecay } from './schedules.js';

const constants = { L0: 2.6, A: 0.5, C: 0.4, alpha: 0.5 };
const span = { total: 20_000, peak: 2e-4, min: 2e-5 };

describe('comparing schedules', () => {
  it('ranks by the predicted loss at the last step', () => {
    const rates = { flat: constant()(span), cosine: cosine()(span), wsd: warmupStableDecay()(span) };
    const ranking = compareSchedules(constants, rates);
    expect(ranking.map(({ finalLoss }) => finalLoss)).toEqual(ranking.map(({ finalLoss }) => finalLoss).sort());
    expect(ranking.map(({ name }) => name)).toEqual(['wsd', 'flat', 'cosine']);
    for (const { name, finalLoss, doubtful } of ranking) {
      expect(finalLoss).toBe(predictCurve(constants, rates[name as keyof typeof rates]).loss.at(-1));
      expect(doubtful).toBe(false);
    }
  });

  it('doubts schedules that the law flatters: those that end at 0, and losses that are not positive', () => {
    const padded = [...cosine()(span), 0, 0, 0];
    const [first, second] = compareSchedules(constants, { cosine: cosine()(span), padded });
    expect([first!.name, first!.doubtful, second!.doubtful]).toEqual(['padded', true, false]);
    expect(compareSchedules({ ...constants, C: 100 }, { cosine: cosine()(span) })[0]!.doubtful).toBe(true);
  });

  it('always prefers higher rates: why a peak is not to be chosen by it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.01, max: 10, noNaN: true }), (c) => {
        const rates = cosine()({ ...span, total: 500 });
        const [best] = compareSchedules(constants, { rates, higher: rates.map((rate) => c * rate) });
        expect(best!.name).toBe('higher');
      }),
      { numRuns: 20 },
    );
  });
});

describe('the best length of a decay', () => {
  it('is the least of its scan, and lies within it', () => {
    const { fraction, finalLoss, scan, atEdge } = bestAnnealFraction(constants, span);
    expect(scan).toHaveLength(50);
    expect(finalLoss).toBe(Math.min(...scan.map((point) => point.finalLoss)));
    expect(scan.find((point) => point.finalLoss === finalLoss)!.fraction).toBe(fraction);
    expect(atEdge).toBe(false);
  });

  it('is as short as can be when annealing gains nothing, and that is said', () => {
    const { fraction, atEdge } = bestAnnealFraction({ ...constants, C: 0 }, span);
    expect([fraction, atEdge]).toEqual([0.02, true]);
  });

  it('leaves the warm-up alone', () => {
    const { scan } = bestAnnealFraction(constants, { ...span, warmup: 4000, fractions: [0.5, 0.1] });
    expect(scan.map(({ fraction }) => fraction)).toEqual([0.1, 0.5]);
    expect(bestAnnealFraction(constants, { ...span, warmup: 4000 }).scan.at(-1)!.fraction).toBe(0.8);
  });

  it('is not looked for among schedules that end at 0', () => {
    expect(() => bestAnnealFraction(constants, { ...span, min: 0 })).toThrow('min must be greater than 0, got 0');
    expect(() => bestAnnealFraction(constants, { ...span, fractions: [] })).toThrow('fractions must not be empty');
  });
});
