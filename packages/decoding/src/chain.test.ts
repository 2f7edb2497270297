import { DomainError } from '@surprisal/core';
import { logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleBatch, replicate } from './batch.js';
import { Candidates } from './candidates.js';
import { chain } from './chain.js';
import { defaultChain } from './default-chain.js';
import { greedy } from './greedy.js';
import { type Mirostat, mirostat } from './mirostat.js';
import { penalties } from './penalties.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';

describe('chain', () => {
  it('applies its links in their order', () => {
    fc.assert(
      fc.property(logits(1, 12), ({ data }) => {
        const links = () => [topK({ k: 6 }), temperature({ temperature: 2 }), topP({ p: 0.7 })];
        const [together, apart] = [new Candidates().load(data), new Candidates().load(data)];
        chain(links()).apply(together);
        for (const link of links()) link.apply(apart);
        expect([...together.tokens()]).toEqual([...apart.tokens()]);
        expect(together.logits).toEqual(apart.logits);
      }),
    );
    const order = [topP({ p: 0.6 }), temperature({ temperature: 4 })];
    const counts = [order, order.toReversed()].map((links) => {
      const candidates = new Candidates().load([2, 1, 0, -1]);
      chain(links).apply(candidates);
      return candidates.count;
    });
    expect(counts).toEqual([1, 2]);
  });

  it('without links is plain sampling', () => {
    const row = [1, 2, 3];
    const [empty, plain] = [chain([], { seed: 4 }), temperature({ temperature: 1, seed: 4 })];
    for (let step = 0; step < 20; step++) expect(empty.sample(row)).toBe(plain.sample(row));
  });

  it('tells its links what was chosen, and clones them', () => {
    const controller = mirostat({ preset: 'llama-v2' });
    const sampler = chain([penalties({ frequency: 50 }), controller]);
    expect(new Set([0, 1, 2].map(() => sampler.sample([0, 0, 0])))).toEqual(new Set([0, 1, 2]));
    const mu = controller.mu;
    const clone = sampler.clone();
    const cloned = clone.samplers[1] as Mirostat;
    expect(cloned.mu).toBe(mu); // not where it began
    clone.sample([5, 0, 0]);
    expect(controller.mu).toBe(mu);
    expect(cloned.mu).not.toBe(mu);
    sampler.reset();
    expect(controller.mu).toBe(10);
  });

  it('nests', () => {
    const inner = chain([topK({ k: 2 }), temperature({ temperature: 0.5 })]);
    expect([1, 2]).toContain(chain([inner, topP({ p: 0.9 })]).sample([0, 3, 3, 0]));
  });

  it('refuses links that are no samplers, or come twice', () => {
    expect(() => chain([greedy as never])).toThrow(
      new DomainError('chain: samplers must be samplers, got function at index 0; call the method first'),
    );
    const link = greedy();
    expect(() => chain([link, topK(), link])).toThrow(
      new DomainError('chain: samplers must differ, got the one of index 0 again at 2'),
    );
    expect(() => chain([], { seed: -1 })).toThrow('chain: seed must be at least 0, got -1');
  });
});

describe('the default chain', () => {
  const everything = { repeat: 1.1, dryMultiplier: 1, topNSigma: 2, typicalP: 0.9, xtcProbability: 0.5 };
  const methods = (params: Parameters<typeof defaultChain>[0]) =>
    defaultChain(params).samplers.map(({ method }) => method);

  it('has the order of llama.cpp, or that of transformers', () => {
    const truncations = ['top-n-sigma', 'top-k', 'typical', 'top-p', 'min-p', 'xtc'];
    expect(methods(everything)).toEqual(['penalties', 'dry', ...truncations, 'temperature']);
    expect(methods({ ...everything, semantics: 'transformers' })).toEqual([
      'penalties',
      'dry',
      'temperature',
      ...truncations,
    ]);
    expect(methods({})).toEqual(['top-k', 'top-p', 'min-p', 'temperature']);
    expect(methods({ topK: 0, topP: 1, minP: 0, temperature: 1 })).toEqual([]);
  });

  it('keeps minKeep through all truncations', () => {
    const candidates = new Candidates().load([90, 30, 20, 10, 0]);
    defaultChain({ typicalP: 0.5, topK: 1, topP: 0.1, minP: 0.5, minKeep: 3 }).apply(candidates);
    expect([...candidates.tokens()]).toEqual([0, 1, 2]);
  });
});

describe('batches', () => {
  it('want a row for each sampler', () => {
    const rows = replicate(greedy(), 2);
    expect(() => sampleBatch(rows, { data: [1, 2, 3], shape: [3] })).toThrow(
      'sampleBatch: logits must be [B, V] with B = 2, one row per sampler, got [3]',
    );
    const tokens = new Int32Array(2);
    expect(sampleBatch(rows, { data: [1, 2, 2, 1], shape: [2, 2] }, tokens)).toBe(tokens);
    expect([...tokens]).toEqual([1, 0]);
  });
});
