import { DomainError, Random } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symbols } from './alphabet.js';
import { blocks } from './blocks.js';
import { bpe } from './bpe.js';
import { createTokenizer } from './create-tokenizer.js';
import { lzw } from './lzw.js';
import { markov } from './markov.js';
import { unigram } from './ngram.js';
import { sequentialBpe } from './sequential-bpe.js';
import { type Source, entropy } from './source.js';
import { switching, switchingEntropyRate } from './switching.js';
import { blockLoss, lossPerCharacter, unigramTokenBound } from './theory.js';
import type { Tokenizer, TokenizerTrainer } from './tokenizer.js';
import { unigramLm } from './unigram-lm.js';

goldens(import.meta.url, '23-tokenization-theory', {
  switchingSourceEntropy({ params, expected }) {
    const source = switching(params.k === undefined ? {} : { k: params.k, p: params.p, q: params.q });
    return {
      H_inf: source.entropyRate,
      H_unigram: source.unigramEntropy,
      stationary: source.symbolLaw,
      ratio: source.unigramEntropy / source.entropyRate,
      closed_form_H_inf: switchingEntropyRate(params),
      ...('block_token_loss_r_1_2_3_5' in expected && {
        block_token_loss_r_1_2_3_5: Float64Array.of(1, 2, 3, 5).map((r) => blockLoss(source, r)),
      }),
    };
  },
  markovSource({ inputs, params, expected }) {
    const { transition, uniform } = inputs;
    const source = markov({
      order: params.k,
      alphabet: params.alphabet,
      transition: Array.from<number>(transition.data),
    });
    let drawn = 0;
    const sequence = source.generate(expected.sequence.data.length, { uniform: () => uniform.data[drawn++] });
    return {
      stationary_contexts: source.contextLaw,
      stationary_symbols: source.symbolLaw,
      H_inf: source.entropyRate,
      H_unigram: source.unigramEntropy,
      H_context: source.contextEntropy,
      sequence,
      loglik_bits_per_symbol: -source.logLikelihood(sequence) / sequence.length / Math.LN2,
      delta_min: source.smallestTransition,
    };
  },
  tokeniseAndScore({ inputs, params }) {
    const alphabetSize: number = params.alphabet;
    const size: number = params.dictionary_size;
    const [train, test]: [Int32Array, Int32Array] = [inputs.train.data, inputs.test.data];
    const byPairs = bpe({ size }).train(train, { alphabetSize });
    const byPrefixes = lzw({ size }).train(train, { alphabetSize });
    const single = createTokenizer({ method: 'single', alphabet: symbols(alphabetSize), pretokenize: 'none' });
    const fit = (tokenizer: Tokenizer, alpha: number) =>
      unigram({ alpha }).train(tokenizer.encode(train), { vocabularySize: tokenizer.size });
    const onTrain = (tokenizer: Tokenizer) => lossPerCharacter(tokenizer, fit(tokenizer, 0), train);
    const onTest = (tokenizer: Tokenizer) => lossPerCharacter(tokenizer, fit(tokenizer, params.smoothing_test), test);
    const logProbs = fit(byPairs, params.smoothing_test).logits([], new Float64Array(byPairs.size));
    const viterbi = byPairs.encode(test, { encoder: 'viterbi', logProbs });
    return {
      lzw_dictionary: byPrefixes.vocabulary,
      lzw_greedy_train: byPrefixes.encode(train),
      bpe_merges: Int32Array.from(byPairs.merges!.flat()),
      bpe_dictionary: byPairs.vocabulary,
      bpe_encoding_train: byPairs.encode(train),
      bpe_greedy_train: byPairs.encode(train, { encoder: 'greedy' }),
      loss_lzw_train_mle: onTrain(byPrefixes),
      loss_bpe_train_mle: onTrain(byPairs),
      loss_lzw_test: onTest(byPrefixes),
      loss_bpe_test: onTest(byPairs),
      loss_characters_test: onTest(single),
      min_tokens_bpe_test: byPairs.encode(test, { encoder: 'minimal' }).length,
      viterbi_loglik_bpe_test: viterbi.reduce((sum, token) => sum + logProbs[token]!, 0),
      marginal_loglik_bpe_test: byPairs.logMarginal(test, logProbs),
    };
  },
  unigramTokenBound({ inputs }) {
    const bounds = Array.from<number, ReturnType<typeof unigramTokenBound>>(inputs.H_inf.data, (entropyRate, i) =>
      unigramTokenBound({ entropyRate, smallestTransition: inputs.delta.data[i] }, inputs.d.data[i]),
    );
    return { epsilon: bounds.map(({ epsilon }) => epsilon), bound: bounds.map(({ bound }) => bound) };
  },
});

const runs = { numRuns: 50 };
const probability = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** Nats per character of held-out text: a unigram model with add-one smoothing, of 60,000 symbols, on as many. */
function lossOf(source: Source, method: TokenizerTrainer, seed = 1): number {
  const [train, test] = ['train', 'test'].map((part) => source.generate(60_000, new Random(seed).split(part)));
  const tokenizer = method.train(train!, { alphabetSize: 2 });
  const model = unigram({ alpha: 1 }).train(tokenizer.encode(train!), { vocabularySize: tokenizer.size });
  return lossPerCharacter(tokenizer, model, test!);
}

describe('what the paper claims', () => {
  const easy = switching({ k: 2, p: 0.95, q: 0.95 });

  it('1: a unigram model of tokens breaks the barrier of the character frequencies', () => {
    expect(easy.unigramEntropy).toBeCloseTo(0.693, 3);
    expect(easy.entropyRate).toBeCloseTo(0.199, 3);
    const [ofBpe, ofLzw] = [bpe, lzw].map((method) => [4, 16, 64, 256].map((size) => lossOf(easy, method({ size }))));
    for (const loss of [...ofBpe!, ...ofLzw!]) expect(loss).toBeLessThan(0.85 * easy.unigramEntropy);
    expect(ofBpe![2]).toBeLessThanOrEqual(1.15 * easy.entropyRate);
    expect(ofLzw![3]).toBeLessThanOrEqual(1.35 * easy.entropyRate);
  });

  it('2: learned dictionaries beat blocks of the same size', () => {
    for (const r of [6, 8]) {
      const size = 2 ** r;
      const [ofBpe, ofLzw, ofBlocks] = [bpe({ size }), lzw({ size }), blocks({ r })].map((one) => lossOf(easy, one));
      expect(ofBpe).toBeLessThan(ofLzw!);
      expect(ofLzw).toBeLessThan(ofBlocks!);
    }
  });

  it('3: on a source of first order blocks lose what the formula says', () => {
    const source = switching({ k: 1, p: 0.8, q: 0.8 });
    // One text of 60,000 symbols has a standard error of 0.002: the mean of eight has less than the 0.003 that are claimed.
    const mean = (r: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, seed) => sum + lossOf(source, blocks({ r }), seed) / 8, 0);
    for (const r of [4, 8]) expect(Math.abs(mean(r) - blockLoss(source, r))).toBeLessThan(0.003);
    for (const size of [16, 256]) expect(lossOf(source, bpe({ size }))).toBeCloseTo(0.528, 1);
  });

  it('4: higher order needs larger dictionaries: a small one is worse than characters', () => {
    const source = switching({ k: 4, p: 0.9, q: 0.9 });
    const [d4, d16, d64, d256] = [4, 16, 64, 256].map((size) => lossOf(source, bpe({ size })));
    expect(d4).toBeGreaterThan(source.unigramEntropy);
    for (const loss of [d16!, d64!, d256!]) expect(loss).toBeLessThan(source.unigramEntropy);
  });
});

describe('the switching source', () => {
  it('has an entropy rate that is the same for every k, and for symbols and probabilities swapped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), probability, probability, (k, p, q) => {
        const source = switching({ k, p, q });
        expect(source.entropyRate).toBeCloseTo(switchingEntropyRate({ p, q }), 9);
        expect(switching({ k, p: q, q: p }).entropyRate).toBeCloseTo(source.entropyRate, 9);
        expect(source.symbolLaw[1]).toBeCloseTo(p / (p + q), 12);
        expect(source.entropyRate).toBeLessThanOrEqual(source.unigramEntropy + 1e-12);
      }),
      runs,
    );
  });

  it('is deterministic at p = q = 1, absorbed at p = 0, and refused at p = q = 0', () => {
    const alternating = switching({ k: 3, p: 1, q: 1 });
    expect(alternating.entropyRate).toBe(0);
    const symbols = alternating.generate(30, new Random(1));
    symbols.forEach((symbol, i) => expect(i < 3 || symbol !== symbols[i - 3]).toBe(true));
    const absorbed = switching({ k: 1, p: 0, q: 0.5 });
    expect(Array.from(absorbed.symbolLaw)).toEqual([1, 0]);
    expect(absorbed.entropyRate).toBe(0);
    expect(absorbed.logLikelihood([1])).toBe(-Infinity);
    expect(() => switching({ p: 0, q: 0 })).toThrow(
      new DomainError('switching: p + q must be greater than 0, got 0; every law is stationary then'),
    );
  });
});

describe('a Markov source', () => {
  const row = (a: number) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.double({ min: 0.05, max: 1, noNaN: true })), { minLength: a, maxLength: a })
      .filter((weights) => weights.some((weight) => weight > 0))
      .map((weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      });

  it('keeps its stationary law, whatever zeros its transitions have', () => {
    const table = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 }))
      .chain(([a, k]) =>
        fc.tuple(fc.constant(a), fc.constant(k), fc.array(row(a), { minLength: a ** k, maxLength: a ** k })),
      );
    let kept = 0;
    fc.assert(
      fc.property(table, ([alphabet, order, rows]) => {
        let source: Source;
        try {
          source = markov({ alphabet, order, transition: rows.flat() });
        } catch (error) {
          expect(error).toEqual(
            new DomainError('markov: the stationary law must be unique, got several closed classes of contexts'),
          );
          return;
        }
        kept++;
        const after = new Float64Array(alphabet ** order);
        rows.forEach((law, context) =>
          law.forEach((share, x) => {
            after[(context * alphabet + x) % after.length]! += source.contextLaw[context]! * share;
          }),
        );
        after.forEach((share, context) => expect(share).toBeCloseTo(source.contextLaw[context]!, 9));
      }),
      { numRuns: 200 },
    );
    expect(kept).toBeGreaterThan(50);
  });

  it('agrees with the switching source, which has its law in closed form', () => {
    const { order, transition, contextLaw } = switching({ k: 3, p: 0.3, q: 0.1 });
    const source = markov({ order, transition: Array.from(transition.data) });
    source.contextLaw.forEach((share, context) => expect(share).toBeCloseTo(contextLaw[context]!, 12));
  });

  it('refuses tables that are none, and several stationary laws', () => {
    expect(() => markov({ transition: [0.5, 0.5] })).toThrow(
      new DomainError('markov: transition must be [2, 2] probabilities, row by row, got 2'),
    );
    expect(() => markov({ transition: [0.5, 0.6, 0.5, 0.5] })).toThrow(/sum 1, got \[0.5, 0.6\] in row 0$/);
    expect(() => markov({ transition: [1, 0, 0, 1] })).toThrow(DomainError);
    expect(() => markov({ order: 17, transition: [] })).toThrow(/at most 65536 contexts/);
  });
});

describe('losses per character', () => {
  it('of single symbols are the entropy of their frequencies; of tokens H(Q) / mean length', () => {
    const text = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 12 }), (input, size) => {
        const tokenizer = bpe({ size }).train(input, { alphabetSize: 3 });
        const tokens = tokenizer.encode(input);
        const counts = new Float64Array(tokenizer.size);
        for (const token of tokens) counts[token]!++;
        const model = unigram({ alpha: 0 }).train(tokens, { vocabularySize: tokenizer.size });
        const expected = entropy(counts.map((count) => count / tokens.length)) / (input.length / tokens.length);
        expect(lossPerCharacter(tokenizer, model, input)).toBeCloseTo(expected, 9);
        if (size === 3) expect(Array.from(tokens)).toEqual(input);
      }),
      runs,
    );
  });

  it('count code points of texts, and are undefined for an empty one', () => {
    const tokenizer = bpe({ size: 256 }).train('');
    const model = unigram().train([], { vocabularySize: 256 });
    expect(lossPerCharacter(tokenizer, model, '😀')).toBeCloseTo(4 * Math.log(256), 9);
    expect(lossPerCharacter(tokenizer, model, '')).toBeNaN();
  });

  it('on held-out text are at least the entropy rate', () => {
    const source = switching({ k: 1, p: 0.3, q: 0.3 });
    for (const method of [bpe({ size: 32 }), lzw({ size: 32 }), sequentialBpe({ size: 32 }), unigramLm({ size: 32 })])
      expect(lossOf(source, method)).toBeGreaterThan(source.entropyRate - 0.01);
  });

  it('by sequential BPE and by unigram vocabularies break the barrier, too', () => {
    const source = switching({ k: 2, p: 0.95, q: 0.95 });
    for (const method of [sequentialBpe({ size: 64 }), unigramLm({ size: 64 })])
      expect(lossOf(source, method)).toBeLessThan(0.5 * source.unigramEntropy);
  });
});

describe('the bound', () => {
  it('refuses what it is not defined for', () => {
    expect(() => unigramTokenBound({ entropyRate: 1, smallestTransition: 0 }, 10)).toThrow(DomainError);
    expect(() => unigramTokenBound({ entropyRate: 1, smallestTransition: 0.1 }, 1)).toThrow(
      new DomainError('unigramTokenBound: size must be at least 2, got 1'),
    );
    expect(() => blockLoss(switching(), 0)).toThrow(DomainError);
  });

  it('of LZW holds where it says something', () => {
    const source = switching({ k: 1, p: 0.5, q: 0.4 });
    const { bound } = unigramTokenBound(source, 256);
    expect(bound).toBeLessThan(Infinity);
    expect(lossOf(source, lzw({ size: 256 }))).toBeLessThan(bound);
  });
});
