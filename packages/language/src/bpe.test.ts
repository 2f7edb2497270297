import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bpe } from './bpe.js';
import { lzw } from './lzw.js';
import { pretokenize } from './pretokenize.js';
import { sequentialBpe } from './sequential-bpe.js';
import { unigramLm } from './unigram-lm.js';

const symbols = fc.array(fc.nat({ max: 2 }), { maxLength: 80 });

/** Replaces a pair from left to right without overlap. */
function merged(tokens: readonly number[], [left, right]: readonly [number, number], token: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const fits = tokens[i] === left && tokens[i + 1] === right;
    result.push(fits ? token : tokens[i]!);
    if (fits) i++;
  }
  return result;
}

/** BPE as it is defined: count all pairs, merge, and count again. */
function definition(pieces: readonly (readonly number[])[], alphabetSize: number, size: number): [number, number][] {
  const merges: [number, number][] = [];
  for (let texts = pieces; alphabetSize + merges.length < size;) {
    const counts = new Map<string, { pair: [number, number]; count: number }>();
    for (const text of texts) {
      for (let i = 0; i + 1 < text.length; i++) {
        const pair: [number, number] = [text[i]!, text[i + 1]!];
        const count = (counts.get(pair.join())?.count ?? 0) + 1;
        counts.set(pair.join(), { pair, count });
      }
    }
    const [first] = Array.from(counts.values()).sort(
      (a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1],
    );
    if (!first || first.count < 2) break;
    const token = alphabetSize + merges.push(first.pair) - 1;
    texts = texts.map((text) => merged(text, first.pair, token));
  }
  return merges;
}

describe('bpe', () => {
  it('makes the merges of its definition, and encodes by them one after another', () => {
    fc.assert(
      fc.property(symbols, symbols, (train, test) => {
        const tokenizer = bpe({ size: 20 }).train(train, { alphabetSize: 3 });
        const merges = definition([train], 3, 20);
        expect(tokenizer.merges).toEqual(merges);
        const encoded = merges.reduce((tokens, pair, i) => merged(tokens, pair, 3 + i), test);
        expect(Array.from(tokenizer.encode(test))).toEqual(encoded);
      }),
      { numRuns: 500 },
    );
  });

  it('counts the words of a cut text as often as they stand there', () => {
    const text = 'low low low lower lower newest newest newest widest aaa aaaa';
    const tokenizer = bpe({ size: 280, pretokenize: 'words' }).train(text);
    const words = pretokenize(text, 'words').map((word) => Array.from(new TextEncoder().encode(word)));
    expect(tokenizer.merges).toEqual(definition(words, 256, 280));
    expect(tokenizer.vocabulary.some((token) => /. /.test(token))).toBe(false);
    expect(Array.from(tokenizer.encode('low'))).toHaveLength(2);
  });

  it('of a smaller size is the beginning of a larger one; every token is two earlier ones', () => {
    fc.assert(
      fc.property(symbols, (train) => {
        const [small, large] = [6, 16].map((size) => bpe({ size }).train(train, { alphabetSize: 3 }));
        expect(large!.vocabulary.slice(0, small!.size)).toEqual(small!.vocabulary);
        large!.merges!.forEach(([left, right], i) => {
          expect(Math.max(left, right)).toBeLessThan(3 + i);
          expect(large!.vocabulary[3 + i]).toBe(large!.vocabulary[left]! + large!.vocabulary[right]!);
        });
      }),
    );
  });

  it('counts overlapping pairs, doubles one repeated symbol, and merges no pair that stands once', () => {
    // aaab: (a, a) stands twice, though only one of them can be merged
    expect(bpe({ size: 3 }).train([0, 0, 0, 1]).merges).toEqual([[0, 0]]);
    expect(
      bpe({ size: 6 })
        .train(new Array(64).fill(0))
        .pieces.map((piece) => piece.length),
    ).toEqual([1, 2, 4, 8, 16, 32]);
    expect(bpe({ size: 99 }).train([0, 1, 2, 3]).size).toBe(4);
  });

  it('takes about as long for each symbol of a long text as of a short one', () => {
    const text = (n: number) => Int32Array.from({ length: n }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 27) & 15);
    const seconds = (n: number) => {
      const before = process.cpuUsage();
      const tokenizer = bpe({ size: 400 }).train(text(n));
      tokenizer.encode(text(n));
      return process.cpuUsage(before).user / 1e6;
    };
    seconds(20_000); // compiled from here on
    expect(seconds(400_000)).toBeLessThan(60 * Math.max(seconds(20_000), 0.02)); // 20 if linear, 400 if quadratic
  });
});

describe('lzw', () => {
  it('grows by an earlier token and one symbol; of a smaller size it is the beginning of a larger one', () => {
    fc.assert(
      fc.property(symbols, (train) => {
        const [small, large] = [6, 16].map((size) => lzw({ size }).train(train, { alphabetSize: 3 }).vocabulary);
        expect(large!.slice(0, small!.length)).toEqual(small);
        large!.slice(3).forEach((token, i) => expect(large!.slice(0, 3 + i)).toContain(token.slice(0, -1)));
        expect(new Set(large).size).toBe(large!.length);
      }),
    );
  });
});

describe('sequential bpe', () => {
  it('merges what is frequent enough in its chunk alone', () => {
    const train = [0, 1, 0, 1, 0, 1, /* next chunk */ 0, 0, 1, 1, 1, 1];
    expect(sequentialBpe({ size: 4 }).train(train).vocabulary).toEqual(['0', '1', '01', '11']);
    expect(sequentialBpe({ size: 4, minimumCount: 4 }).train(train).vocabulary).toEqual(['0', '1']);
  });
});

describe('unigram-lm', () => {
  const text = 'the cat sat on the mat; the rat sat on the hat; the cat ate the rat. '.repeat(10);

  it('has probabilities that sum to 1, of exactly as many tokens as asked for', () => {
    const tokenizer = unigramLm({ size: 290, pretokenize: 'words' }).train(text);
    expect(tokenizer.size).toBe(290);
    expect(tokenizer.logProbs!.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 9);
    expect(tokenizer.vocabulary).toContain(' the');
  });

  it('makes its text more likely than BPE of the same size does', () => {
    const size = 275;
    const learned = unigramLm({ size }).train(text);
    const tokenizer = bpe({ size }).train(text);
    const tokens = tokenizer.encode(text);
    const counts = new Float64Array(size);
    for (const token of tokens) counts[token]!++;
    const logProbs = counts.map((count) => Math.log(count / tokens.length));
    expect(learned.logMarginal(text)).toBeGreaterThan(tokenizer.logMarginal(text, logProbs));
  });

  it('keeps to the longest token it may have', () => {
    const lengths = unigramLm({ longest: 3 })
      .train(text)
      .pieces.map((piece) => piece.length);
    expect(Math.max(...lengths)).toBe(3);
  });
});
