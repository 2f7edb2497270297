import { Random } from '@surprisal/core';
import { logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Candidates } from './candidates.js';
import { epsilon } from './epsilon.js';
import { eta } from './eta.js';
import { minP } from './min-p.js';
import type { Sampler } from './sampler.js';
import { tailFree } from './tail-free.js';
import { heat } from './temperature.js';
import { topK } from './top-k.js';
import { topNSigma } from './top-n-sigma.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import { xtc } from './xtc.js';

const V = 20;
const rows = logits(1, V).map(({ data }) => Array.from(data));
const share = fc.double({ min: 0, max: 0.999, noNaN: true });

const kept = (sampler: Sampler, row: readonly number[], temperature = 1) => {
  const candidates = new Candidates().load(row);
  heat(candidates, temperature);
  sampler.apply(candidates);
  return [...candidates.tokens()];
};
const logs = (...probabilities: number[]) => probabilities.map(Math.log);

/** By a parameter from 0 (keeps least) to 1. */
const growing: Record<string, (x: number) => Sampler> = {
  'top-k': (x) => topK({ k: 1 + Math.floor(x * V) }),
  'top-p': (p) => topP({ p }),
  'min-p': (x) => minP({ m: 1 - x }),
  epsilon: (x) => epsilon({ epsilon: 1 - Math.max(x, 1e-9) }),
  'tail-free': (z) => tailFree({ z }),
  'top-n-sigma': (x) => topNSigma({ n: 4 * x }),
  typical: (tau) => typical({ tau }),
};

describe.each(Object.entries(growing))('%s', (name, make) => {
  it('keeps more with a larger parameter', () => {
    fc.assert(
      fc.property(rows, share, share, (row, a, b) => {
        const less = kept(make(Math.min(a, b)), row);
        const more = kept(make(Math.max(a, b)), row);
        expect(more).toEqual(expect.arrayContaining(less));
      }),
    );
  });

  it.skipIf(name === 'typical')('keeps a prefix of the sorted order', () => {
    fc.assert(
      fc.property(rows, share, (row, x) => {
        const tokens = kept(make(x), row);
        const sorted = row.map((_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
        expect(tokens).toEqual(sorted.slice(0, tokens.length).sort((a, b) => a - b));
      }),
    );
  });
});

describe.each(['top-k', 'min-p', 'epsilon'])('%s', (name) => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(rows, share, (row, x) => {
        const candidates = new Candidates().load(row);
        growing[name]!(x).apply(candidates);
        const once = [...candidates.tokens()];
        growing[name]!(x).apply(candidates);
        expect([...candidates.tokens()]).toEqual(once);
      }),
    );
  });
});

describe.each(['top-k', 'top-n-sigma'])('%s', (name) => {
  it('keeps the same at every temperature', () => {
    const eighths = fc.array(
      fc.integer({ min: -80, max: 80 }).map((n) => n / 8),
      { minLength: V, maxLength: V },
    );
    fc.assert(
      fc.property(eighths, fc.constantFrom(0.01, 0.25, 1.5), fc.constantFrom(0.25, 0.5, 4), (row, x, temperature) => {
        expect(kept(growing[name]!(x), row, temperature)).toEqual(kept(growing[name]!(x), row));
      }),
    );
  });
});

describe('the rules', () => {
  it('of ties: llama.cpp keeps k, the lower ones; transformers all', () => {
    expect(kept(topK({ k: 2 }), [1, 3, 3, 3])).toEqual([1, 2]);
    expect(kept(topK({ k: 2, semantics: 'transformers' }), [1, 3, 3, 3])).toEqual([1, 2, 3]);
    expect(kept(topP({ p: 0.5 }), [0, 0, 0, 0])).toEqual([0, 1]);
    expect(kept(minP({ m: 1 }), [1, 3, 3, 2])).toEqual([1, 2]);
  });

  it('of the bounds: top-p 0 keeps one, more than V is V', () => {
    expect(kept(topP({ p: 0 }), [1, 3, 3])).toEqual([1]);
    expect(kept(topK({ k: 9 }), [1, 2])).toEqual([0, 1]);
    expect(kept(topNSigma({ n: 0 }), [1, 2, 2])).toEqual([1, 2]);
    expect(kept(tailFree({ z: 0 }), [1, 2])).toEqual([0, 1]);
    expect(kept(tailFree({ z: 0 }), [0, 0, 0, 0])).toEqual([0]); // flat: all curvature alike
  });

  it('of minKeep: the first of the order stay', () => {
    const row = logs(0.9, 0.06, 0.03, 0.01);
    const minKeep = 3;
    const samplers = [topK({ k: 1, minKeep }), topP({ p: 0, minKeep }), minP({ m: 1, minKeep })];
    samplers.push(epsilon({ epsilon: 0.5, minKeep }), eta({ epsilon: 0.9, minKeep }));
    for (const sampler of samplers) expect(kept(sampler, row)).toEqual([0, 1, 2]);
    expect(kept(tailFree({ z: 0, minKeep: 2 }), logs(0.6, 0.2, 0.1, 0.06, 0.04))).toEqual([0, 1]);
    expect(kept(typical({ tau: 0.01, minKeep }), row)).toEqual([0, 1, 2]);
    expect(kept(xtc({ probability: 1, threshold: 0.05, minKeep }), row)).toEqual([1, 2, 3]);
    expect(kept(xtc({ probability: 1, threshold: 0.05, minKeep: 4 }), row)).toEqual([0, 1, 2, 3]);
  });

  it('of typical: the most probable token may fall', () => {
    expect(kept(typical({ tau: 0.2 }), logs(0.4, 0.3, 0.15, 0.15))).toEqual([1]);
  });

  it('of typical: llama.cpp wants tau exceeded, transformers reached, with all that ties', () => {
    const row = [0, 0, 0, 0];
    expect(kept(typical({ tau: 0.5 }), row)).toEqual([0, 1, 2]);
    expect(kept(typical({ tau: 0.5, semantics: 'transformers' }), row)).toEqual([0, 1, 2, 3]);
  });

  it('of typical are the same on 1000 rows without ties', () => {
    const random = new Random(1);
    const different = Array.from({ length: 1000 }, () => Array.from(random.normals(30, 0, 2))).filter(
      (row) =>
        kept(typical({ tau: 0.7 }), row).join() !== kept(typical({ tau: 0.7, semantics: 'transformers' }), row).join(),
    );
    expect(different).toHaveLength(0);
  });

  it('of top-p: cumulating from the bottom, as transformers does, keeps the same on 1000 rows', () => {
    const random = new Random(2);
    for (let n = 0; n < 1000; n++) {
      const row = Array.from(random.normals(30, 0, 2));
      const candidates = new Candidates().load(row);
      const ascending = row.map((_, i) => i).sort((a, b) => row[a]! - row[b]!);
      let cumulative = 0;
      const removed = ascending.filter((i) => (cumulative += candidates.probability(i)) <= 1 - 0.8);
      expect(kept(topP({ p: 0.8 }), row)).toEqual(row.map((_, i) => i).filter((i) => !removed.includes(i)));
    }
  });

  it('of eta: never stricter than epsilon, and the same where the entropy is small', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 1e-4, max: 0.5, noNaN: true }), (row, cutoff) => {
        const byEta = kept(eta({ epsilon: cutoff }), row);
        const byEpsilon = kept(epsilon({ epsilon: cutoff }), row);
        expect(byEta).toEqual(expect.arrayContaining(byEpsilon));
        const { entropy } = new Candidates().load(row);
        if (Math.sqrt(cutoff) * Math.exp(-entropy) >= cutoff * (1 + 1e-9)) expect(byEta).toEqual(byEpsilon);
      }),
    );
  });

  it('of XTC: one of the top choices stays, the least probable', () => {
    const row = logs(0.4, 0.3, 0.2, 0.1);
    expect(kept(xtc({ probability: 1, threshold: 0.15 }), row)).toEqual([2, 3]);
    expect(kept(xtc({ probability: 1, threshold: 0.35 }), row)).toEqual([0, 1, 2, 3]); // only one choice
    expect(kept(xtc({ probability: 1, threshold: 0.51 }), row)).toEqual([0, 1, 2, 3]);
    expect(kept(xtc({ probability: 1, threshold: 0.1 }), [1, 1, 1])).toEqual([2]); // of ties the highest token
  });

  it('of XTC: it acts as often as it is told to', () => {
    const sampler = xtc({ probability: 0.3, threshold: 0.15 });
    const acted = Array.from({ length: 4000 }, () => kept(sampler, logs(0.4, 0.3, 0.2, 0.1)).length < 4);
    const share = acted.filter(Boolean).length / 4000;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 4000)); // four standard errors
  });
});
