/**
 * The text that each token adds to those before it. A character whose bytes are spread over several tokens comes with the last of
 * them: those before it add nothing.
 */
export class Pieces {
  readonly #tokens: number[];
  #shown: string;

  constructor(
    readonly decode: (tokens: readonly number[]) => string,
    prompt: readonly number[] = [],
  ) {
    this.#tokens = [...prompt];
    this.#shown = decode(this.#tokens);
  }

  /** The text that one more token adds. */
  add(token: number): string {
    this.#tokens.push(token);
    const text = this.decode(this.#tokens).replace(/\ufffd+$/, '');
    const piece = text.slice(this.#shown.length);
    if (text.length > this.#shown.length) this.#shown = text;
    return piece;
  }
}
