import { Random } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { autoregressiveScaling } from './autoregressive-scaling.js';
import { BEST_SIZE_EXPONENT, captionCheck, learningCurves, memorisers } from './known-sources.js';

const tiny = { captions: 100, seeds: 2 };

conformsToStudy(autoregressiveScaling, { params: tiny, data: nodeData });

describe('autoregressive-scaling', () => {
  it('measures every source, and checks every claim', async () => {
    const events = await eventsOf(autoregressiveScaling, { params: tiny, data: nodeData });
    expect(ofType(events, 'metric')).toHaveLength(2);
    expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
      ['domains', 10],
      ['forecasts', 3],
      ['known sources', 5],
    ]);
    expect(ofType(events, 'claim')).toHaveLength(3 + 2 + 1 + 2);
    expect(ofType(events, 'plot')[0]!.spec['data']).toHaveProperty('values.length', 3 * 12);
  });
});

describe('known sources', () => {
  it('memorisers lose all of the penalty when they know nothing, and none when they know all', () => {
    const { loss } = memorisers([0, 200_000]);
    expect(loss[0]).toBeCloseTo(2.3, 12);
    expect(loss[1]).toBeCloseTo(0.8, 12);
  });

  it('learning curves are best, for every budget, near the size that grows with the exponent told', () => {
    const { C, L, N } = learningCurves(0, new Random(1));
    expect(L).toHaveLength(160);
    const best = (from: number, to: number) =>
      N[C.indexOf(C.filter((c) => c >= from && c < to).toSorted((a, b) => L[C.indexOf(a)]! - L[C.indexOf(b)]!)[0]!)]!;
    const exponent = Math.log(best(3e16, 1e17) / best(3e13, 1e14)) / Math.log(1000);
    expect(Math.abs(exponent - BEST_SIZE_EXPONENT)).toBeLessThan(0.15);
  });

  it('captions tell their mutual information to within its error', () => {
    const { estimated, standardError, exact } = captionCheck(4000, new Random(1));
    expect(exact).toBeGreaterThan(0);
    expect(exact).toBeLessThan(Math.log(6));
    expect(Math.abs(estimated - exact)).toBeLessThan(4 * standardError);
  });
});
