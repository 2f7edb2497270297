import type { ImageClassificationData } from '@surprisal/data';
import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { compSumStudy } from './comp-sum.js';

const tiny = { trainSize: 200, testSize: 100, epochs: 2, batchSize: 50, taus: [1, 2], noises: [0, 0.4], seeds: 2 };

conformsToStudy(compSumStudy, { params: tiny, data: nodeData });

onEngines(['wasm'], () => {
  describe('comp-sum', () => {
    it('measures every cell, checks every claim, and shows a table and a plot', async () => {
      const events = await eventsOf(compSumStudy, { params: tiny, data: nodeData });
      const measured = ofType(events, 'metric').map(({ values }) => [
        values.label,
        values.noise,
        values.seed,
        values.epoch,
      ]);
      expect(measured).toHaveLength(2 * 2 * 2 * 2);
      expect(new Set(measured.map(String)).size).toBe(16);
      expect(ofType(events, 'claim').map(({ says }) => says.slice(0, 40))).toEqual([
        'on clean labels, the accuracy at tau 1 i',
        'the 0-1 excess is at most Gamma of the s',
        'the minimizability gap of constant predi',
      ]);
      const [table] = ofType(events, 'table');
      expect(table!.rows.map(({ loss }) => loss)).toEqual(['tau 1', 'tau 2']);
      expect(table!.rows[0]!['noise0']).toMatchObject({ n: 2 });
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['accuracy-by-noise']);
    });

    it('checks the bound on the known distribution, and it has no exception', async () => {
      const events = await eventsOf(compSumStudy, { params: { ...tiny, seeds: 1, epochs: 1 }, data: nodeData });
      const bound = ofType(events, 'claim').find(({ paper }) => paper === 'theorem: no exception')!;
      expect(bound).toMatchObject({ measured: '0 exceptions in 400', holds: true });
    });

    it('counts a training that diverges, and goes on with the next', async () => {
      const params = { ...tiny, taus: [0, 1], noises: [0], seeds: 1, steepLearningRate: 1e20 };
      const events = await eventsOf(compSumStudy, { params, data: nodeData });
      expect(ofType(events, 'metric').filter(({ values }) => values.diverged === 1)).toHaveLength(1);
      expect(ofType(events, 'table')[0]!.rows.map(({ diverged }) => diverged)).toEqual([1, 0]);
    });

    it('learns from the labels it is given: all wrong labels teach nothing right', async () => {
      const params = { ...tiny, trainSize: 1000, taus: [1], noises: [0, 1], seeds: 1, epochs: 3 };
      const [row] = ofType(await eventsOf(compSumStudy, { params, data: nodeData }), 'table')[0]!.rows;
      expect((row!['noise0'] as { mean: number }).mean).toBeGreaterThan(60);
      expect((row!['noise1'] as { mean: number }).mean).toBeLessThan(15);
    });

    it('uses the digits of the set it is given', async () => {
      const { train, test } = (await nodeData('mnist')) as ImageClassificationData;
      const same = { ...train, labels: train.labels.map(() => 3) };
      const data = () => Promise.resolve({ train: same, test } as never);
      const events = await eventsOf(compSumStudy, { params: { ...tiny, taus: [1], noises: [0], seeds: 1 }, data });
      const share = ofType(events, 'table')[0]!.rows[0]!['noise0'] as { mean: number };
      expect(share.mean).toBeLessThan(25); // it says 3 whatever it sees
    });
  });
});
