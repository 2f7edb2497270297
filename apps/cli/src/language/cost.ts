import { type Tokenizer, characters, createTokenizer, lossPerCharacter, unigram } from '@surprisal/language';

/** What memoryless models of tokens and of characters lose on a text they have not seen, in bits per character. */
export interface Cost {
  readonly tokens: number;
  readonly characters: number;
  /** How many characters they were measured on. */
  readonly measuredOn: number;
}

/** The first nine tenths of a text to learn from, and the rest to measure on; cut between lines, if there are some. */
export function splitText(text: string): readonly [string, string] {
  const wanted = Math.floor(0.9 * text.length);
  const line = text.lastIndexOf('\n', wanted) + 1;
  const at = line > text.length / 2 ? line : wanted;
  return [text.slice(0, at), text.slice(at)];
}

/**
 * The cross-entropy of a text under the frequencies of tokens, and under those of characters, learned from another text: what a
 * tokenizer buys a model without memory.
 */
export function costOf(
  tokenizer: Tokenizer,
  tokens: ArrayLike<number>,
  [learned, unseen]: readonly [string, string],
): Cost {
  const letters = createTokenizer({
    method: 'characters',
    alphabet: characters(learned, { byteFallback: true }),
    pretokenize: 'none',
  });
  const bits = (cut: Tokenizer, ids: ArrayLike<number>) =>
    lossPerCharacter(cut, unigram().train(ids, { vocabularySize: cut.size }), unseen) / Math.LN2;
  return {
    tokens: bits(tokenizer, tokens),
    characters: bits(letters, letters.encode(learned)),
    measuredOn: Array.from(unseen).length,
  };
}
