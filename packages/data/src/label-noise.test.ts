import { DomainError, Random } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairflip, symmetric } from './label-noise.js';
import plugin from './plugin.js';

const methods = plugin.methods
  .filter((method) => method.info.kind === 'label-noise')
  .map((method) => [method.info.name, method as typeof symmetric] as const);

/** Labels with their number of classes, a rate and a seed. */
const problems = fc
  .record({
    classes: fc.integer({ min: 2, max: 12 }),
    rate: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  })
  .chain((problem) =>
    fc
      .array(fc.integer({ min: 0, max: problem.classes - 1 }), { maxLength: 50 })
      .map((labels) => ({ ...problem, labels: Int32Array.from(labels) })),
  );

describe.each(methods)('label noise %s', (name, noise) => {
  const labels = Int32Array.from({ length: 20_000 }, (_, i) => i % 10);
  const shareOfWrong = (rate: number) =>
    noise({ rate })(labels, { classes: 10, random: new Random(1) }).filter((label, i) => label !== labels[i]).length /
    labels.length;

  it('gives labels in range, the same for a seed, and leaves the given ones as they are', () => {
    fc.assert(
      fc.property(problems, ({ labels, classes, rate, seed }) => {
        const before = labels.slice();
        const noisy = noise({ rate })(labels, { classes, random: new Random(seed) });
        expect(noisy).toHaveLength(labels.length);
        expect(noisy.every((label) => label >= 0 && label < classes)).toBe(true);
        expect(noise({ rate })(labels, { classes, random: new Random(seed) })).toEqual(noisy);
        expect(labels).toEqual(before);
      }),
    );
  });

  it('leaves all labels right at rate 0 and none at rate 1', () => {
    fc.assert(
      fc.property(problems, ({ labels, classes, seed }) => {
        expect(noise({ rate: 0 })(labels, { classes, random: new Random(seed) })).toEqual(labels);
        const wrong = noise({ rate: 1 })(labels, { classes, random: new Random(seed) });
        expect(wrong.every((label, i) => label !== labels[i])).toBe(true);
      }),
    );
  });

  it.each([0.1, 0.3, 0.5, 0.8])('makes the share %s of labels wrong, within five standard errors', (rate) => {
    const standardError = Math.sqrt((rate * (1 - rate)) / labels.length);
    expect(Math.abs(shareOfWrong(rate) - rate)).toBeLessThan(5 * standardError);
  });

  it('refuses bad input', () => {
    const options = { classes: 10, random: new Random(1) };
    expect(() => noise({ rate: 1.5 })).toThrow(new DomainError(`${name}: rate must be at most 1, got 1.5`));
    expect(() => noise({ rate: -0.1 })).toThrow(new DomainError(`${name}: rate must be at least 0, got -0.1`));
    expect(() => noise()(Int32Array.of(0, 10), options)).toThrow(
      new DomainError(`${name}: labels must be from 0 to 9, got 10 at index 1`),
    );
    expect(() => noise()(Int32Array.of(0), { ...options, classes: 1 })).toThrow(
      new DomainError(`${name}: classes must be at least 2, got 1`),
    );
  });
});

it('symmetric label noise draws the wrong classes alike', () => {
  const wrong = symmetric({ rate: 1 })(new Int32Array(30_000), { classes: 4, random: new Random(1) });
  for (const label of [1, 2, 3]) {
    const count = wrong.filter((other) => other === label).length;
    expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(30_000 * (1 / 3) * (2 / 3)));
  }
});

it('pair-flip label noise draws the next class', () => {
  const wrong = pairflip({ rate: 1 })(Int32Array.of(0, 1, 2), { classes: 3, random: new Random(1) });
  expect(wrong).toEqual(Int32Array.of(1, 2, 0));
});
