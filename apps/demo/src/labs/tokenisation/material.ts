import { DomainError, Random, type Registry } from '@surprisal/core';
import type { Source } from '@surprisal/language';
import { BOOK, OWN, OWN_TEXT, type TokenisationState } from './settings.js';

/** A text as symbols: one part to learn from, one to measure on. */
export interface Material {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** What each symbol is written as. */
  readonly characters: readonly string[];
  readonly entropyRate?: number;
}

/**
 * The text that a state names.
 *
 * @param book fetched when it is wanted
 * @throws DomainError for a text of no characters
 */
export async function materialOf(
  registry: Registry,
  { source, length, seed }: TokenisationState,
  book: () => Promise<string>,
): Promise<Material> {
  if (source.name === OWN) return ofText(String(source.params.text ?? OWN_TEXT), false);
  if (source.name === BOOK) return ofText((await book()).slice(0, 2 * length), true);
  const known = registry.method(source.name, 'source')(source.params) as Source;
  const symbols = known.generate(2 * length, new Random(seed).split('text'));
  return {
    train: symbols.subarray(0, length),
    test: symbols.subarray(length),
    characters: Array.from({ length: known.alphabetSize }, (_, i) => i.toString(36)),
    entropyRate: known.entropyRate,
  };
}

function ofText(text: string, halved: boolean): Material {
  const letters = Array.from(text);
  if (letters.length < 2)
    throw new DomainError('the text must have at least two characters, got fewer; type some more');
  const characters = [...new Set(letters)].sort();
  const symbols = toSymbols(letters, characters);
  const middle = Math.floor(symbols.length / 2);
  return halved
    ? { train: symbols.subarray(0, middle), test: symbols.subarray(middle), characters }
    : { train: symbols, test: symbols, characters };
}

/**
 * A text as symbols.
 *
 * @throws DomainError that names the first character that there is no symbol of
 */
export function toSymbols(text: Iterable<string>, characters: readonly string[]): Int32Array {
  const places = new Map(characters.map((character, symbol) => [character, symbol]));
  return Int32Array.from(text as Iterable<string>, (character: string) => {
    const symbol = places.get(character);
    if (symbol !== undefined) return symbol;
    const few = characters.length <= 12 ? ` (${characters.join(' ')})` : '';
    throw new DomainError(
      `the text to cut holds “${character}”, which is not among the ${characters.length} characters that were learned${few}; leave it out`,
    );
  });
}
