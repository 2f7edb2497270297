import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { lrAnnealingTraining } from './lr-annealing-training.js';

const tiny = {
  trainCharacters: 5000,
  testCharacters: 200,
  steps: 40,
  warmup: 4,
  every: 4,
  batchSize: 4,
  context: 8,
  width: 8,
  depth: 1,
  seeds: 1,
};

conformsToStudy(lrAnnealingTraining, { params: tiny, data: nodeData });

onEngines(['wasm'], () => {
  describe('lr-annealing-training', () => {
    it('trains under every schedule, and predicts one of them', async () => {
      const events = await eventsOf(lrAnnealingTraining, { params: tiny, data: nodeData });
      expect(ofType(events, 'metric')).toHaveLength(3 * 10);
      expect(ofType(events, 'table')[0]!.rows).toHaveLength(3);
      expect(ofType(events, 'claim')).toHaveLength(1);
      const { values } = ofType(events, 'plot')[0]!.spec['data'] as { values: { line: string; step: number }[] };
      expect(values.filter(({ line }) => line === 'wsd, predicted').map(({ step }) => step)).toEqual([8, 12, 16, 20, 24, 28, 32, 36, 40]); // prettier-ignore
    });

    it('has the same losses at constant and WSD rates until the decay', async () => {
      const events = await eventsOf(lrAnnealingTraining, { params: tiny, data: nodeData });
      const lossesOf = (schedule: string) =>
        ofType(events, 'metric').filter(({ values }) => values['schedule'] === schedule).map(({ values }) => values['loss']); // prettier-ignore
      const [flat, wsd] = [lossesOf('constant'), lossesOf('wsd')];
      expect(wsd.slice(0, 8)).toEqual(flat.slice(0, 8));
      expect(wsd.slice(8)).not.toEqual(flat.slice(8));
    });
  });
});
