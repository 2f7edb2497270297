import { nodeData } from '@surprisal/data/node';
import { mirostat, topK } from '@surprisal/decoding';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { compareSamplers } from './compare-samplers.js';

const tiny = { characters: 20_000, length: 60, vocabulary: 300, seeds: 2 };
const contestants = [
  { label: 'top-k:k=1', instance: topK({ k: 1 }) },
  { label: 'top-k:k=1,seed=9', instance: topK({ k: 1, seed: 9 }) },
  { label: 'mirostat:tau=5', instance: mirostat({ tau: 5 }) },
];

conformsToStudy(compareSamplers, { params: tiny, data: nodeData, contestants });

describe('compare-samplers', () => {
  it('begins at the same places for every sampler: equal samplers have equal results', async () => {
    const events = await eventsOf(compareSamplers, { params: tiny, data: nodeData, contestants });
    const [one, same, other] = ofType(events, 'table')[0]!.rows;
    expect({ ...same, sampler: '' }).toEqual({ ...one, sampler: '' });
    expect((other!.bits as { mean: number }).mean).toBeGreaterThan((one!.bits as { mean: number }).mean);
    expect(ofType(events, 'plot')[0]!.spec.data).toHaveProperty('values.length', 3 * 20);
  });

  it('asks for at least one sampler', async () => {
    await expect(eventsOf(compareSamplers, { params: tiny, data: nodeData })).rejects.toThrow(
      'compare-samplers: contestants must name at least one sampler, got none',
    );
  });
});
