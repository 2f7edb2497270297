import { nodeData } from '@surprisal/data/node';
import { compSum, crossEntropy, focal } from '@surprisal/losses';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { compareLosses } from './compare-losses.js';

const tiny = { trainSize: 200, testSize: 100, epochs: 2, batchSize: 50, noise: [0, 0.4], seeds: 1 };
const contestants = [
  { label: 'cross-entropy', instance: crossEntropy() },
  { label: 'comp-sum:tau=1', instance: compSum({ tau: 1 }) },
  { label: 'focal', instance: focal() },
];

conformsToStudy(compareLosses, { params: tiny, data: nodeData, contestants });

onEngines(['wasm'], () => {
  describe('compare-losses', () => {
    it('gives every loss the same digits, weights and order: equal losses have equal results', async () => {
      const events = await eventsOf(compareLosses, { params: tiny, data: nodeData, contestants });
      const [table] = ofType(events, 'table');
      const [one, same, other] = table!.rows;
      expect(table!.rows.map(({ loss }) => loss)).toEqual(contestants.map(({ label }) => label));
      expect({ ...same, loss: '' }).toEqual({ ...one, loss: '' });
      expect({ ...other, loss: '' }).not.toEqual({ ...one, loss: '' });
    });

    it('asks for at least one loss', async () => {
      await expect(eventsOf(compareLosses, { params: tiny, data: nodeData })).rejects.toThrow(
        'compare-losses: contestants must name at least one loss, got none',
      );
    });
  });
});
