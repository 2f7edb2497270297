import type { Estimate } from '@surprisal/core';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { couplings } from './couplings.js';

const tiny = { seeds: 2, pairs: 10, laws: 2, episodes: 2, messages: 8, temperatures: [-6, -4], openTemperatures: [] };

conformsToStudy(couplings, { params: { ...tiny, compressionRates: [1, 0.5] } });

describe('couplings', () => {
  it('measures every setting, checks every claim, and shows tables and plots', async () => {
    const events = await eventsOf(couplings, { params: tiny });
    const settings = 2 * (1 + 2 * 2); // without a bottleneck both encoders are one
    expect(ofType(events, 'metric')).toHaveLength(2 * (1 + 1 + 6) + 2 * settings);
    expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
      ['entropies', 3],
      ['rates', 6],
      ['game', settings],
    ]);
    expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['trade-off', 'messages-by-rate']);
    expect(ofType(events, 'claim')).toHaveLength(2 + 4 + 2 + 1 + 1);
  });

  it('has theorems without exceptions', async () => {
    const claims = ofType(await eventsOf(couplings, { params: tiny }), 'claim');
    const starts = ['greedy codes keep no more', 'no coupling through a bottleneck', 'whoever sees the steps'];
    for (const start of starts) expect(claims.find(({ says }) => says.startsWith(start))!.holds, start).toBe(true);
  });

  it('knows where the greedy map is not the best one', async () => {
    const claims = ofType(await eventsOf(couplings, { params: tiny }), 'claim');
    // From 0.722 bits, h(0.2), to 0.881 the best map puts 0.7 and 0.1 together; greed goes on to 0.9 and 0.1.
    expect(claims.find(({ says }) => says.startsWith('for 0.7, 0.2, 0.1'))).toMatchObject({
      measured: 'differs at 3 of 25 rates; it keeps 0.000, 0.469, 0.881, 1.157 bits',
      holds: false,
    });
  });

  it('gets one bit across a long walk', async () => {
    const params = {
      ...tiny,
      messages: 2,
      temperatures: [-6],
      openTemperatures: [-4],
      compressionRates: [1],
      seeds: 1,
    };
    const rows = ofType(await eventsOf(couplings, { params }), 'table')[2]!.rows;
    expect(rows.map(({ beta, accuracy }) => [beta, (accuracy as Estimate).mean])).toEqual([
      ['e^-6', 100],
      ['e^-4', 100],
    ]);
  });
});
