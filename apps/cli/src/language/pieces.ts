/** How many tokens of the prompt are decoded again with the first of the text: a tokenizer may write a token otherwise at the beginning. */
const BEFORE = 5;

/**
 * The text that each token adds to those before it. A character whose bytes are spread over several tokens comes with the last of
 * them: those before it add nothing. Only the last few tokens are decoded each time, however long the text is.
 */
export class Pieces {
  /** The tokens of the last piece, and those that came since. */
  #tokens: number[];
  /** How many of them are the last piece. */
  #written: number;

  constructor(
    readonly decode: (tokens: readonly number[]) => string,
    prompt: readonly number[] = [],
  ) {
    this.#tokens = prompt.slice(-BEFORE);
    this.#written = this.#tokens.length;
  }

  /** The text that one more token adds. */
  add(token: number): string {
    this.#tokens.push(token);
    const before = this.decode(this.#tokens.slice(0, this.#written));
    const text = this.decode(this.#tokens);
    if (text.length <= before.length || text.endsWith('\ufffd')) return '';
    this.#tokens = this.#tokens.slice(this.#written);
    this.#written = this.#tokens.length;
    return text.slice(before.length);
  }
}
