import type { Estimate } from '@surprisal/core';
import { blockLoss, switching } from '@surprisal/language';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { tokenizationTheory } from './tokenization-theory.js';

const tiny = { symbols: 2000, seeds: 2 };

conformsToStudy(tokenizationTheory, { params: tiny });

describe('tokenization-theory', () => {
  it('measures every setting, and checks every claim', async () => {
    const events = await eventsOf(tokenizationTheory, { params: tiny });
    expect(ofType(events, 'metric')).toHaveLength(3 * 3 * 8 * 2);
    expect(ofType(events, 'table')[0]!.rows).toHaveLength(3 * 8);
    expect(ofType(events, 'claim')).toHaveLength(2 + 2 + 2 + 2 + 1);
    expect(ofType(events, 'plot').map(({ name }) => name)).toEqual([
      'loss-by-size-k-1-p-0.8',
      'loss-by-size-k-2-p-0.95',
      'loss-by-size-k-4-p-0.9',
    ]);
  });

  it('finds the same loss for all tokenizers whose tokens are the symbols, and the exact one for blocks', async () => {
    const events = await eventsOf(tokenizationTheory, { params: { symbols: 60_000, seeds: 1 } });
    const rows = ofType(events, 'table')[0]!.rows.filter(({ source }) => source === 'k 2, p 0.95');
    const mean = (size: number, tokenizer: string) =>
      (rows.find((row) => row['size'] === size)![tokenizer] as Estimate).mean;
    expect(mean(2, 'bpe')).toBe(mean(2, 'blocks'));
    expect(mean(2, 'lzw')).toBe(mean(2, 'blocks'));
    const source = switching({ k: 2, p: 0.95, q: 0.95 });
    // The surprise of 60,000 symbols has a standard deviation of sqrt(0.95 0.05 / 60000) ln 19 = 0.0026 per symbol.
    for (const r of [1, 2, 4, 6, 8]) expect(Math.abs(mean(2 ** r, 'blocks') - blockLoss(source, r))).toBeLessThan(0.01);
    for (const r of [2, 4, 6, 8]) expect(mean(2 ** r, 'bpe')).toBeGreaterThan(source.entropyRate - 0.01);
  });
});
