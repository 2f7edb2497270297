import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { bettiNumbers } from '@surprisal/segmentation/metrics';
import { describe, expect, it } from 'vitest';
import { topomortarParams } from './params.js';
import { topomortar } from './topomortar.js';
import { drawWalls } from './walls.js';

const tiny = { seeds: 1, size: 16, trainWalls: 2, testWalls: 2, shiftedWalls: 1, width: 2, steps: 3, batchSize: 2 };

/** Five losses with accurate and noisy labels, and a fix for each. */
const SETTINGS = 12;

conformsToStudy(topomortar, { params: { ...tiny, labels: ['accurate'] } });

onEngines(['wasm'], () => {
  describe('topomortar', () => {
    it('trains every setting in its quick form, checks every claim, and shows tables and a plot', async () => {
      const events = await eventsOf(topomortar, { params: topomortar.quick! });
      expect(ofType(events, 'metric')).toHaveLength(2 * SETTINGS);
      expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
        ['walls-alike', SETTINGS],
        ['shifted-walls', SETTINGS],
      ]);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['betti-errors']);
      expect(ofType(events, 'claim')).toHaveLength(9);
      const learnt = ofType(events, 'metric').filter(({ values }) => values.loss === 'ce-dice' && values.walls === 'alike' && values.labels === 'accurate'); // prettier-ignore
      expect(learnt.length).toBe(2);
      for (const { values } of learnt) expect(values.dice).toBeGreaterThan(0.6); // all mortar would be at 0.44
    });
  });

  it('has walls with one net of mortar each', () => {
    const { train, test, shifted } = drawWalls(topomortarParams.parse({ ...tiny, size: 64 }), 1);
    expect([train.length, test.length, shifted.length]).toEqual([2, 2, 5]);
    for (const { labels } of [...train, ...test]) expect(bettiNumbers(labels.accurate)[0]).toBe(1);
  });
});
