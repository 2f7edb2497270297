import { DataError, Random, UnknownNameError } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { chinchilla } from './chinchilla.js';
import { kaplanSize } from './kaplan.js';
import { logLinear } from './log-linear.js';
import { matchColumns } from './runs.js';

const law = chinchilla({ starts: 'auto' });
const truth = law.published.epoch!;

function runsOf(n: number, noise = 0.01, seed = 1) {
  const random = new Random(seed);
  const N = Float64Array.from({ length: n }, () => 10 ** random.uniform(7, 10));
  const D = Float64Array.from({ length: n }, () => 10 ** random.uniform(9, 12));
  const loss = law.predict(truth, { N, D }).map((value) => value * Math.exp(random.normal(0, noise)));
  return { N, D, loss };
}

describe('columns', () => {
  it('are found by name and alias, whatever the case', () => {
    expect(matchColumns(law, ['n_params', 'Tokens', 'val-loss', 'seed'])).toEqual({
      N: 'n_params',
      D: 'Tokens',
      loss: 'val-loss',
    });
    expect(matchColumns(law, ['N', 'params', 'D', 'loss'])).toEqual({ N: 'N', D: 'D', loss: 'loss' });
    expect(matchColumns(law, ['a', 'b', 'c'], { N: 'a', D: 'b', loss: 'c' })).toEqual({ N: 'a', D: 'b', loss: 'c' });
  });

  it('are derived where they are not there', () => {
    expect(matchColumns(law, ['N', 'flops', 'loss'])).toEqual({ N: 'N', C: 'flops', loss: 'loss' });
    const { N, D, loss } = runsOf(20);
    const fit = law.fit({ N, C: N.map((n, i) => 6 * n * D[i]!), loss });
    expect(fit.parameters.alpha).toBeCloseTo(law.fit({ N, D, loss }).parameters.alpha, 6);
  });

  it.each([
    [
      ['N', 'tokns', 'loss'],
      {},
      'chinchilla: the runs need a column "D" (tokens) or what it is derived from (D = C / (6 N)), got N, tokns, loss: did you mean "tokns"?',
    ],
    [
      ['N', 'D', 'accuracy'],
      {},
      'chinchilla: the runs need a column "loss" (nats/token), got N, D, accuracy; name it by columns: { loss: ... }',
    ],
    [
      ['params', 'model_size', 'D', 'loss'],
      {},
      'chinchilla: "params" and "model_size" could both be N; say which by columns: { N: \'params\' }',
    ],
    [['N', 'D', 'loss'], { M: 'N' }, 'chinchilla: has no column "M": did you mean "N"?'],
    [['N', 'D', 'loss'], { loss: 'los' }, 'chinchilla: the runs have no column "los": did you mean "loss"?'],
  ])('that are not clear are told: %j %j', (names, overrides, message) => {
    expect(() => matchColumns(law, names, overrides)).toThrow(new DataError(message));
  });
});

describe('a fit', () => {
  it('finds the truth from noisy runs, and says how good it is', () => {
    const fit = law.fit(runsOf(300));
    expect(fit.parameters.alpha).toBeCloseTo(truth.alpha, 1);
    expect(fit.parameters.E).toBeCloseTo(truth.E, 1);
    expect(fit).toMatchObject({ n: 300, identifiable: true, unidentified: [], warnings: [], starts: 4 });
    expect(fit.agreeing).toBeGreaterThan(1);
    expect(fit.r2).toBeGreaterThan(0.98);
    expect(fit.rmse).toBeLessThan(0.05);
  });

  it('is not moved by a few outliers, unlike squares', () => {
    const runs = runsOf(200, 0.002);
    const bad = { ...runs, loss: runs.loss.map((loss, i) => (i % 40 === 0 ? 1.5 * loss : loss)) };
    const off = (fit: { predict: (inputs: Record<string, number>) => number }) =>
      Math.abs(Math.log(fit.predict({ N: 1e9, D: 1e11 }) / law.predict(truth, { N: 1e9, D: 1e11 })));
    expect(off(law.fit(bad))).toBeLessThan(0.002);
    expect(off(chinchilla({ loss: 'sq-log', starts: 'auto' }).fit(bad))).toBeGreaterThan(0.004);
  });

  it('finds the same from the grid as from four points', () => {
    const runs = runsOf(30);
    const [few, many] = [law.fit(runs), law.fit(runs, { starts: 'grid' })];
    expect(many.starts).toBe(4500);
    expect(few.objective / many.objective).toBeCloseTo(1, 8);
  });

  it('holds what is known', () => {
    const fit = law.fit(runsOf(50), { fixed: { E: 1.8172, alpha: 0.3478 } });
    expect(fit.parameters.E).toBeCloseTo(1.8172, 12);
    expect(fit.parameters.alpha).toBeCloseTo(0.3478, 12);
    expect(() => law.fit(runsOf(9), { fixed: { gamma: 1 } as object })).toThrow(UnknownNameError);
    expect(() => law.fit(runsOf(9), { fixed: { A: -1 } })).toThrow(
      'chinchilla: parameter A must be a number greater than 0, got -1',
    );
  });

  it('gives duplicated rows double weight', () => {
    const { N, D, loss } = runsOf(20);
    const twice = (column: Float64Array) => [...column, ...column];
    const [one, two] = [law.fit({ N, D, loss }), law.fit({ N: twice(N), D: twice(D), loss: twice(loss) })];
    expect(two.objective / one.objective).toBeCloseTo(2, 6);
    expect(two.parameters.alpha).toBeCloseTo(one.parameters.alpha, 5);
    const again = one.refit({ indices: Array.from({ length: 40 }, (_, i) => i % 20) });
    expect(again.objective / two.objective).toBeCloseTo(1, 6);
  });

  it('leaves out the highest losses, ties with the limit included', () => {
    const { N, D, loss } = runsOf(20);
    const limit = loss.toSorted().at(-5)!;
    expect(law.fit({ N, D, loss }, { dropTop: 5 }).n).toBe(15);
    expect(Math.max(...law.fit({ N, D, loss }, { dropTop: 5 }).runs.loss!)).toBeLessThan(limit);
    expect(() => law.fit({ N, D, loss }, { dropTop: -1 })).toThrow(DataError);
  });

  it('minimises what each loss says', () => {
    const runs = runsOf(60, 0.02);
    for (const loss of ['huber-log', 'sq-log', 'abs-log', 'asymmetric'] as const) {
      const own = chinchilla({ loss, starts: 'auto' });
      const { objective, parameters } = own.fit(runs);
      expect(own.evaluate(parameters, runs).objective / objective).toBeCloseTo(1, 8);
      for (const other of ['huber-log', 'sq-log', 'abs-log', 'asymmetric'] as const) {
        const rival = chinchilla({ loss: other, starts: 'auto' }).fit(runs).parameters;
        expect(own.evaluate(rival, runs).objective).toBeGreaterThanOrEqual(objective * (1 - 1e-7));
      }
    }
  });

  it('lies below most runs for the asymmetric loss', () => {
    const { residuals } = chinchilla({ loss: 'asymmetric', starts: 'auto' }).fit(runsOf(100, 0.02));
    expect(residuals.filter((residual) => residual < 0).length).toBeLessThan(15);
  });
});

describe('what runs cannot tell', () => {
  it('is refused with fewer runs than parameters', () => {
    expect(() => law.fit(runsOf(3))).toThrow(
      new DataError('chinchilla: 3 runs cannot tell 5 parameters (A, B, E, alpha, beta); give at least 5'),
    );
    expect(() => law.fit({ N: [], D: [], loss: [] })).toThrow(DataError);
    expect(() => kaplanSize().fit({ N: [1e6], loss: [3] })).toThrow('1 run cannot tell 2 parameters');
  });

  it('is named for one value of an input', () => {
    const { N, D, loss } = runsOf(40);
    const fit = law.fit({ N: N.fill(1e9), D, loss });
    expect(fit.identifiable).toBe(false);
    expect(fit.unidentified).toEqual(expect.arrayContaining(['A', 'alpha']));
    expect(fit.warnings).toContain('the runs have only 1 value of N');
    const one = logLinear().fit({ x: [5, 5, 5], loss: [3, 3.1, 2.9] });
    expect(one.unidentified).toEqual(['b', 'c']);
  });

  it('is named for a term that is not in the data', () => {
    const random = new Random(3);
    const N = Float64Array.from({ length: 40 }, () => 10 ** random.uniform(7, 10));
    const D = Float64Array.from({ length: 40 }, () => 10 ** random.uniform(9, 12));
    const flat = law.fit({ N, D, loss: D.map((d) => 1.5 + 2000 * d ** -0.36) });
    expect(flat.identifiable).toBe(false);
    expect(flat.unidentified).toContain('alpha');
  });

  it('is named for a handful of runs with noise', () => {
    const fit = law.fit(runsOf(6, 0.05));
    expect(fit.identifiable).toBe(false);
    expect(fit.warnings.length).toBeGreaterThan(0);
    expect(law.fit(runsOf(5, 0.01)).warnings).toContain('5 runs for 5 parameters leave nothing to judge the fit by');
  });
});
