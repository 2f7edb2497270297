import { Random } from '@surprisal/core';
import type { Estimate } from '@surprisal/core';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { directCoverageStudy } from './direct-coverage.js';
import { questionsOf, splitPairs, tasksOf } from './questions.js';

const tiny = { seeds: 2, largest: 11, hidden: [8], epochs: 2, every: 1, late: 2, budgets: [1, 64], samples: 8 };

conformsToStudy(directCoverageStudy, { params: tiny });

describe('the questions of direct-coverage', () => {
  it('are all pairs, half to learn from', () => {
    const { train, test } = splitPairs(11, new Random(1));
    expect(new Set([...train, ...test]).size).toBe(144);
    expect(train).toHaveLength(72);
  });

  it('show both numbers and have the right answers', () => {
    const answersTo = (a: number, b: number) =>
      tasksOf(11).map((task) => [...questionsOf(task, Int32Array.of(a * 12 + b), 11).answers.data]);
    expect(answersTo(7, 11)).toEqual([[18], [5], [1, 8]]);
    const { inputs } = questionsOf(tasksOf(11)[0]!, Int32Array.of(7 * 12 + 11), 11);
    expect([...inputs.data].flatMap((value, at) => (value === 1 ? [at] : []))).toEqual([7, 23]);
  });
});

onEngines(['wasm'], () => {
  describe('direct-coverage', () => {
    it('measures every task by every loss, checks every claim, and shows tables and plots', async () => {
      const events = await eventsOf(directCoverageStudy, { params: tiny });
      expect(ofType(events, 'metric')).toHaveLength((2 + 2 + 3) * 2 * 2);
      expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
        ['coverage', 7],
        ['training-length', 7],
      ]);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['pass-by-epoch', 'pass-by-tries']);
      expect(ofType(events, 'claim')).toHaveLength(3 + 2 + 2 + 1);
    });

    it('knows pass@N: more tries are right more often, and of 1 the chance of a right answer', async () => {
      const rows = ofType(await eventsOf(directCoverageStudy, { params: tiny }), 'table')[0]!.rows;
      for (const row of rows) {
        const passes = [1, 4, 16, 64, 256].map((N) => (row[`pass${N}`] as Estimate).mean);
        expect([...passes].sort((a, b) => a - b)).toEqual(passes);
        expect(passes[0]).toBeLessThan((row['confidence'] as Estimate).mean + 1e-6);
      }
    });

    it('is sure after long training by cross-entropy, and less so by direct coverage', async () => {
      const params = { ...tiny, seeds: 1, hidden: [32], epochs: 60, every: 60, late: 60, learningRate: 0.01 };
      const rows = ofType(await eventsOf(directCoverageStudy, { params }), 'table')[0]!.rows;
      const [ce, dco] = rows.map((row) => (row['confidence'] as Estimate).mean);
      expect(ce).toBeGreaterThan(2 * dco!);
    });
  });
});
