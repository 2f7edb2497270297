import { DomainError } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import {
  chinchilla,
  dataConstrained,
  kaplanCompute,
  logLinear,
  lrAnnealing,
  lrAnnealingSize,
} from '@surprisal/scaling-laws';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { compareScalingLaws } from './compare-scaling-laws.js';

const tiny = { shares: [0.2, 0.4], thinned: 40 };
const contestants = [
  { label: 'chinchilla', instance: chinchilla({ starts: 'auto' }) },
  { label: 'log-linear', instance: logLinear() },
  { label: 'kaplan-compute', instance: kaplanCompute() },
  { label: 'data-constrained', instance: dataConstrained() },
  { label: 'lr-annealing', instance: lrAnnealing() },
  { label: 'lr-annealing-size', instance: lrAnnealingSize() },
];

conformsToStudy(compareScalingLaws, { params: tiny, data: nodeData, contestants });

describe('compare-scaling-laws', () => {
  it('ranks laws by their error on the largest runs, and says why others are left out', async () => {
    const events = await eventsOf(compareScalingLaws, { params: tiny, data: nodeData, contestants });
    const [scores, leftOut] = ofType(events, 'table');
    expect(scores!.rows.map(({ law }) => law)).toHaveLength(3 + 2);
    expect(scores!.rows[0]!['law']).toBe('chinchilla');
    const errors = scores!.rows.map((row) => (row['heldOut0.2'] as number) + (row['heldOut0.4'] as number));
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(leftOut!.rows.map(({ law }) => law)).toEqual(['data-constrained', 'lr-annealing', 'lr-annealing-size']);
    expect(leftOut!.rows[0]!['reason']).toBe('the table has no U (unique tokens that there are to train on)');
  });

  it('finds the laws of one input equal, whose inputs differ by a unit', async () => {
    const events = await eventsOf(compareScalingLaws, { params: tiny, data: nodeData, contestants });
    const errorOf = (law: string) =>
      ofType(events, 'table')[0]!.rows.find((row) => row['law'] === law)!['heldOut0.2'] as number;
    expect(errorOf('kaplan-compute')).toBeCloseTo(errorOf('log-linear'), 3);
  });

  it('reads loss curves as runs with steps and areas', async () => {
    const params = { ...tiny, table: 'lr-schedule-loss-curves' };
    const events = await eventsOf(compareScalingLaws, { params, data: nodeData, contestants });
    const [scores, leftOut] = ofType(events, 'table');
    expect(scores!.rows[0]!['law']).toBe('lr-annealing-size'); // the others do not know of sizes
    expect(leftOut!.rows.map(({ law }) => law)).toEqual(['chinchilla', 'kaplan-compute', 'data-constrained']);
  });

  it('leaves a law out that fails, and says how', async () => {
    const failing = {
      ...logLinear(),
      fit: () => {
        throw new DomainError('log-linear: no');
      },
    };
    const events = await eventsOf(compareScalingLaws, {
      params: tiny,
      data: nodeData,
      contestants: [...contestants.slice(0, 1), { label: 'failing', instance: failing }],
    });
    expect(ofType(events, 'table')[1]!.rows).toEqual([{ law: 'failing', reason: 'with 40% held out: log-linear: no' }]);
  });

  it('asks for at least one law', async () => {
    await expect(eventsOf(compareScalingLaws, { params: tiny, data: nodeData })).rejects.toThrow(
      'compare-scaling-laws: contestants must name at least one scaling law, got none',
    );
  });
});
