import { type Estimate, Random } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { cemEnhancedTopP } from './cem-enhanced-top-p.js';
import { bestContinuation, contextOf, randomMarkov } from './random-markov.js';

const tiny = {
  ...{ seeds: 2, finalSamples: 1000, sources: 2, places: 1, draws: 3 },
  ...{ characters: 20_000, vocabulary: 300, length: 6 },
};

conformsToStudy(cemEnhancedTopP, { params: tiny, data: nodeData });

describe('cem-enhanced-top-p', () => {
  it('measures every setting, and checks every claim', async () => {
    const events = await eventsOf(cemEnhancedTopP, { params: tiny, data: nodeData });
    expect(ofType(events, 'metric')).toHaveLength(4 * 2 + 2 * 2 + 2 + 1);
    expect(ofType(events, 'table').map(({ name }) => name)).toEqual(['rare-event', 'minima', 'paths']);
    expect(ofType(events, 'plot')).toHaveLength(1);
    const claims = ofType(events, 'claim');
    expect(claims).toHaveLength(3 + 2 + 3);
    expect(claims[0]!.holds, 'the integral needs no luck').toBe(true);
  });

  it('never reaches more than the optimum, and more with more beams than with none', async () => {
    const events = await eventsOf(cemEnhancedTopP, { params: tiny, data: nodeData });
    const rows = ofType(events, 'table')[2]!.rows;
    const reached = new Map(rows.map(({ decoder, source }) => [decoder as string, (source as Estimate).mean]));
    const optimum = reached.get('optimum')!;
    for (const value of reached.values()) expect(value).toBeLessThanOrEqual(optimum + 1e-9);
    expect(reached.get('beam search, 16')).toBeGreaterThanOrEqual(reached.get('greedy')!);
  });
});

describe('random Markov sources', () => {
  const source = randomMarkov({ alphabet: 3, order: 2, concentration: 0.5 }, new Random(3));

  it('have the best continuation that trying all of them finds', () => {
    const logProb = (context: readonly number[], left: number): number => {
      if (left === 0) return 0;
      const row = contextOf(source, context) * 3;
      const after = (symbol: number) =>
        Math.log(source.transition.data[row + symbol]!) + logProb([...context, symbol], left - 1);
      return Math.max(...[0, 1, 2].map(after));
    };
    for (const start of [
      [0, 1],
      [2, 2],
    ])
      expect(bestContinuation(source, start, 6)).toBeCloseTo(logProb(start, 6), 12);
  });

  it('have laws that are the more uneven the smaller the concentration', () => {
    const entropyOf = (concentration: number) =>
      randomMarkov({ alphabet: 8, order: 1, concentration }, new Random(4)).entropyRate;
    expect(entropyOf(0.1)).toBeLessThan(entropyOf(1));
    expect(entropyOf(100)).toBeGreaterThan(0.98 * Math.log(8));
  });
});
