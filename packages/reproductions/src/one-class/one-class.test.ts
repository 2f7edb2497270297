import { type Estimate, Random, ndarray } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { aucOf } from '@surprisal/losses';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { gaussian, oneClassSvm, supportWeights } from './baselines.js';
import { oneClass } from './one-class.js';

const tiny = { seeds: 1, digits: [1], trainSize: 200, testSize: 60, epochs: 2, hidden: [8], ballDim: 4 };

conformsToStudy(oneClass, { params: tiny, data: nodeData });

onEngines(['wasm'], () => {
  describe('one-class', () => {
    it('tells digits apart in its quick form, checks every claim, and shows tables and a plot', async () => {
      const events = await eventsOf(oneClass, { params: oneClass.quick!, data: nodeData });
      expect(ofType(events, 'metric')).toHaveLength(5 * 2);
      const [methods, digits] = ofType(events, 'table');
      expect([methods!.rows.length, digits!.rows.length]).toEqual([5, 2]);
      for (const { auc } of methods!.rows) expect((auc as Estimate).mean).toBeGreaterThan(0.8); // by chance: 0.5
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['auc-by-digit']);
      expect(ofType(events, 'claim')).toHaveLength(4);
    });
  });
});

describe('the baselines of one-class', () => {
  const rows = (n: number, d: number, scale: number, seed: number) =>
    ndarray(new Random(seed).normals(n * d, 0, scale), [n, d]);

  it('have weights of support vectors from 0 to 1 / (nu n) with sum 1, which no exchange between two betters', () => {
    const points = rows(30, 2, 1, 1).data;
    const at = (i: number, j: number) => Math.exp(-((points[2 * i]! - points[2 * j]!) ** 2) - (points[2 * i + 1]! - points[2 * j + 1]!) ** 2); // prettier-ignore
    const kernel = Array.from({ length: 30 }, (_, i) => Float64Array.from({ length: 30 }, (_, j) => at(i, j)));
    const weights = supportWeights(kernel, 0.2);
    const most = 1 / (0.2 * 30);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    const slopes = kernel.map((row) => row.reduce((sum, value, j) => sum + value * weights[j]!, 0));
    const down = Math.max(...slopes.filter((_, i) => weights[i]! > 0));
    const up = Math.min(...slopes.filter((_, i) => weights[i]! < most));
    expect(down - up).toBeLessThan(1e-5);
    for (const weight of weights) {
      expect(weight).toBeGreaterThanOrEqual(0);
      expect(weight).toBeLessThanOrEqual(most);
    }
  });

  it('find what is far away', () => {
    const test = ndarray(Float32Array.of(...rows(40, 3, 1, 2).data, ...rows(40, 3, 8, 3).data), [80, 3]);
    const labels = Int32Array.from({ length: 80 }, (_, i) => Number(i >= 40));
    for (const baseline of [gaussian, oneClassSvm])
      expect(aucOf(baseline(rows(60, 3, 1, 4), test), labels)).toBeGreaterThan(0.95);
  });
});
