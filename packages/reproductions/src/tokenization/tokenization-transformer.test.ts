import type { Estimate } from '@surprisal/core';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { tokenizationTransformer } from './tokenization-transformer.js';

const tiny = {
  steps: 5,
  every: 2,
  batchSize: 4,
  context: 8,
  width: 8,
  depth: 1,
  trainSymbols: 2000,
  testSymbols: 1000,
  seeds: 2,
};

conformsToStudy(tokenizationTransformer, { params: tiny });

onEngines(['wasm'], () => {
  describe('tokenization-transformer', () => {
    it('measures both inputs all along, and checks every claim', async () => {
      const events = await eventsOf(tokenizationTransformer, { params: tiny });
      const measured = ofType(events, 'metric').map(({ values }) => [values.input, values.seed, values.step].join());
      expect(measured).toEqual(
        ['characters', 'tokens'].flatMap((input) =>
          [1, 2].flatMap((seed) => [2, 4, 5].map((step) => `${input},${seed},${step}`)),
        ),
      );
      expect(ofType(events, 'claim')).toHaveLength(3);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['loss-by-step']);
      const rows = ofType(events, 'table')[0]!.rows;
      const [ofCharacters, ofTokens] = rows.map((row) => (row['memoryless'] as Estimate).mean);
      expect(ofCharacters).toBeCloseTo(Math.LN2, 2);
      expect(ofTokens).toBeLessThan(0.5);
    });

    it('learns the frequencies of tokens', async () => {
      const params = { ...tiny, steps: 60, every: 60, learningRate: 0.01, seeds: 1 };
      const events = await eventsOf(tokenizationTransformer, { params });
      const [row] = ofType(events, 'table')[0]!.rows.slice(-1);
      const [trained, memoryless] = ['transformer', 'memoryless'].map((key) => (row![key] as Estimate).mean);
      expect(trained).toBeLessThan(memoryless! + 0.05);
    });
  });
});
