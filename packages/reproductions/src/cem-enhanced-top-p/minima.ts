import {
  type ClaimEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  table,
} from '@surprisal/core';
import {
  type CrossEntropyOptions,
  crossEntropyMinimum,
  gaussianFamily,
  riemannZeta,
} from '@surprisal/decoding/cross-entropy-method';
import type { CemParams } from './params.js';
import type { Part } from '../shared/in-turn.js';

/** A function with a known minimum, and how it is searched for. */
interface Task {
  readonly objective: (x: Float64Array) => number;
  /** Means, then standard deviations. */
  readonly start: readonly number[];
  readonly options: CrossEntropyOptions & { readonly samples: number; readonly maxIterations: number };
  /** How far the search ended from the minimum. */
  readonly error: (found: { readonly mean: number; readonly value: number }) => number;
  /** Below which it has found it. */
  readonly within: number;
  readonly errorIs: string;
}

const FIRST_ZERO = 14.134725141734693;

const rastrigin = (x: Float64Array) =>
  x.reduce((sum, value) => sum + value ** 2 - 10 * Math.cos(2 * Math.PI * value), 10 * x.length);

/** All iterations are gone through: nothing stops a search before. */
const throughout = { tolerance: 0, patience: Infinity };

const tasks = {
  zeta: {
    objective: ([t]) => riemannZeta(0.5, t!).abs,
    start: [15, 2],
    options: { samples: 40, rho: 8 / 40, alpha: 0.8, maxIterations: 25, ...throughout },
    error: ({ mean }) => Math.abs(mean - FIRST_ZERO),
    within: 1e-8,
    errorIs: 'of the last mean, from the zero',
  },
  rastrigin: {
    objective: rastrigin,
    start: [3, -3, 3, 3],
    options: { samples: 100, rho: 10 / 100, alpha: 0.7, maxIterations: 60, ...throughout },
    error: ({ value }) => value,
    within: 1e-6,
    errorIs: 'lowest value; the minimum is 0',
  },
} satisfies Record<string, Task>;
type TaskName = keyof typeof tasks;

/** How near a search came to its minimum. */
export interface MinimumResult {
  readonly task: 'minimum';
  readonly of: TaskName;
  readonly seed: number;
  readonly error: number;
  /** The same of as many samples of the first law, of which the best is taken. */
  readonly random: number;
}

/** Searches for each minimum with each seed. */
export const minimumParts = ({ params, seed }: StudyContext<CemParams>): Part<MinimumResult>[] =>
  (Object.keys(tasks) as TaskName[]).flatMap((name) =>
    Array.from({ length: params.seeds }, (_, i) => ({
      label: `minimum of ${name}, seed ${seed + i}`,
      compute: () => search(name, seed + i),
    })),
  );

function search(name: TaskName, seed: number): MinimumResult {
  const { objective, start, options, error }: Task = tasks[name];
  const random = new Random(seed).split('minimum', name);
  const found = crossEntropyMinimum(objective, start, { ...options, source: random.split('cross-entropy') });
  const blind = { mean: NaN, value: Infinity };
  const source = random.split('random-search');
  for (let n = 0; n < options.samples * options.maxIterations; n++) {
    const x = gaussianFamily.draw(Float64Array.from(start), source);
    const value = objective(x);
    if (value < blind.value) Object.assign(blind, { mean: x[0]!, value });
  }
  const best = { mean: found.parameters[0]!, value: found.value };
  return { task: 'minimum', of: name, seed, error: error(best), random: error(blind) };
}

/** Table, and claims 2 and 3. */
export function* minimumEvents(results: readonly MinimumResult[]): Generator<StudyEvent> {
  yield minimumTable(results);
  yield zetaClaim(results.filter(({ of }) => of === 'zeta'));
  yield rastriginClaim(results.filter(({ of }) => of === 'rastrigin'));
}

const found = ({ of, error }: MinimumResult) => error < tasks[of].within;

function zetaClaim(results: readonly MinimumResult[]): ClaimEvent {
  const worst = Math.max(...results.map(({ error }) => error));
  return claim({
    says: 'first zero of zeta on the critical line: |mu - 14.134725141734693| < 1e-8 with every seed',
    paper: 'zeros can be searched for by cross-entropy optimisation',
    measured: `${results.filter(found).length} of ${results.length} seeds; at most ${worst.toExponential(1)}`,
    holds: results.every(found),
    note: 'minimum of |zeta(1/2 + i t)| from mu 15, sigma 2: 40 samples, 8 elites, alpha 0.8, 25 iterations',
  });
}

function rastriginClaim(results: readonly MinimumResult[]): ClaimEvent {
  const count = results.filter(found).length;
  const half = Math.ceil(results.length / 2);
  return claim({
    says: `Rastrigin in two dimensions: the global minimum (value < 1e-6) with at least ${half} of ${results.length} seeds`,
    paper: 'not in the paper',
    measured: count,
    holds: count >= half,
    note: 'from (3, -3), sigma 3: 100 samples, 10 elites, alpha 0.7, 60 iterations',
  });
}

function minimumTable(results: readonly MinimumResult[]): TableEvent {
  return table({
    name: 'minima',
    columns: [
      { key: 'function', title: 'function' },
      { key: 'found', title: 'found, of all seeds' },
      { key: 'median', title: 'error, median' },
      { key: 'worst', title: 'error, worst' },
      { key: 'random', title: 'random search, median' },
      { key: 'errorIs', title: 'the error is' },
    ],
    rows: (Object.keys(tasks) as TaskName[]).map((name) => {
      const own = results.filter(({ of }) => of === name);
      const sorted = (value: (result: MinimumResult) => number) => own.map(value).sort((a, b) => a - b);
      const errors = sorted(({ error }) => error);
      return {
        function: name,
        found: `${own.filter(found).length} of ${own.length}`,
        median: median(errors),
        worst: errors.at(-1)!,
        random: median(sorted(({ random }) => random)),
        errorIs: tasks[name].errorIs,
      };
    }),
  });
}

/** Of sorted numbers. */
const median = (sorted: readonly number[]) => (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
