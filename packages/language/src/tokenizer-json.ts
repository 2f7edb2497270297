import { DataError } from '@surprisal/core';
import { type AlphabetJson, alphabetFromJson } from './alphabet.js';
import { createTokenizer } from './create-tokenizer.js';
import type { Pretokenize } from './pretokenize.js';
import type { Tokenizer } from './tokenizer.js';

/** A tokenizer as it is stored. */
export interface TokenizerJson {
  readonly format: 'surprisal-tokenizer';
  readonly version: 1;
  readonly method: string;
  readonly alphabet: AlphabetJson;
  readonly pretokenize: Pretokenize;
  readonly merges?: readonly (readonly [number, number])[];
  /** Without merges: the symbols of each token beyond the alphabet. */
  readonly pieces?: readonly (readonly number[])[];
  readonly logProbs?: readonly number[];
}

/**
 * The tokenizer that was stored with `JSON.stringify(tokenizer)`.
 *
 * @param json the text, or what it parses to
 * @throws DataError when it is something else
 *
 * @example
 * const tokenizer = lzw({ size: 4 }).train([0, 1, 0, 1, 0]);
 * const again = tokenizerFromJson(JSON.stringify(tokenizer));
 * console.log(again.vocabulary); // [ '0', '1', '01', '10' ]
 */
export function tokenizerFromJson(json: string | TokenizerJson): Tokenizer {
  const { method, alphabet, pretokenize, merges, pieces, logProbs } = checked(json);
  return createTokenizer({
    method,
    alphabet: alphabetFromJson(alphabet),
    pretokenize,
    ...(merges && { merges }),
    ...(pieces && { pieces }),
    ...(logProbs && { logProbs: Float64Array.from(logProbs, (value) => value ?? -Infinity) }), // JSON has no -Infinity
  });
}

function checked(json: string | TokenizerJson): TokenizerJson {
  try {
    const parsed = typeof json === 'string' ? (JSON.parse(json) as TokenizerJson) : json;
    if (parsed.format === 'surprisal-tokenizer' && parsed.version === 1) return parsed;
  } catch {
    // told below
  }
  throw new DataError(
    'tokenizerFromJson: json must be what JSON.stringify(tokenizer) wrote (format surprisal-tokenizer, version 1); store the tokenizer again',
  );
}
