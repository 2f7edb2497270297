import { type AnyMethod, DataError, DomainError, Random } from '@surprisal/core';
import { differences } from '@surprisal/core/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';
import type { Constants } from './law-maths.js';
import type { Runs } from './runs.js';
import type { ScalingLaw } from './scaling-law.js';

/** Every scaling law must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'scaling-law') as readonly AnyMethod<'scaling-law'>[];

/**
 * Ranges of inputs, in powers of ten: of those where the data-constrained law has no excess of parameters, which it does not fit at
 * first, and of areas as schedules have them.
 */
const RANGES: Record<string, readonly [number, number]> = {
  N: [5, 7],
  D: [9, 12],
  U: [9, 11],
  S1: [-0.5, 1],
  S2: [-2, -0.8],
};

/** Inputs over some orders of magnitude, each on its own. */
function inputsOf(law: ScalingLaw, n = 60, seed = 1): Record<string, Float64Array> {
  const random = new Random(seed);
  const column = ([low, high] = [2, 6] as readonly [number, number]) =>
    Float64Array.from({ length: n }, () => 10 ** random.uniform(low, high));
  return Object.fromEntries(law.inputs.map(({ name }) => [name, column(RANGES[name])]));
}

/** Constants of laws that no paper has published any for. */
const EXAMPLES: Record<string, Constants> = {
  'broken-power-law': { a: 0.5, b: 20, c0: 0.2, c1: 0.3, d1: 2000, f1: 0.4 },
  'log-linear': { b: 10, c: 0.1 },
  'lr-annealing-size': { L0: 1.5, A: 0.5, alpha: 0.5, B: 400, beta: 0.34, C: 0.02, gamma: 0.15 },
};
const baseOf = (law: ScalingLaw): Constants => Object.values(law.published)[0] ?? EXAMPLES[law.method]!;

/** Constants around the published ones. */
function constantsOf(law: ScalingLaw, random: Random): Constants {
  const base = baseOf(law);
  const moved = Object.fromEntries(
    law.parameters.map(({ name, scale }) => [
      name,
      base[name]! * (scale === 'log' ? Math.exp(random.uniform(-0.2, 0.2)) : random.uniform(0.9, 1.1)),
    ]),
  );
  for (const { name, tiedTo } of law.parameters) if (tiedTo) moved[name] = moved[tiedTo]!;
  return moved;
}

const internal = (law: ScalingLaw, constants: Constants) =>
  law.parameters.map(({ name, scale }) => (scale === 'log' ? Math.log(constants[name]!) : constants[name]!));
const named = (law: ScalingLaw, theta: ArrayLike<number>): Constants =>
  Object.fromEntries(
    law.parameters.map(({ name, scale }, k) => [name, scale === 'log' ? Math.exp(theta[k]!) : theta[k]!]),
  );

const withLoss = (law: ScalingLaw, runs: Runs, loss: ArrayLike<number>): Runs => ({ ...runs, [law.output.name]: loss });

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const law = method({ starts: 'auto' });
  const runs = inputsOf(law);

  it('has a gradient that is the differences of its objective, for every loss', () => {
    for (const loss of ['huber-log', 'sq-log', 'abs-log', 'asymmetric']) {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
          const random = new Random(seed);
          const fitted = method({ loss, delta: 0.05 });
          const truth = constantsOf(law, random);
          const data = withLoss(
            law,
            runs,
            law.predict(truth, runs).map((value) => value * Math.exp(random.normal(0, 0.1))),
          );
          const at = constantsOf(law, random);
          const { gradient, residuals } = fitted.evaluate(at, data);
          fc.pre(residuals.every((residual) => Math.abs(residual) > 1e-4)); // differences would step over a kink
          const numeric = differences(
            (theta) => fitted.evaluate(named(law, theta), data).objective,
            internal(law, at),
            1e-6,
          );
          const size = Math.max(1e-3, ...numeric.map(Math.abs));
          gradient.forEach((value, k) => expect(Math.abs(value - numeric[k]!) / size).toBeLessThan(2e-3));
        }),
        { numRuns: 10 },
      );
    }
  });

  it('predicts positive finite losses, for one run as for many', () => {
    for (const constants of [baseOf(law), ...Object.values(law.published)]) {
      const losses = law.predict(constants, runs);
      expect(losses.every((loss) => loss > 0 && loss < Infinity)).toBe(true);
      const first = Object.fromEntries(law.inputs.map(({ name }) => [name, runs[name]![0]!]));
      expect(law.predict(constants, first)).toBe(losses[0]);
    }
  });

  it('predicts no higher loss for more of anything', () => {
    const losses = law.predict(baseOf(law), runs);
    for (const { name } of law.inputs) {
      const more = law.predict(baseOf(law), { ...runs, [name]: runs[name]!.map((value) => 2 * value) });
      more.forEach((loss, i) => expect(loss).toBeLessThanOrEqual(losses[i]! * (1 + 1e-12)));
    }
  });

  it('recovers the predictions of noiseless data', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const loss = law.predict(constantsOf(law, new Random(seed)), runs);
        const fit = law.fit(withLoss(law, runs, loss));
        expect(fit.rmse / Math.max(...loss)).toBeLessThan(1e-6);
        fit.predict(runs).forEach((value, i) => expect(Math.abs(Math.log(value / loss[i]!))).toBeLessThan(1e-5));
      }),
      { numRuns: 5 },
    );
  });

  it('has an objective that is 0 at the truth, whatever the order of rows, and n times its mean', () => {
    const truth = constantsOf(law, new Random(3));
    const loss = law.predict(truth, runs);
    expect(law.evaluate(truth, withLoss(law, runs, loss)).objective).toBeLessThan(1e-20);
    const random = new Random(4);
    const noisy = withLoss(
      law,
      runs,
      loss.map((value) => value * Math.exp(random.normal(0, 0.05))),
    );
    const { objective } = law.evaluate(truth, noisy);
    const order = random.permutation(loss.length);
    const shuffled = Object.fromEntries(
      Object.entries(noisy).map(([name, column]) => [name, Float64Array.from(order, (i) => column[i]!)]),
    );
    expect(law.evaluate(truth, shuffled).objective).toBeCloseTo(objective, 12);
    const mean = method({ reduction: 'mean' }).evaluate(truth, noisy).objective;
    expect(mean * loss.length).toBeCloseTo(objective, 12);
  });

  it('gives the same fit every time', () => {
    const random = new Random(5);
    const noisy = law.predict(constantsOf(law, random), runs).map((value) => value * Math.exp(random.normal(0, 0.01)));
    const [one, two] = [law.fit(withLoss(law, runs, noisy)), law.fit(withLoss(law, runs, noisy))];
    expect(one.parameters).toEqual(two.parameters);
    expect(one.n).toBe(noisy.length);
    expect(one.residuals).toHaveLength(noisy.length);
  });

  it('refuses tables that it cannot read, in one line that names column and row', () => {
    const loss = law.predict(baseOf(law), runs);
    const input = law.inputs[0]!;
    const table = withLoss(law, runs, loss);
    const change = (name: string, row: number, value: unknown) => ({
      ...table,
      [name]: Array.from(table[name]!, (old, i) => (i === row ? value : old)) as number[],
    });
    for (const [value, shown] of [
      [-1, '-1'],
      [NaN, 'NaN'],
      ['n/a', '"n/a"'],
      [undefined, 'nothing'],
    ] as const) {
      const says = `${law.method}: column "${input.name}" must be numbers ${input.zero ? '>= 0' : 'greater than 0'}, got ${shown} in row 3`;
      expect(() => law.fit(change(input.name, 2, value))).toThrow(new DataError(says));
      expect(() => law.fit(change(law.output.name, 6, value))).toThrow(`column "${law.output.name}"`);
    }
    expect(() =>
      law.fit(Object.fromEntries(Object.entries(table).filter(([name]) => name !== law.output.name))),
    ).toThrow(`${law.method}: the runs need a column "${law.output.name}" (${law.output.unit}), got `);
    expect(() => law.fit({ ...table, [law.output.name]: [1, 2] })).toThrow('columns must be of one length');
  });

  it('refuses parameters that are missing or out of domain', () => {
    const [first] = law.parameters;
    expect(() => law.predict({}, runs)).toThrow(DomainError);
    const constants = { ...baseOf(law), [first!.name]: NaN };
    expect(() => law.predict(constants, runs)).toThrow(`${law.method}: parameter ${first!.name} must be`);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
    expect(() => method({ delta: 0 })).toThrow(`${law.method}: delta must be greater than 0, got 0`);
  });
});
