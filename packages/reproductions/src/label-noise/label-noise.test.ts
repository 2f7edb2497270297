import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { labelNoise } from './label-noise.js';

const tiny = {
  trainSize: 100,
  testSize: 50,
  epochs: 3,
  batchSize: 50,
  uniform: [0, 0.3],
  classDependent: [],
  seeds: 1,
};

conformsToStudy(labelNoise, {
  params: { ...tiny, uniform: [], classDependent: [0.3], losses: ['ALDR 10', 'CE'] },
  data: nodeData,
});

onEngines(['wasm'], () => {
  describe('label-noise', () => {
    it('trains every loss in every setting, and checks every claim that it can', async () => {
      const params = { ...tiny, epochs: 1, uniform: [0, 0.6], classDependent: [0.3], seeds: 2 };
      const events = await eventsOf(labelNoise, { params, data: nodeData });
      const settings = ofType(events, 'metric').map(({ values }) => [values.label, values.noise, values.pattern, values.seed]); // prettier-ignore
      expect(new Set(settings.map(String)).size).toBe((8 * 3 + 1) * 2);
      const [table] = ofType(events, 'table');
      expect(table!.rows).toHaveLength(8);
      expect(table!.rows[0]).toMatchObject({ none: { n: 2 }, 'class-dependent 0.3': { n: 2 } });
      expect(ofType(events, 'claim').map(({ says }) => says.replace(/,.*/, ''))).toEqual([
        'with uniform 0.6 labels',
        'with class-dependent 0.3 labels',
        'with clean labels',
        'with wrong labels',
        'with class-dependent 0.3 labels',
        'with uniform 0.3 noise',
      ]);
    });

    it('leaves out the claims of what is not trained', async () => {
      const params = { ...tiny, epochs: 1, losses: ['CE', 'GCE 0.7'] };
      expect(ofType(await eventsOf(labelNoise, { params, data: nodeData }), 'claim')).toEqual([]);
    });

    it('trains by the examples that are kept from the middle on', async () => {
      const params = { ...tiny, uniform: [0.6], epochs: 12, losses: ['GCE 0.7', 'GCE 0.7 pruned'] };
      const metrics = ofType(await eventsOf(labelNoise, { params, data: nodeData }), 'metric');
      const courseOf = (label: string) => metrics.filter(({ values }) => values.label === label).map(({ values }) => values.loss as number); // prettier-ignore
      const [whole, pruned] = [courseOf('GCE 0.7'), courseOf('GCE 0.7 pruned')];
      expect(pruned).toHaveLength(12);
      whole.slice(0, 10).forEach((loss, epoch) => expect(pruned[epoch]).toBeCloseTo(loss, 4));
      expect(pruned[10]).toBeLessThan(whole[10]! - 0.05);
    });

    it('lowers the temperatures from 10 where labels are sure, seed by seed', async () => {
      const params = { ...tiny, losses: ['ALDR 10'], uniform: [], trainSize: 300, epochs: 10, seeds: 2 };
      const [claim] = ofType(await eventsOf(labelNoise, { params, data: nodeData }), 'claim');
      const means = claim!.note!.match(/\d+\.\d+/g)!.map(Number);
      expect(means).toHaveLength(2);
      for (const mean of means) {
        expect(mean).toBeLessThan(10);
        expect(mean).toBeGreaterThan(5); // lambda0 (1 - 1 / alpha)
      }
    });
  });
});
