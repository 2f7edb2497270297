import { Random } from '@surprisal/core';
import { conformsToStudy, eventsOf, ofType, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { editInvariantStudy } from './edit-invariant.js';
import { editCosts } from './edits.js';
import { BLANK, TOKENS, bigramF1, noisy, pairsOf, windowsOf } from './sequences.js';

const tiny = {
  seeds: 2,
  repeated: [1],
  swapped: [2],
  blanked: [1],
  length: 4,
  trainSize: 20,
  testSize: 10,
  hidden: [8],
  batchSize: 10,
  warmUp: 1,
  epochs: 2,
  every: 1,
};

conformsToStudy(editInvariantStudy, { params: { ...tiny, swapped: [], blanked: [], seeds: 1 } });

describe('the sequences of edit-invariant', () => {
  const random = () => new Random(3);
  const target = Int32Array.of(4, 0, 7, 9, 2);

  it('have distinct tokens, each with its own translation', () => {
    const translation = random().permutation(TOKENS);
    for (const { input, target: right } of pairsOf(5, 8, translation, random())) {
      expect(new Set(input).size).toBe(8);
      expect(Array.from(right)).toEqual(Array.from(input, (token) => translation[token]));
    }
  });

  it('are repeated, exchanged and blanked, and keep their length', () => {
    const repeated = noisy(target, { kind: 'repeated', count: 5 }, random());
    expect(Array.from(repeated)).toEqual([4, 4, 0, 0, 7]);
    const once = noisy(target, { kind: 'swapped', count: 1 }, random());
    expect(Array.from(once).filter((token, s) => token !== target[s])).toHaveLength(2);
    expect(Array.from(once).sort()).toEqual(Array.from(target).sort());
    const blanked = Array.from(noisy(target, { kind: 'blanked', count: 2 }, random()));
    expect(blanked.filter((token) => token === BLANK)).toHaveLength(2);
    expect(blanked.filter((token, s) => token === target[s])).toHaveLength(3);
    expect(noisy(target, { kind: 'none', count: 0 }, random())).toBe(target);
  });

  it('are seen three tokens at a time, with nothing before the first and after the last', () => {
    const { shape, data } = windowsOf([Int32Array.of(5, 1)]);
    expect(shape).toEqual([2, 3 * TOKENS]);
    expect(Array.from(data.keys()).filter((i) => data[i] === 1)).toEqual([TOKENS + 5, 2 * TOKENS + 1, 3 * TOKENS + 5, 4 * TOKENS + 1]); // prettier-ignore
  });

  it('are alike by the bigrams that both have', () => {
    expect(bigramF1(target, target)).toBe(1);
    expect(bigramF1(Int32Array.of(1, 4, 0, 7, 9), target)).toBe(0.75); // shifted by one
    expect(bigramF1(Int32Array.of(1, 1, 1, 1, 1), target)).toBe(0);
  });
});

onEngines(['wasm'], () => {
  describe('edit-invariant', () => {
    it('trains by every loss on every noise, checks every claim, and shows tables and a plot', async () => {
      const events = await eventsOf(editInvariantStudy, { params: tiny });
      expect(ofType(events, 'metric')).toHaveLength(4 * 5 * 2 * 2);
      expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
        ['edits', 5],
        ['bigrams', 4],
        ['positions', 4],
      ]);
      expect(ofType(events, 'plot').map(({ name }) => name)).toEqual(['f1-by-repetition']);
      const claims = ofType(events, 'claim');
      expect(claims).toHaveLength(2 + 3);
      expect(claims[1]!.holds).toBe(true); // an identity, whatever was learnt
    });

    it('starts by cross-entropy, whatever the loss', async () => {
      const events = await eventsOf(editInvariantStudy, { params: { ...tiny, seeds: 1, swapped: [], blanked: [] } });
      const early = ofType(events, 'metric').filter(({ values }) => values.step === 2);
      expect(early).toHaveLength(2 * 5);
      for (const { values } of early) {
        const plain = early.find((other) => other.values.noise === values.noise && other.values.loss === 'CE')!;
        expect(values.batchLoss).toBe(plain.values.batchLoss);
      }
    });

    it('counts what edits cost: nothing for halves exchanged, by 1-grams', async () => {
      const costs = await editCosts(8, 1);
      const of = (edit: string) => costs.find((cost) => cost.edit === edit)!;
      expect(of('halves exchanged')['EISL, 1-grams']).toBeCloseTo(of('none')['EISL, 1-grams'], 5);
      expect(of('halves exchanged').CE).toBeGreaterThan(of('none').CE + 5);
    });
  });
});
