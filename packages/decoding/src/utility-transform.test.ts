import { type AnyMethod, DomainError, Random } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmax } from './log-softmax.js';
import plugin from './plugin.js';
import { drawFromLaw } from './speculative.js';
import { gibbs } from './utility-gibbs.js';
import { isotonicRegression, isotonicTransform } from './utility-isotonic.js';
import { pairwise, preferenceMatrix } from './utility-pairwise.js';
import { rankTransform } from './utility-rank.js';

/** Every transform must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'utility-transform',
) as readonly AnyMethod<'utility-transform'>[];

/** Sets of utilities, and truths drawn from gibbs(beta). */
function observed(seed: number, { sets = 40, size = 5, beta = 1.5 } = {}) {
  const random = new Random(seed);
  const utilities = Array.from({ length: sets }, () => Array.from({ length: size }, () => random.normal()));
  return { utilities, targets: utilities.map((row) => drawFromLaw(softmax(row, beta), random.uniform())) };
}

const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  it('gives probabilities that sum to 1 and do not rise when the utility falls', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const data = observed(seed);
        const fitted = method().fit(data);
        for (const row of data.utilities.slice(0, 5)) {
          const p = fitted(row);
          expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
          expect(p.every((value) => value >= 0)).toBe(true);
          if (name !== 'rank') {
            const order = row.map((_, c) => c).sort((a, b) => row[b]! - row[a]!);
            order.slice(1).forEach((c, r) => expect(p[c]).toBeLessThanOrEqual(p[order[r]!]!));
          }
        }
        expect(fitted.missRate).toBe(0);
      }),
      { numRuns: 30 },
    ));

  it('gives nothing to what cannot be, takes sets of any size and a fit to nothing', () => {
    const fitted = method().fit(observed(1));
    const p = fitted([1, -Infinity, 0]);
    expect(p[1]).toBe(0);
    expect(p[0]! + p[2]!).toBeCloseTo(1, 12);
    expect(fitted([3])).toEqual(Float64Array.of(1));
    expect(fitted([-Infinity, 2])).toEqual(Float64Array.of(0, 1));
    const blank = method().fit({ utilities: [], targets: [] });
    expect(blank([1, 1, 1, 1]).every((value) => Math.abs(value - 0.25) < 1e-12)).toBe(true);
    expect(blank.missRate).toBeNaN();
  });

  it('gives equal utilities equal probabilities, or follows the index where it says so', () => {
    const p = method().fit(observed(2))([2, 2, 2, 2, 2]);
    if (name === 'rank') expect(Array.from(p)).toEqual(Array.from(p).toSorted((a, b) => b - a));
    else p.forEach((value) => expect(value).toBeCloseTo(0.2, 12));
  });

  it('leaves out sets without the truth, and says how many', () => {
    const data = observed(3);
    const missing = { utilities: [...data.utilities, [5, 5]], targets: [...data.targets, -1] };
    const [fitted, whole] = [method().fit(missing), method().fit(data)];
    expect(fitted.missRate).toBeCloseTo(1 / 41, 12);
    expect(fitted([1, 2, 3, 4, 5])).toEqual(whole([1, 2, 3, 4, 5]));
  });

  it('refuses what it cannot fit, in one line', () => {
    expect(() => method().fit({ utilities: [[]], targets: [0] })).toThrow(
      new DomainError(`${name}: utilities must hold one above -Infinity, got none in set 0`),
    );
    expect(() => method().fit({ utilities: [[1, NaN]], targets: [0] })).toThrow(
      `${name}: utilities must be numbers below Infinity, got NaN at index 1 in set 0`,
    );
    expect(() => method().fit({ utilities: [[1, 2]], targets: [2] })).toThrow(
      `${name}: targets must be whole numbers from -1 to 1, got 2 at index 0`,
    );
    expect(() => method().fit({ utilities: [[1, 2]], targets: [] })).toThrow(DomainError);
    expect(() => method().fit({ utilities: [], targets: [] })([])).toThrow(DomainError);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

describe('gibbs', () => {
  const fixed = (beta: number) => gibbs({ fit: 'fixed', beta }).fit({ utilities: [], targets: [] });

  it('is the softmax at 1, uniform at 0, and nearly the argmax at 50', () => {
    const row = [0.3, -1, 2, 1];
    const expected = softmax(row);
    fixed(1)(row).forEach((p, c) => expect(p).toBeCloseTo(expected[c]!, 12));
    fixed(0)(row).forEach((p) => expect(p).toBeCloseTo(0.25, 12));
    expect(fixed(50)(row)[2]).toBeCloseTo(1, 12);
  });

  it('finds the beta that truths were drawn with', () => {
    for (const beta of [0.5, 1.5, 4]) {
      expect(gibbs().fit(observed(5, { sets: 20_000, beta })).beta / beta).toBeCloseTo(1, 1);
    }
  });

  it('is at the minimum of the likelihood, which is convex in beta', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const data = observed(seed);
        const { beta, loss, atBound } = gibbs().fit(data);
        fc.pre(!atBound);
        for (const factor of [0.9, 0.99, 1.01, 1.1]) {
          expect(gibbs({ fit: 'fixed', beta: Math.min(50, beta * factor) }).fit(data).loss).toBeGreaterThanOrEqual(
            loss,
          );
        }
      }),
      { numRuns: 30 },
    ));

  it('runs to a bound, and says so, when every truth is ranked first or last', () => {
    const utilities = [
      [2, 1],
      [0, 3],
    ];
    const first = gibbs().fit({ utilities, targets: [0, 1] });
    expect([first.beta, first.atBound]).toEqual([50, true]);
    const last = gibbs().fit({ utilities, targets: [1, 0] });
    expect([last.beta, last.atBound]).toEqual([1e-3, true]);
    expect(gibbs().fit(observed(1)).atBound).toBe(false);
  });

  it('by gain is sharper than by likelihood where the best candidate gains most', () => {
    const data = observed(6, { sets: 300 });
    const byGain = gibbs({ fit: 'gain' }).fit(data);
    expect(byGain.beta).toBeGreaterThan(gibbs().fit(data).beta);
    const gains = data.utilities.map((row) => row.map((u) => -u)); // the worst candidate gains most
    expect(gibbs({ fit: 'gain' }).fit({ ...data, gains }).beta).toBe(1e-3);
  });
});

describe('rank and isotonic', () => {
  it('see utilities through their order alone; gibbs does not', () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const data = observed(seed);
        const map = (u: number) => Math.exp(u) + u ** 3;
        const mapped = { ...data, utilities: data.utilities.map((row) => row.map(map)) };
        const row = data.utilities[0]!;
        for (const method of [rankTransform, isotonicTransform]) {
          expect(method().fit(mapped)(row.map(map))).toEqual(method().fit(data)(row));
        }
        expect(gibbs().fit(mapped)(row.map(map))).not.toEqual(gibbs().fit(data)(row));
      }),
      { numRuns: 30 },
    ));

  it('rank: frequencies of each size sum to 1, and equals may share', () => {
    const utilities = [
      [1, 2],
      [3, 1],
      [1, 2, 3],
      [5, 4, 4],
    ];
    const { frequencies } = rankTransform().fit({ utilities, targets: [1, 0, 2, 1] });
    expect(frequencies(2)).toEqual(Float64Array.of(0.75, 0.25));
    expect(frequencies(3)).toEqual(Float64Array.of(0.4, 0.4, 0.2)); // ties share the better rank when counted
    expect(frequencies(4)).toEqual(new Float64Array(4).fill(0.25));
    const shared = rankTransform({ ties: 'average' }).fit({ utilities, targets: [1, 0, 2, 1] });
    [0.3, 0.4, 0.3].forEach((p, c) => expect(shared([1, 7, 1])[c]).toBeCloseTo(p, 12));
    expect(rankTransform({ smoothing: 0 }).fit({ utilities, targets: [1, 0, 2, 1] })([2, 1])).toEqual(
      Float64Array.of(1, 0),
    );
  });

  it('isotonic: regression rises, lies in [0, 1], and keeps the mean', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 1 })), {
          minLength: 1,
          maxLength: 30,
        }),
        (pairs) => {
          const scores = pairs.map(([score]) => score);
          const hits = pairs.map(([, hit]) => hit);
          const { fitted, predict } = isotonicRegression(scores, hits);
          const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
          order.slice(1).forEach((i, at) => expect(fitted[i]).toBeGreaterThanOrEqual(fitted[order[at]!]!));
          expect(fitted.every((value) => value >= 0 && value <= 1)).toBe(true);
          expect(fitted.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
            hits.reduce<number>((sum, hit) => sum + hit, 0),
            9,
          );
          expect(predict(-99)).toBe(Math.min(...fitted));
          expect(predict(99)).toBe(Math.max(...fitted));
        },
      ),
    ));

  it('isotonic: refuses NaN and lengths that differ', () => {
    expect(() => isotonicRegression([1, NaN], [0, 1])).toThrow(DomainError);
    expect(() => isotonicRegression([1], [0, 1])).toThrow(DomainError);
    expect(() => isotonicRegression([], [])).toThrow(/at least one, got 0/);
  });
});

describe('pairwise', () => {
  it('has preferences that add to 1 both ways, and shares of the duels', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { minLength: 2, maxLength: 7 }),
        (utilities) => {
          const preferences = preferenceMatrix(utilities);
          const p = pairwise().fit({ utilities: [], targets: [] })(utilities);
          const duels = (utilities.length * (utilities.length - 1)) / 2;
          preferences.forEach((row, a) => {
            row.forEach((value, b) => expect(value + preferences[b]![a]!).toBeCloseTo(1, 12));
            const won = row.reduce((sum, value, b) => sum + (a === b ? 0 : value), 0);
            expect(p[a]).toBeCloseTo(won / duels, 10);
          });
        },
      ),
    ));
});
