import { Random } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { transformer } from '@surprisal/nn';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { autoregressiveScalingTraining } from './autoregressive-scaling-training.js';
import { LEVELS, PIXELS, meanPixelLoss, pixelTask } from './pixel-task.js';

const tiny = {
  widths: [2, 4, 6, 8, 10],
  depth: 1,
  steps: 20,
  warmup: 2,
  every: 4,
  batchSize: 2,
  testDigits: 4,
  seeds: 1,
};

conformsToStudy(autoregressiveScalingTraining, { params: tiny, data: nodeData });

onEngines(['wasm'], () => {
  describe('autoregressive-scaling-training', () => {
    it('trains every size, and checks every claim', async () => {
      const events = await eventsOf(autoregressiveScalingTraining, { params: tiny, data: nodeData });
      expect(ofType(events, 'metric')).toHaveLength(5 * 5);
      expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
        ['sizes', 5],
        ['trends', 4],
      ]);
      expect(ofType(events, 'claim')).toHaveLength(2 + 2 + 1);
    });
  });

  describe('pixelTask', () => {
    it('makes digits of 64 grey levels, with dark margins and turned ones beside', async () => {
      const { train, test, shifted } = pixelTask(await nodeData('mnist'), 20);
      expect([train.length, test.length, shifted.length]).toEqual([60_000 * PIXELS, 20 * PIXELS, 20 * PIXELS]);
      expect(Math.min(...test)).toBe(0);
      expect(Math.max(...test)).toBe(LEVELS - 1);
      const lit = Array.from({ length: 60_000 }, (_, digit) => train[digit * PIXELS]!).filter((level) => level > 0);
      expect(lit.length).toBeLessThan(60); // the first pixel tells nothing: background in all but one of a thousand
      expect(shifted).not.toEqual(test);
    });

    it('gives a model that knows nothing about ln 16 nats per pixel', async () => {
      const random = new Random(1);
      const digits = Int32Array.from({ length: 60 * PIXELS }, () => random.integer(LEVELS));
      const model = transformer({ vocabularySize: LEVELS, context: PIXELS, width: 4, heads: 2, depth: 1 });
      expect(await meanPixelLoss(model, digits)).toBeCloseTo(Math.log(LEVELS), 1);
      model.dispose();
    });
  });
});
