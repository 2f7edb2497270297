import { type Estimate, Random, ShapeError } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { logSoftmax } from '@surprisal/decoding';
import { conformsToStudy, eventsOf, ofType } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { exactMode } from './exact-search.js';
import { smallImages } from '../shared/small-images.js';
import { softmaxRegression } from './softmax-regression.js';
import { utilityProbability } from './utility-probability.js';

const tiny = {
  ...{ seeds: 2, draws: 300, trainImages: 60, heldOutImages: 60, testImages: 100 },
  ...{ sentences: 2, samples: 3, characters: 20_000, vocabulary: 300, length: 12 },
};

conformsToStudy(utilityProbability, { params: tiny, data: nodeData });

describe('utility-probability', () => {
  it('measures every setting, and checks every claim', async () => {
    const events = await eventsOf(utilityProbability, { params: tiny, data: nodeData });
    const decoders = 1 + 2 * 5 + 1 + 2;
    expect(ofType(events, 'metric')).toHaveLength(2 * (2 * 3 + 9 + decoders));
    expect(ofType(events, 'table').map(({ name, rows }) => [name, rows.length])).toEqual([
      ['learning', 2 * 3],
      ['digits', 10],
      ['sentences', decoders],
    ]);
    const claims = ofType(events, 'claim');
    expect(claims).toHaveLength(3 + 4 + 3);
    expect(claims[0]!.holds, 'an identity needs no luck').toBe(true);
  });

  it('learns utilities whose noise is what their steps leave', async () => {
    const params = { ...tiny, draws: 20_000, etas: [0.05, 0.01], seeds: 4, sentences: 1 };
    const rows = ofType(await eventsOf(utilityProbability, { params, data: nodeData }), 'table')[0]!.rows;
    for (const { variation, expected } of rows) {
      expect((variation as Estimate).mean / (expected as number)).toBeGreaterThan(0.4);
      expect((variation as Estimate).mean / (expected as number)).toBeLessThan(2);
    }
  });

  it('finds nothing more probable than the exact search does', async () => {
    const events = await eventsOf(utilityProbability, { params: tiny, data: nodeData });
    const rows = ofType(events, 'table')[2]!.rows;
    const logProbOf = (start: string) =>
      rows
        .filter(({ decoder }) => (decoder as string).startsWith(start))
        .map(({ logProb }) => (logProb as Estimate).mean);
    const [exact] = logProbOf('log-probability, exact');
    for (const found of logProbOf('')) expect(found).toBeLessThanOrEqual(exact! + 1e-9);
  });
});

describe('the exact search', () => {
  const next = (tokens: readonly number[]) => {
    const random = new Random(5).split(...tokens.slice(-2));
    return Array.from({ length: 4 }, () => 2 * random.normal());
  };

  it('finds what trying everything finds', async () => {
    const all = (tokens: readonly number[], sum: number): [readonly number[], number][] => {
      if (tokens.at(-1) === 3) return [[tokens, sum]];
      if (tokens.length === 5) return [];
      return Array.from(logSoftmax(next([0, ...tokens]))).flatMap((logProb, v) => all([...tokens, v], sum + logProb));
    };
    const [tokens, logProb] = all([], 0).reduce((best, one) => (one[1] > best[1] ? one : best));
    const found = (await exactMode({ next, prompt: [0], maxTokens: 5, stop: [3] }))!;
    expect(found.tokens).toEqual(tokens);
    expect(found.logProb).toBeCloseTo(logProb, 12);
  });

  it('finds nothing where nothing ends', async () => {
    const endless = () => [0, -Infinity];
    expect(await exactMode({ next: endless, prompt: [], maxTokens: 4, stop: [1] })).toBeUndefined();
  });
});

describe('softmax regression', () => {
  it('with labels that say nothing about the rows, learns their frequencies', () => {
    const random = new Random(6);
    const rows = Array.from({ length: 40 }, () => Float64Array.of(random.normal(), random.normal()));
    const mirrored = [...rows, ...rows];
    const labels = mirrored.map((_, i) => (i < 40 ? 0 : 1));
    const logits = softmaxRegression({ rows: mirrored, labels }, { classes: 3, strength: 1 });
    const p = logSoftmax(logits(rows[0]!)).map(Math.exp);
    expect(p[0]).toBeCloseTo(0.5, 3);
    expect(p[2]).toBeLessThan(1e-3);
  });

  it('has weights where the gradient of the penalised loss is 0', () => {
    // Two classes, rows -1 and 1: each takes half of w = w_1 - w_0, which minimises 2 ln(1 + exp(-w)) + w^2 / 4.
    const rows = [Float64Array.of(-1), Float64Array.of(1)];
    const logits = softmaxRegression({ rows, labels: [0, 1] }, { classes: 2 });
    const [a, b] = logits(Float64Array.of(1));
    const w = b! - a!;
    expect(2 / (1 + Math.exp(w))).toBeCloseTo(w / 2, 5);
  });
});

describe('small images', () => {
  const set = { labels: new Int32Array(1), length: 1, height: 28, width: 28, channels: 1, classes: 10 };

  it('are means of blocks: the border is empty, the middle is what it was', () => {
    const [small] = smallImages({ ...set, images: new Uint8Array(784).fill(255) }, [0]);
    expect(small).toHaveLength(64);
    expect([small![0], small![1], small![9]]).toEqual([0.25, 0.5, 1]);
    expect(small!.reduce((sum, value) => sum + value, 0) * 16).toBeCloseTo(784, 10);
  });

  it('refuses images of another size', () => {
    expect(() => smallImages({ ...set, height: 14, images: new Uint8Array(392) }, [0])).toThrow(
      new ShapeError('smallImages: images must be [28, 28, 1], got [14, 28, 1]'),
    );
  });
});
