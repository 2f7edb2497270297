import { type AnyMethod, DomainError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';
import { constant, cosine, cyclic, linear, multiStep, rewarmup, twoStage, warmupStableDecay } from './schedules.js';

/** Every schedule must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'schedule') as readonly AnyMethod<'schedule'>[];

const options = fc
  .record({
    total: fc.integer({ min: 200, max: 400 }),
    warmup: fc.integer({ min: 0, max: 40 }),
    peak: fc.double({ min: 1e-5, max: 1, noNaN: true }),
    floor: fc.double({ min: 0.001, max: 0.9, noNaN: true }),
  })
  .map(({ floor, ...rest }) => ({ ...rest, min: floor * rest.peak }));

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  it('gives a rate for the steps 0 to total: a line up to the peak, then between the peak and the lowest', () => {
    fc.assert(
      fc.property(options, (given) => {
        const rates = method()(given);
        expect(rates).toHaveLength(given.total + 1);
        rates.subarray(0, given.warmup).forEach((rate, step) => expect(rate).toBe((given.peak * step) / given.warmup));
        expect(rates[given.warmup]).toBe(given.peak);
        const after = rates.subarray(given.warmup);
        expect(after.every((rate) => rate >= given.min * (1 - 1e-12) && rate <= given.peak * (1 + 1e-12))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('scales with its rates', () => {
    const rates = method()({ total: 100, peak: 0.5, min: 0.05 });
    method()({ total: 100, peak: 1, min: 0.1 }).forEach((rate, step) => expect(rate).toBeCloseTo(2 * rates[step]!, 12));
  });

  it('refuses lengths and rates that make no sense, in one line', () => {
    expect(() => method()({ total: 0 })).toThrow(
      new DomainError(`${name}: total must be a whole number, at least 1, got 0`),
    );
    expect(() => method()({ total: 10, warmup: 10 })).toThrow(
      /warmup must be a whole number of steps from 0 to 9, got 10/,
    );
    expect(() => method()({ total: 10, peak: 0 })).toThrow(/peak must be a finite number greater than 0, got 0/);
    expect(() => method()({ total: 10, peak: 1, min: 2 })).toThrow(/min must be in \[0, 1\], got 2/);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

describe('schedules', () => {
  const span = { total: 20_000, warmup: 500, peak: 2e-4, min: 2e-5 };

  it('end at the lowest rate where they decay, and never rise', () => {
    const decaying = [linear(), cosine(), ...(['linear', 'cosine', 'exponential', '1-sqrt'] as const).map(wsd)];
    for (const schedule of decaying) {
      const rates = schedule(span);
      expect(rates.at(-1)).toBeCloseTo(2e-5, 15);
      expect(rates.subarray(500).every((rate, i, all) => i === 0 || rate <= all[i - 1]!)).toBe(true);
    }
  });

  it('decay from the last stable step on', () => {
    const rates = warmupStableDecay({ decay: 1 / 6, shape: 'exponential' })({ total: 24_000, peak: 3e-4, min: 3e-5 });
    expect(rates[20_000]).toBe(3e-4);
    expect(rates[22_000]).toBeCloseTo(3e-4 ** 0.5 * 3e-5 ** 0.5, 15);
  });

  it('two-stage is multi-step with one milestone, constant two-stage before its drop', () => {
    const two = twoStage({ at: 0.4, ratio: 0.2 })(span);
    expect(two).toEqual(multiStep({ milestones: [0.4], factor: 0.2 })(span));
    expect(two.subarray(0, 8000)).toEqual(constant()(span).subarray(0, 8000));
    expect(two[8000]).toBe(0.2 * 2e-4);
  });

  it('one cycle is a cosine; each restart is at the peak', () => {
    expect(cyclic({ cycles: 1 })(span)).toEqual(cosine()(span));
    const rates = cyclic({ cycles: 3 })({ total: 300 });
    expect([rates[0], rates[100], rates[200]]).toEqual([1, 1, 1]);
    expect(rates[300]).toBeCloseTo(0, 15);
  });

  it('re-warm-up is back at the peak after its rise', () => {
    const rates = rewarmup({ at: 0.5, rise: 0.1 })({ total: 100, min: 0.1 });
    expect(rates[50]).toBeCloseTo(0.1, 12);
    expect(rates[60]).toBeCloseTo(1, 12);
    expect(rates[100]).toBe(1);
  });

  it('refuse parameters that contradict each other or the run', () => {
    expect(() => warmupStableDecay({ shape: 'exponential' })({ total: 10 })).toThrow(/min must be greater than 0/);
    expect(() => warmupStableDecay({ decay: 0.9 })({ total: 10, warmup: 5 })).toThrow(
      /decay must begin after the warm-up/,
    );
    expect(() => multiStep({ milestones: [0.9, 0.8] })({ total: 10 })).toThrow(
      /milestones must increase, got 0.9, 0.8/,
    );
    expect(() => twoStage({ at: 0.1 })({ total: 10, warmup: 5 })).toThrow(
      /rates must fall after the warm-up of 5 steps/,
    );
    expect(() => rewarmup({ at: 0.7, rise: 0.4 })({ total: 10 })).toThrow(/at \+ rise must be at most 1/);
  });
});

const wsd = (shape: 'linear' | 'cosine' | 'exponential' | '1-sqrt') => warmupStableDecay({ shape });
