import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { lrAnnealingStudy } from './lr-annealing.js';

const tiny = { sizes: ['25M'], thinned: 40 };

conformsToStudy(lrAnnealingStudy, { params: tiny, data: nodeData });

describe('lr-annealing', () => {
  it('measures every law on every schedule, and checks every claim', async () => {
    const events = await eventsOf(lrAnnealingStudy, { params: tiny, data: nodeData });
    expect(ofType(events, 'metric')).toHaveLength(4 * 6);
    expect(ofType(events, 'table')[0]!.rows).toHaveLength(4);
    expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['forecast-25M']);
    expect(ofType(events, 'claim').map(({ says, holds }) => [says.split(':')[0], holds])).toEqual([
      ['the fit to the example of the authors has their constants, to three decimals, and R^2 >= 0.9995', true],
      ['with the annealing area the last five points of its cosine curve are off by less than 0.05%', true],
      ['without it they are off by 2.3 to 2.6%, and R^2 is 0.977', true],
      ...Array.from({ length: 4 }, () => ['25M', true]),
    ]);
  });

  it('finds the errors that the curves are known to have', async () => {
    const [errors] = ofType(await eventsOf(lrAnnealingStudy, { params: tiny, data: nodeData }), 'table');
    const [raw, peak, alone] = errors!.rows.map(({ mean }) => mean as number);
    expect(raw).toBeCloseTo(0.16, 2);
    expect(peak).toBeCloseTo(0.21, 2);
    expect(alone).toBeCloseTo(0.74, 2);
  });
});
