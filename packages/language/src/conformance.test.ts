import { type AnyMethod, DomainError, Random, ShapeError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Encoder, Tokenizer } from './tokenizer.js';
import { tokenizerFromJson } from './tokenizer-json.js';
import plugin from './plugin.js';

/** Every method of a kind must pass the kind's suite; it joins by being in the plugin's list. */
const methodsOf = <K extends AnyMethod['info']['kind']>(kind: K) =>
  plugin.methods
    .filter(({ info }) => info.kind === kind)
    .map((method) => [method.info.name, method as unknown as AnyMethod<K>] as const);

const runs = { numRuns: 50 };
const text = fc.string({ unit: 'binary', maxLength: 40 });
const symbols = fc.array(fc.nat({ max: 2 }), { maxLength: 60 });
const encoders: readonly Encoder[] = ['own', 'greedy', 'minimal', 'viterbi'];

/** Add-one log-probabilities of the tokens of a text. */
function logProbsOf(tokenizer: Tokenizer, tokens: Int32Array): Float64Array {
  const counts = new Float64Array(tokenizer.size).fill(1);
  for (const token of tokens) counts[token]!++;
  return counts.map((count) => Math.log(count / (tokens.length + tokenizer.size)));
}

describe.each(methodsOf('tokenizer'))('tokenizer %s', (name, method) => {
  const english = 'the quick brown fox jumps over the lazy dog, and the dog sleeps. '.repeat(4);

  it('gives every text back, whatever the encoder, of bytes and of characters', () => {
    for (const alphabet of ['bytes', 'characters'] as const) {
      // Blocks of the 256 bytes beside the characters would be too many to list.
      const tokenizer = method(name === 'blocks' ? { alphabet, r: 1 } : { alphabet, size: 320 }).train(english);
      fc.assert(
        fc.property(fc.oneof(text, fc.constant(english)), (input) => {
          for (const encoder of encoders) {
            const logProbs = logProbsOf(tokenizer, tokenizer.encode(english));
            expect(tokenizer.decode(tokenizer.encode(input, { encoder, logProbs }))).toBe(input);
          }
        }),
        runs,
      );
    }
  });

  it('gives all symbols back; their number is the sum of the lengths of the tokens', () => {
    fc.assert(
      fc.property(symbols, symbols, (train, test) => {
        const tokenizer = method(name === 'blocks' ? {} : { size: 12 }).train(train, { alphabetSize: 3 });
        const logProbs = logProbsOf(tokenizer, tokenizer.encode(train));
        for (const encoder of encoders) {
          const tokens = tokenizer.encode(test, { encoder, logProbs });
          expect(Array.from(tokenizer.decodeSymbols(tokens))).toEqual(test);
          expect(tokens.reduce((sum, token) => sum + tokenizer.pieces[token]!.length, 0)).toBe(test.length);
        }
      }),
      runs,
    );
  });

  it('needs fewest tokens minimally, and is most likely by Viterbi, which is at most the marginal', () => {
    fc.assert(
      fc.property(symbols, symbols, (train, test) => {
        const tokenizer = method(name === 'blocks' ? {} : { size: 12 }).train(train, { alphabetSize: 3 });
        const logProbs = logProbsOf(tokenizer, tokenizer.encode(train));
        const logLikelihood = (encoder: Encoder) =>
          tokenizer.encode(test, { encoder, logProbs }).reduce((sum, token) => sum + logProbs[token]!, 0);
        const fewest = tokenizer.encode(test, { encoder: 'minimal' }).length;
        for (const encoder of encoders) {
          expect(fewest).toBeLessThanOrEqual(tokenizer.encode(test, { encoder, logProbs }).length);
          expect(logLikelihood(encoder)).toBeLessThanOrEqual(logLikelihood('viterbi') + 1e-9);
        }
        expect(logLikelihood('viterbi')).toBeLessThanOrEqual(tokenizer.logMarginal(test, logProbs) + 1e-9);
      }),
      runs,
    );
  });

  it('has the symbols first, and no more tokens than asked for', () => {
    const tokenizer = method().train([0, 1, 2, 0, 1, 2, 2], { alphabetSize: 3 });
    expect(tokenizer.vocabulary.slice(0, 3)).toEqual(['0', '1', '2']);
    expect(tokenizer.vocabulary).toHaveLength(tokenizer.size);
    expect(tokenizer.pieces).toHaveLength(tokenizer.size);
    if (name !== 'blocks') expect(method({ size: 5 }).train(new Array(99).fill(1)).size).toBeLessThanOrEqual(5);
  });

  it('is the same every time, and in steps that say how far they are', () => {
    const input = Array.from(new Random(1).uniforms(500), (u) => Math.floor(4 * u * u));
    const first = method(name === 'blocks' ? {} : { size: 40 }).train(input);
    const training = method(name === 'blocks' ? {} : { size: 40 }).training(input);
    let step = training.next();
    for (; !step.done; step = training.next()) {
      expect(step.value.label).toBe(name);
      expect(step.value.step).toBeLessThanOrEqual(step.value.of);
    }
    expect(step.value.vocabulary).toEqual(first.vocabulary);
    let told = 0;
    method(name === 'blocks' ? {} : { size: 40 }).train(input, { onProgress: () => told++ });
    expect(told).toBeGreaterThan(0);
  });

  it('is stored and read', () => {
    const tokenizer = method(name === 'blocks' ? { r: 1 } : { size: 300 }).train(english);
    const again = tokenizerFromJson(JSON.stringify(tokenizer));
    expect(again.vocabulary).toEqual(tokenizer.vocabulary);
    expect(again.encode(english)).toEqual(tokenizer.encode(english));
    expect(again.toJSON()).toEqual(tokenizer.toJSON());
  });

  it('takes an empty text, one symbol, and one symbol again and again', () => {
    expect(
      method(name === 'blocks' ? { r: 1 } : {})
        .train('')
        .encode(''),
    ).toEqual(new Int32Array(0));
    expect(Array.from(method().train([], { alphabetSize: 2 }).encode([1]))).toEqual([1]);
    expect(method().train([]).size).toBe(0);
    const tokenizer = method().train(new Array(64).fill(0));
    expect(tokenizer.decode(tokenizer.encode('0'.repeat(77)))).toBe('0'.repeat(77));
  });

  it('refuses what it cannot do, in one line', () => {
    const tokenizer = method(name === 'blocks' ? { r: 1 } : {}).train([0, 1]);
    expect(() => tokenizer.encode([0, 2])).toThrow(
      new DomainError(`${name}: symbols must be whole numbers from 0 to 1, got 2 at index 1`),
    );
    expect(() => tokenizer.decode([99999])).toThrow(/tokens must be whole numbers from 0 to \d+, got 99999 at index 0/);
    expect(() => tokenizer.encode([0], { encoder: 'gredy' as never })).toThrow(
      /encoder must be one of own, greedy, minimal, viterbi, got gredy/,
    );
    expect(() => tokenizer.encode([0], { encoder: 'viterbi', logProbs: [0] })).toThrow(
      /logProbs must be \d+ .* got 1$/,
    );
    expect(() => method().train([0, 0.5])).toThrow(/symbols must be whole numbers from 0 to 0, got 0.5 at index 1/);
    expect(() => method().train([0, 5], { alphabetSize: 3 })).toThrow(DomainError);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
    if (name !== 'blocks')
      expect(() => method({ size: 2 }).train([0, 1, 2])).toThrow(
        new DomainError(`${name}: size must be at least 3, the size of the alphabet, got 2`),
      );
  });

  it('refuses characters that training did not see, without byte fallback', () => {
    const tokenizer = method({ alphabet: 'characters', byteFallback: false }).train('abab');
    expect(tokenizer.decode(tokenizer.encode('bba'))).toBe('bba');
    expect(() => tokenizer.encode('abc')).toThrow('text must be of the 2 characters seen in training, got "c"');
  });
});

describe.each(methodsOf('language-model'))('language-model %s', (name, method) => {
  const vocabularySize = 5;
  const tokens = fc.array(fc.nat({ max: vocabularySize - 1 }), { maxLength: 60 });

  it('gives laws: logits sum to 1, and are what logProb says', () => {
    fc.assert(
      fc.property(tokens, tokens, (train, context) => {
        const model = method().train(train, { vocabularySize });
        const logits = model.logits(context, new Float64Array(vocabularySize));
        expect(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)).toBeCloseTo(1, 9);
        logits.forEach((logit, token) => expect(model.logProb(token, context)).toBeCloseTo(logit, 9));
        expect(model.logits(context)).toEqual(Float32Array.from(logits));
      }),
      { numRuns: 200 },
    );
  });

  it('has the cross-entropy of its log-probabilities, and looks at the last tokens alone', () => {
    fc.assert(
      fc.property(tokens, tokens, (train, test) => {
        const model = method().train(train, { vocabularySize });
        const sum = test.reduce((total, token, i) => total - model.logProb(token, test.slice(0, i)), 0);
        if (test.length > 0) expect(model.crossEntropy(test)).toBeCloseTo(sum / test.length, 9);
        const end = test.slice(Math.max(0, test.length - model.order + 1));
        expect(model.logits(test)).toEqual(model.logits(end));
      }),
      runs,
    );
  });

  it('writes to what it is given, the same every time', () => {
    const model = method().train([0, 1, 2, 0, 1, 2], { vocabularySize });
    const out = new Float32Array(vocabularySize);
    expect(model.logits([0, 1], out)).toBe(out);
    expect(model.logits([0, 1])).toEqual(out);
    expect(() => model.logits([0], new Float32Array(4))).toThrow(ShapeError);
  });

  it('is trained in steps that say how far they are', () => {
    const training = method().training(new Int32Array(70_000), { vocabularySize });
    let step = training.next();
    for (; !step.done; step = training.next()) {
      expect(step.value.label).toBe(name);
      expect(step.value.step).toBeLessThanOrEqual(step.value.of);
    }
    expect(step.value.vocabularySize).toBe(vocabularySize);
  });

  it('of nothing is uniform; the loss of nothing is undefined; one token has no surprise', () => {
    const model = method().train([], { vocabularySize });
    for (const logit of model.logits([])) expect(logit).toBeCloseTo(-Math.log(vocabularySize), 6);
    expect(model.crossEntropy([])).toBeNaN();
    expect(method().train([0, 0, 0], { vocabularySize: 1 }).crossEntropy([0, 0])).toBeCloseTo(0, 9);
  });

  it('refuses what it cannot do, in one line', () => {
    const model = method().train([0, 1], { vocabularySize: 2 });
    expect(() => model.logProb(2, [0])).toThrow(
      new DomainError(`${name}: tokens must be whole numbers from 0 to 1, got 2 at index 0`),
    );
    expect(() => model.crossEntropy([0, -1])).toThrow(DomainError);
    expect(() => method().train([0, 9], { vocabularySize: 2 })).toThrow(/got 9 at index 1/);
    expect(() => method().train([], { vocabularySize: 0 })).toThrow(
      new DomainError(`${name}: vocabularySize must be a whole number of at least 1, got 0`),
    );
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

describe.each(methodsOf('source'))('source %s', (name, method) => {
  const source = method();

  it('has laws that sum to 1, and a stationary one that its transitions keep', () => {
    const { alphabetSize: a, contextLaw, transition } = source;
    const sum = (law: ArrayLike<number>) => Array.from(law).reduce((total, share) => total + share, 0);
    expect(sum(contextLaw)).toBeCloseTo(1, 12);
    expect(sum(source.symbolLaw)).toBeCloseTo(1, 12);
    const after = new Float64Array(contextLaw.length);
    contextLaw.forEach((share, context) => {
      for (let x = 0; x < a; x++) after[(context * a + x) % after.length]! += share * transition.data[context * a + x]!;
    });
    after.forEach((share, context) => expect(share).toBeCloseTo(contextLaw[context]!, 12));
  });

  it('has H_inf <= H_pi <= ln a, and block entropies whose mean falls to H_inf', () => {
    expect(source.entropyRate).toBeLessThanOrEqual(source.unigramEntropy + 1e-12);
    expect(source.unigramEntropy).toBeLessThanOrEqual(Math.log(source.alphabetSize) + 1e-12);
    expect(source.blockEntropy(0)).toBeCloseTo(0, 12);
    expect(source.blockEntropy(1)).toBeCloseTo(source.unigramEntropy, 12);
    for (let r = 1; r < 20; r++)
      expect(source.blockEntropy(r + 1) / (r + 1)).toBeLessThanOrEqual(source.blockEntropy(r) / r + 1e-12);
    expect(source.blockEntropy(1e6) / 1e6).toBeCloseTo(source.entropyRate, 5);
  });

  it('generates what has its entropy, the same for the same seed', () => {
    const symbols = source.generate(50_000, new Random(1));
    expect(source.generate(50_000, new Random(1))).toEqual(symbols);
    expect(-source.logLikelihood(symbols) / symbols.length).toBeCloseTo(source.entropyRate, 1);
    source.symbolLaw.forEach((share, symbol) =>
      expect(symbols.filter((one) => one === symbol).length / symbols.length).toBeCloseTo(share, 1),
    );
  });

  it('has likelihoods that sum to 1 over all strings of a length', () => {
    const { alphabetSize: a } = source;
    for (const n of [0, 1, 2, 5]) {
      const strings = Array.from({ length: a ** n }, (_, index) =>
        Array.from({ length: n }, (_, i) => Math.floor(index / a ** i) % a),
      );
      const sum = strings.reduce((total, string) => total + Math.exp(source.logLikelihood(string)), 0);
      expect(sum).toBeCloseTo(1, 9);
    }
  });

  it('refuses what it cannot do, in one line', () => {
    expect(() => source.logLikelihood([0, 7])).toThrow(
      new DomainError(`${name}: symbols must be whole numbers from 0 to ${source.alphabetSize - 1}, got 7 at index 1`),
    );
    expect(() => source.blockEntropy(-1)).toThrow(DomainError);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
    expect(source.generate(0, new Random(1))).toHaveLength(0);
  });
});
