import type { MetricEvent } from '@surprisal/core';
import type { Model } from '@surprisal/core/tensor';
import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { smallDigits } from '../shared/small-digits.js';
import { type Training, trainInTurn } from '../shared/train-in-turn.js';
import { gridRuns, gridTraining } from './grid.js';
import { valueLearningParams } from './params.js';
import { regressionRuns, regressionTraining } from './regression.js';
import { valueLearning } from './value-learning.js';

const tiny = {
  seeds: 1,
  trainSize: 40,
  testSize: 20,
  hidden: [8],
  batchSize: 20,
  numBins: 11,
  noises: [0, 2],
  ratios: [2],
  epochs: 1,
  shifts: 1,
  shiftEpochs: 1,
  gridSteps: 4,
  gridEvery: 2,
  copyEvery: 3,
};

conformsToStudy(valueLearning, { params: tiny, data: nodeData });

/** The last that is measured of a training. */
async function endOf<M extends Model>(training: Training<M>) {
  const metrics: MetricEvent[] = [];
  for await (const event of trainInTurn([training], {})) if (event.type === 'metric') metrics.push(event);
  return metrics.at(-1)!.values;
}

onEngines(['wasm'], () => {
  describe('value-learning', () => {
    it('measures every head, checks every claim, and shows tables and plots', async () => {
      const events = await eventsOf(valueLearning, { params: tiny, data: nodeData });
      expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
        ['noise', 6],
        ['shift', 5],
        ['grid', 6],
      ]);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual([
        'error-by-noise',
        'error-by-shift',
        'grid-error-by-step',
      ]);
      expect(ofType(events, 'metric')).toHaveLength(6 * 2 + 5 * 2 + 6 * 2);
      expect(ofType(events, 'claim')).toHaveLength(2 + 2 + 1 + 1 + 1 + 2);
    });

    it('learns digits without noise, by number and by histogram', async () => {
      const params = valueLearningParams.parse({
        ...{ seeds: 1, numBins: 26, noises: [0], hidden: [32] },
        ...{ trainSize: 300, testSize: 100, batchSize: 20, epochs: 8, learningRate: 0.01 },
      });
      const digits = smallDigits(await nodeData('mnist'), params.trainSize, params.testSize);
      const runs = regressionRuns(params, 1).filter(({ task, head }) => task === 'noise' && ['MSE', 'HL-Gauss'].includes(head.name)); // prettier-ignore
      for (const run of runs) {
        const error = await endOf(regressionTraining(run, digits, params));
        expect(error['error'], run.head.name).toBeLessThan(6); // always 4.5: 8.2
      }
    });

    it('learns the grid from rewards without noise', async () => {
      const params = valueLearningParams.parse({
        ...{ seeds: 1, numBins: 21, hidden: [64], rewardNoise: 0 },
        ...{ batchSize: 200, gridSteps: 100, gridEvery: 100, learningRate: 0.01, copyEvery: 5 },
      });
      const run = gridRuns(params, 1).find(({ head }) => head.name === 'C51')!;
      const { error, gain } = await endOf(gridTraining(run, params));
      expect(error).toBeLessThan(0.2); // always 0: 0.5
      expect(gain).toBeGreaterThan(40);
    });
  });
});
