import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { mirostatStudy } from './mirostat.js';

const tiny = { taus: [3], tokens: 50, zipfVocabulary: 200, seeds: 2, characters: 20_000, length: 60, vocabulary: 300 };

conformsToStudy(mirostatStudy, { params: tiny, data: nodeData });

describe('mirostat', () => {
  it('measures every setting, and checks every claim', async () => {
    const events = await eventsOf(mirostatStudy, { params: tiny, data: nodeData });
    expect(ofType(events, 'metric')).toHaveLength(2 * (4 + 10));
    expect(ofType(events, 'table').map(({ name }) => name)).toEqual(['control', 'texts']);
    const claims = ofType(events, 'claim');
    expect(claims).toHaveLength(3 + 1 + 2 + 2 + 3 + 1);
    const straight = claims.filter(({ says }) => says.includes('linear')).map(({ measured }) => measured as number);
    expect(straight[0]).toBeCloseTo(0.983, 3);
    expect(straight[1]).toBeCloseTo(0.572, 3);
  });

  it('gives the same texts for the same seed, and others for another', async () => {
    const textsOf = async (seed: number) =>
      ofType(await eventsOf(mirostatStudy, { params: { ...tiny, seeds: 1 }, data: nodeData, seed }), 'table')[1]!.rows;
    expect(await textsOf(1)).not.toEqual(await textsOf(2));
  });
});
