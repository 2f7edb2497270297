import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { chinchillaStudy } from './chinchilla.js';

const tiny = { starts: 'auto', resamples: 10, seeds: 2 };

conformsToStudy(chinchillaStudy, { params: tiny, data: nodeData });

describe('chinchilla', () => {
  it('makes every fit and bootstrap, and checks every claim', async () => {
    const events = await eventsOf(chinchillaStudy, { params: tiny, data: nodeData });
    expect(ofType(events, 'metric')).toHaveLength(4 + 4 + 3 * 2);
    expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
      ['fits', 4],
      ['intervals', 3],
      ['exponents', 4 + 2],
    ]);
    expect(ofType(events, 'claim')).toHaveLength(3 + 2 + 3 + 1 + 2 + 2);
  });

  it('finds the optima that are known', async () => {
    const events = await eventsOf(chinchillaStudy, { params: { ...tiny, seeds: 1 }, data: nodeData });
    const objectives = ofType(events, 'table')[0]!.rows.map(({ objective }) => objective as number);
    expect(objectives[0]).toBeCloseTo(1.018274e-3, 8);
    const constants = ofType(events, 'claim').filter(({ says }) => !/interval|standard errors/.test(says));
    expect(constants.filter(({ holds }) => !holds)).toEqual([]);
  });
});
