import { DataError, DomainError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bpe } from './bpe.js';
import { fromHuggingFace, toHuggingFace } from './huggingface.js';
import { lzw } from './lzw.js';
import { tokenizerFromJson } from './tokenizer-json.js';

const text = 'How much wood would a woodchuck chuck? As much as it could — or so. '.repeat(3);

describe("Hugging Face's tokenizer.json", () => {
  it.each(['words', 'none'] as const)('keeps ids and text, cut by %s', (pretokenize) => {
    const tokenizer = bpe({ size: 300, pretokenize }).train(text);
    const again = fromHuggingFace(JSON.stringify(toHuggingFace(tokenizer)));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(text)), (input) => {
        expect(again.encode(input)).toEqual(tokenizer.encode(input));
        expect(again.decode(again.encode(input))).toBe(input);
      }),
    );
  });

  it('is read with the bytes in the order of GPT-2, and its merges as lines', () => {
    const { model, ...rest } = toHuggingFace(bpe({ size: 300, pretokenize: 'words' }).train(text));
    const bytes = Object.keys(model.vocab)
      .filter((token) => token.length === 1)
      .sort();
    const vocab = { ...model.vocab, ...Object.fromEntries(bytes.map((token, id) => [token, id])) };
    const merges = model.merges.map((merge) => (merge as readonly string[]).join(' '));
    const tokenizer = fromHuggingFace({ ...rest, model: { ...model, vocab, merges } });
    expect(tokenizer.vocabulary[0]).toBe('!'); // as in GPT-2
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.vocabulary).toContain(' much');
    expect(tokenizerFromJson(JSON.stringify(tokenizer)).encode(text)).toEqual(tokenizer.encode(text));
    expect(fromHuggingFace(toHuggingFace(tokenizer)).encode(text)).toEqual(tokenizer.encode(text));
  });

  it('says what cannot be written or read', () => {
    expect(() => toHuggingFace(lzw().train(text))).toThrow(
      new DomainError('toHuggingFace: tokenizer must have merges of bytes, got lzw of bytes'),
    );
    const json = toHuggingFace(bpe({ size: 258 }).train(text));
    const reading = (change: object) => () => fromHuggingFace({ ...json, ...change });
    expect(() => fromHuggingFace('{')).toThrow(DataError);
    expect(reading({ model: { ...json.model, type: 'WordPiece' } })).toThrow(
      /got WordPiece cut by ByteLevel; only byte-level BPE/,
    );
    expect(reading({ pre_tokenizer: null })).toThrow(/got BPE cut by nothing/);
    expect(reading({ model: { ...json.model, vocab: { a: 0 } } })).toThrow(/whose ids 0 to 255 are the bytes/);
    expect(reading({ model: { ...json.model, merges: [['a', 'q']] } })).toThrow(
      /id 256 for the token of merge 0, aq, got -1/,
    );
  });
});
