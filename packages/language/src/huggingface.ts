import { DataError, DomainError } from '@surprisal/core';
import { bytesInOrder } from './alphabet.js';
import { createTokenizer } from './create-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

/** The parts of Hugging Face's tokenizer.json that byte-level BPE needs. */
export interface HuggingFaceTokenizer {
  readonly version: string;
  readonly pre_tokenizer: {
    readonly type: string;
    readonly add_prefix_space?: boolean;
    readonly use_regex?: boolean;
  } | null;
  readonly decoder: { readonly type: string } | null;
  readonly model: {
    readonly type: string;
    /** Token to id; bytes are written as in GPT-2, a space as Ġ. */
    readonly vocab: Readonly<Record<string, number>>;
    /** The two tokens of each merge, apart or with a space between. */
    readonly merges: readonly (string | readonly [string, string])[];
  };
}

/** GPT-2's sign for each byte: printable bytes are themselves, the others the characters from U+0100 on. */
const signs = ((): readonly string[] => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let others = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : others++));
})();

/**
 * A BPE tokenizer of bytes in the form of Hugging Face's tokenizer.json, which `transformers`, `tokenizers` and transformers.js read.
 *
 * When two merges give the same string, that form knows it by its first id alone.
 *
 * @throws DomainError for a tokenizer without merges, or of another alphabet
 *
 * @example
 * const { model } = toHuggingFace(bpe({ size: 258 }).train('aaabdaaabac'));
 * console.log(model.merges, model.vocab.ab); // [ [ 'a', 'a' ], [ 'a', 'b' ] ] 257
 */
export function toHuggingFace(tokenizer: Tokenizer): HuggingFaceTokenizer {
  const { alphabet, pretokenize } = tokenizer.toJSON();
  if (!tokenizer.merges || alphabet.type !== 'bytes')
    throw new DomainError(
      `toHuggingFace: tokenizer must have merges of bytes, got ${tokenizer.method} of ${alphabet.type}`,
    );
  const written = tokenizer.pieces.map((piece) =>
    Array.from(piece, (symbol) => signs[alphabet.order?.[symbol] ?? symbol]).join(''),
  );
  const vocab = Object.fromEntries(written.map((token, id) => [token, id]).reverse()); // of the same strings the first stays
  const model = {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab,
    merges: tokenizer.merges.map(([left, right]) => [written[left]!, written[right]!] as const),
  };
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: pretokenize === 'words',
  };
  return {
    version: '1.0',
    ...{ truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null },
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
    model,
  };
}

/**
 * The tokenizer of a tokenizer.json of byte-level BPE, such as GPT-2's, with the same ids. Special tokens are left out: text is text.
 *
 * @param json the text, or what it parses to
 * @throws DataError for other models, other ways of cutting texts, and vocabularies that are not the 256 bytes followed by the merges
 *
 * @example
 * const tokenizer = bpe({ size: 300, pretokenize: 'words' }).train('low lower lowest');
 * const again = fromHuggingFace(toHuggingFace(tokenizer));
 * console.log(again.encode('slow').join() === tokenizer.encode('slow').join()); // true
 */
export function fromHuggingFace(json: string | HuggingFaceTokenizer): Tokenizer {
  const { model, pre_tokenizer: cut } = parsed(json);
  if (model?.type !== 'BPE' || cut?.type !== 'ByteLevel' || cut.add_prefix_space) {
    throw unfit(
      `a BPE model cut by ByteLevel without a prefix space, got ${model?.type} cut by ${cut?.type ?? 'nothing'}`,
    );
  }
  const id = (token: string) => model.vocab[token] ?? -1;
  const order: number[] = [];
  signs.forEach((sign, byte) => (order[id(sign)] = byte));
  if (Object.keys(order).join() !== Array.from({ length: 256 }, (_, i) => i).join())
    throw unfit('a vocabulary whose ids 0 to 255 are the bytes');
  const merges = model.merges.map((merge, i): [number, number] => {
    const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge;
    if (id(left + right) !== 256 + i)
      throw unfit(`id ${256 + i} for the token of merge ${i}, ${left + right}, got ${id(left + right)}`);
    return [id(left), id(right)];
  });
  return createTokenizer({
    method: 'bpe',
    alphabet: bytesInOrder(order),
    pretokenize: cut.use_regex === false ? 'none' : 'words',
    merges,
  });
}

function parsed(json: string | HuggingFaceTokenizer): Partial<HuggingFaceTokenizer> {
  if (typeof json !== 'string') return json;
  try {
    return JSON.parse(json) as HuggingFaceTokenizer;
  } catch {
    throw unfit('JSON');
  }
}

const unfit = (what: string) =>
  new DataError(`fromHuggingFace: tokenizer.json must have ${what}; only byte-level BPE can be read`);
