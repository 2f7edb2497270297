import { Random, ndarray } from '@surprisal/core';
import { type Tensor, fill, matMul, sum, toTensor, transpose } from '@surprisal/core/tensor';
import { nodeData } from '@surprisal/data/node';
import { linearSmoothTermSupremum, smoothAdversarialCompSum } from '@surprisal/losses';
import { projectedGradient } from '@surprisal/nn';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { smallDigits } from '../shared/small-digits.js';
import { trainInTurn } from '../shared/train-in-turn.js';
import { adversarialCompSum } from './adversarial-comp-sum.js';
import { startIn } from './defences.js';
import { adversarialParams } from './params.js';
import { cellsOf, trainingOf } from './trainings.js';

const tiny = {
  ...{ seeds: 1, trainSize: 60, testSize: 40, hidden: [8], batchSize: 30 },
  ...{ epochs: 2, every: 1, attackSteps: 2, testSteps: 3 },
};

conformsToStudy(adversarialCompSum, { params: tiny, data: nodeData });

onEngines(['wasm'], () => {
  describe('adversarial-comp-sum', () => {
    it('measures every defence, checks every claim, and shows a table and a plot', async () => {
      const events = await eventsOf(adversarialCompSum, { params: { ...tiny, seeds: 2 }, data: nodeData });
      expect(ofType(events, 'metric')).toHaveLength(5 * 2 * 2);
      const [table] = ofType(events, 'table');
      expect(table!.rows.map(({ defence }) => defence)).toEqual([
        'cross-entropy',
        'PGD training',
        'TRADES',
        'MART',
        'ADV-COMP-SUM',
      ]);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['robust-by-step']);
      expect(ofType(events, 'claim')).toHaveLength(4);
    });

    it('shows that attacks bite, and that training on them helps', async () => {
      const params = adversarialParams.parse({
        ...tiny,
        ...{ trainSize: 500, testSize: 200, hidden: [32], epochs: 6, every: 6, testSteps: 10 },
      });
      const digits = smallDigits(await nodeData('mnist'), params.trainSize, params.testSize);
      const ends: Record<string, number>[] = [];
      for (const cell of cellsOf(params, 1).slice(0, 2)) {
        const training = trainInTurn([trainingOf(cell, digits, params)], {});
        for await (const event of training) if (event.type === 'metric') ends.push(event.values as never);
      }
      const [undefended, trained] = ends;
      expect(undefended!['clean']).toBeGreaterThan(60);
      expect(undefended!['robust']).toBeLessThan(undefended!['clean']! / 2);
      expect(trained!['robust']).toBeGreaterThan(undefended!['robust']!);
    });

    it('attacks a linear model as well as it can be, for the smooth term', () => {
      const [classes, features, radius, starts] = [5, 8, 0.25, 20];
      const weights = ndarray(new Random(1).normals(classes * features), [classes, features]);
      const labels = Int32Array.from({ length: classes * starts }, (_, i) => i % classes);
      const clean = fill([labels.length, features], 0.5);
      const loss = smoothAdversarialCompSum();
      const logits = (x: Tensor) => matMul(x, transpose(toTensor(weights)));
      const smooth = (x: Tensor) => loss.terms(logits(clean), logits(x), labels).smooth;
      const supremum = linearSmoothTermSupremum(weights, [0, 1, 2, 3, 4], radius);
      for (const norm of ['l2', 'linf'] as const) {
        const start = startIn(clean, radius, new Random(2)); // nearly as large singular values make l2 slow
        const reached = smooth(projectedGradient((x) => sum(smooth(x)), clean, { norm, radius, steps: 200, start }));
        const values = Array.from(reached.dataSync());
        supremum[norm].forEach((most, label) => {
          const best = Math.max(...values.filter((_, i) => labels[i] === label));
          expect(best, `${norm}, label ${label}`).toBeGreaterThan(0.99 * most);
          expect(best, `${norm}, label ${label}`).toBeLessThan(1.0001 * most);
        });
      }
    });
  });
});
