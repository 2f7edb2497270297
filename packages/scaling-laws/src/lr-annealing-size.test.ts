import { differences } from '@surprisal/core/numerics';
import { goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { annealingAreas } from './annealing-areas.js';
import { lrAnnealingSize } from './lr-annealing-size.js';
import { lrAnnealing } from './lr-annealing.js';
import { constant, cosine } from './schedules.js';

goldens(
  import.meta.url,
  '12-lr-annealing',
  {
    sizeExtendedAnnealingLaw: ({ inputs, params }) => {
      const columns = { N: inputs.N.data, S1: inputs.S1.data, S2: inputs.S2.data };
      return { loss: lrAnnealingSize().predict(params, columns) };
    },
  },
  { partial: true },
);

const truth = { L0: 1.5, A: 0.5, alpha: 0.5, B: 400, beta: 0.34, C: 0.02, gamma: 0.15 };
const rows = [25e6, 50e6, 100e6, 200e6, 400e6].flatMap((N) =>
  [constant(), cosine()].flatMap((schedule) => {
    const { S1, S2 } = annealingAreas(schedule({ total: 20_000, peak: 3e-4, min: 3e-5 }));
    return Array.from({ length: 18 }, (_, i) => 2000 + 1000 * i).map((s) => ({ N, S1: S1[s]!, S2: S2[s]! }));
  }),
);
const column = (name: 'N' | 'S1' | 'S2') => rows.map((row) => row[name]);
const columns = { N: column('N'), S1: column('S1'), S2: column('S2') };
const runs = { ...columns, loss: lrAnnealingSize().predict(truth, columns) };

describe('lr-annealing-size', () => {
  it('returns the constants of its own curves', () => {
    const { parameters, r2 } = lrAnnealingSize().fit(runs);
    expect(r2).toBeGreaterThan(1 - 1e-9);
    for (const name of ['alpha', 'gamma', 'L0'] as const) expect(parameters[name] / truth[name]).toBeCloseTo(1, 2);
  });

  it('with gamma held at 0 is additive', () => {
    const additive = { ...truth, C: 0.4, gamma: 0 };
    const loss = lrAnnealingSize().predict(additive, columns);
    const { parameters } = lrAnnealingSize().fit({ ...columns, loss }, { fixed: { gamma: 0 } });
    expect(parameters.gamma).toBe(0);
    expect(parameters.C).toBeCloseTo(0.4, 3);
  });

  it('at one size is the annealing law', () => {
    const { L0, A, alpha, B, beta, C, gamma } = truth;
    const N = 1e8;
    const one = lrAnnealing().predict({ L0: L0 + B * N ** -beta, A, alpha, C: C * N ** gamma }, { S1: 3, S2: 0.2 });
    expect(lrAnnealingSize().predict(truth, { N, S1: 3, S2: 0.2 })).toBeCloseTo(one, 12);
  });

  it('has the gradient that differences show', () => {
    const law = lrAnnealingSize({ loss: 'sq-log' });
    const off = { ...runs, loss: runs.loss.map((loss, i) => loss * (1 + 0.1 * Math.sin(i))) };
    const at = ([L0, A, alpha, B, beta, C, gamma]: Iterable<number>) =>
      law.evaluate(
        { L0: L0!, A: Math.exp(A!), alpha: alpha!, B: Math.exp(B!), beta: beta!, C: Math.exp(C!), gamma: gamma! },
        off,
      );
    const theta = [1.4, Math.log(0.6), 0.4, Math.log(300), 0.33, Math.log(0.015), 0.16];
    const numeric = differences((point) => at(point).objective, theta, 1e-5);
    at(theta).gradient.forEach((slope, k) => expect(slope / numeric[k]!).toBeCloseTo(1, 5));
  });
});
