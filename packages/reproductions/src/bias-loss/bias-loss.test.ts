import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { tensor2d, tidy } from '@surprisal/core/tensor';
import { describe, expect, it } from 'vitest';
import { biasLossStudy } from './bias-loss.js';
import { compactCnn } from './compact-cnn.js';

const tiny = { trainSize: 64, testSize: 80, epochs: 4, every: 2, early: 2, seeds: 2 };

conformsToStudy(biasLossStudy, { params: { ...tiny, losses: ['bias, running', 'CE'], seeds: 1 }, data: nodeData });

onEngines(['wasm'], () => {
  describe('bias-loss', () => {
    it('trains by every loss, and checks every claim', async () => {
      const events = await eventsOf(biasLossStudy, { params: tiny, data: nodeData });
      expect(ofType(events, 'metric')).toHaveLength(7 * 2 * 2);
      expect(ofType(events, 'table')[0]!.rows).toHaveLength(7);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['accuracy-by-variance']);
      const claims = ofType(events, 'claim');
      expect(claims).toHaveLength(2 + 2);
      expect(claims.at(-1)!.holds).toBe(true); // follows from the weights, whatever was learnt
    });

    it('measures accuracies that are the mean of their quarters', async () => {
      const events = await eventsOf(biasLossStudy, { params: { ...tiny, losses: ['CE'] }, data: nodeData });
      for (const { values } of ofType(events, 'metric')) {
        const quarters = [1, 2, 3, 4].map((q) => values[`quarter${q}`] as number);
        expect(quarters.reduce((sum, value) => sum + value, 0) / 4).toBeCloseTo(values.accuracy as number, 9);
      }
    });

    it('has a network that shows its features', () => {
      const model = compactCnn(1);
      const { features, logits } = tidy(() => {
        const seen = model.look(tensor2d(new Float32Array(128), [2, 64]));
        return { features: seen.features.shape, logits: seen.logits.shape };
      });
      expect([features, logits]).toEqual([
        [2, 4, 4, 12],
        [2, 10],
      ]);
      const sizes = Object.values(model.variables).map(({ size }) => size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(850);
      model.dispose();
    });
  });
});
