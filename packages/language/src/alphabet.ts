import { DomainError } from '@surprisal/core';

/** What texts are made of, as the tokenizer sees them: symbols 0 to `size - 1`. */
export interface Alphabet {
  readonly size: number;
  /**
   * The symbols of a text.
   *
   * @throws DomainError for a text that the alphabet cannot write
   */
  symbols(text: string): Int32Array;
  /** The text of symbols. Bytes that are not UTF-8 become U+FFFD. */
  text(symbols: Int32Array): string;
  /** The symbols of a token for people to read: bytes that are no whole characters as `<0xE2>`. */
  show(symbols: Int32Array): string;
  toJSON(): AlphabetJson;
}

/** An alphabet as it is stored. */
export type AlphabetJson =
  | { readonly type: 'bytes'; readonly order?: readonly number[] }
  | { readonly type: 'characters'; readonly characters: string; readonly byteFallback: boolean }
  | { readonly type: 'symbols'; readonly size: number };

/**
 * The 256 bytes of UTF-8: every well-formed text can be written, and none needs more symbols.
 *
 * @example
 * console.log(Array.from(bytes.symbols('né'))); // [ 110, 195, 169 ]
 */
export const bytes: Alphabet = bytesInOrder(Array.from({ length: 256 }, (_, byte) => byte));

/**
 * The 256 bytes in another order, as vocabularies from elsewhere may have them.
 *
 * @param order the byte that each symbol is
 */
export function bytesInOrder(order: readonly number[]): Alphabet {
  const symbolOf = new Int32Array(256);
  order.forEach((byte, symbol) => (symbolOf[byte] = symbol));
  const bytesOf = (symbols: Int32Array) => Uint8Array.from(symbols, (symbol) => order[symbol]!);
  return {
    size: 256,
    symbols: (text) => Int32Array.from(new TextEncoder().encode(text), (byte) => symbolOf[byte]!),
    text: (symbols) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(symbols)),
    show: (symbols) => showBytes(bytesOf(symbols)),
    toJSON: () => ({ type: 'bytes', ...(order.some((byte, symbol) => byte !== symbol) && { order }) }),
  };
}

/**
 * The characters (code points) of a text, in the order of their code points. With byte fallback the 256 bytes follow them, in which characters
 * that the text has not are written.
 *
 * @example
 * const alphabet = characters('abba', { byteFallback: true });
 * console.log(alphabet.size, Array.from(alphabet.symbols('bé')), alphabet.text(alphabet.symbols('bé'))); // 258 [ 1, 197, 171 ] bé
 */
export function characters(text: string, { byteFallback }: { readonly byteFallback: boolean }): Alphabet {
  const known = Array.from(new Set(text)).sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const index = new Map(known.map((character, i) => [character, i]));
  const asBytes = (character: string) => {
    if (!byteFallback) {
      const which = JSON.stringify(character);
      throw new DomainError(`tokenizer: text must be of the ${known.length} characters seen in training, got ${which}`);
    }
    return Array.from(new TextEncoder().encode(character), (byte) => known.length + byte);
  };
  const write = (symbols: Int32Array, read: (ofBytes: Int32Array) => string) =>
    runs(symbols, (symbol) => symbol < known.length)
      .map(([whole, run]) =>
        whole ? Array.from(run, (symbol) => known[symbol]!).join('') : read(run.map((symbol) => symbol - known.length)),
      )
      .join('');
  return {
    size: known.length + (byteFallback ? 256 : 0),
    symbols: (input) => Int32Array.from(Array.from(input).flatMap((one) => index.get(one) ?? asBytes(one))),
    text: (symbols) => write(symbols, (run) => bytes.text(run)),
    show: (symbols) => write(symbols, (run) => showBytes(Uint8Array.from(run))),
    toJSON: () => ({ type: 'characters', characters: known.join(''), byteFallback }),
  };
}

/**
 * Symbols that are numbers, 0 to `size - 1`. As text they are digits, or numbers with spaces between when there are more than ten.
 *
 * @example
 * console.log(symbols(2).text(Int32Array.of(0, 1, 1)), symbols(12).text(Int32Array.of(0, 11))); // 011 0 11
 */
export function symbols(size: number): Alphabet {
  const text = (numbers: Int32Array) => numbers.join(size > 10 ? ' ' : '');
  return {
    size,
    symbols: (input) => Int32Array.from(size > 10 ? input.split(' ').filter(Boolean) : Array.from(input), Number),
    text,
    show: text,
    toJSON: () => ({ type: 'symbols', size }),
  };
}

/** The alphabet that was stored. */
export function alphabetFromJson(json: AlphabetJson): Alphabet {
  if (json.type === 'bytes') return json.order ? bytesInOrder(json.order) : bytes;
  return json.type === 'symbols' ? symbols(json.size) : characters(json.characters, json);
}

/** Refuses symbols that are none of the alphabet's. */
export function checkSymbols(owner: string, values: ArrayLike<number>, size: number): Int32Array {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value < size && Number.isInteger(value)))
      throw new DomainError(
        `${owner}: symbols must be whole numbers from 0 to ${size - 1}, got ${value} at index ${i}`,
      );
  }
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

/** The longest runs of symbols for which a test gives the same answer, with the answer. */
function runs(symbols: Int32Array, test: (symbol: number) => boolean): [boolean, Int32Array][] {
  const found: [boolean, Int32Array][] = [];
  for (let i = 0, j = 0; i < symbols.length; i = j) {
    const answer = test(symbols[i]!);
    while (j < symbols.length && test(symbols[j]!) === answer) j++;
    found.push([answer, symbols.subarray(i, j)]);
  }
  return found;
}

function showBytes(symbols: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(symbols);
  } catch {
    return Array.from(symbols, (byte) =>
      byte < 128 ? String.fromCharCode(byte) : `<0x${byte.toString(16).toUpperCase()}>`,
    ).join('');
  }
}
