import type { GenerationStep } from '@surprisal/decoding';

/** A token that was written, with what the model thought of it; in bits. */
export interface WrittenToken {
  readonly position: number;
  readonly id: number;
  /** What it adds to the text. */
  readonly text: string;
  readonly surprisal: number;
  readonly entropy: number;
  /** The perplexity of the text so far: 2 to the mean surprisal. */
  readonly perplexity: number;
}

/** What a text cost, in the units that people ask for. */
export interface Summary {
  readonly tokens: number;
  readonly characters: number;
  /** The mean surprisal of its tokens under the model. */
  readonly bitsPerToken: number;
  readonly natsPerToken: number;
  /** None for a text that ended before its first character. */
  readonly bitsPerCharacter?: number;
  readonly perplexity: number;
  /** The mean entropy of the model's predictions, in bits: the surprisal of plain sampling. */
  readonly entropy: number;
}

/** Takes note of tokens as they come. */
export class Writing {
  readonly tokens: WrittenToken[] = [];
  #bits = 0;

  add({ token, position, surprisal, entropy }: GenerationStep, text: string): WrittenToken {
    this.#bits += surprisal;
    const written = { position, id: token, text, surprisal, entropy, perplexity: 2 ** (this.#bits / (position + 1)) };
    this.tokens.push(written);
    return written;
  }

  get text(): string {
    return this.tokens.map(({ text }) => text).join('');
  }

  get summary(): Summary {
    const tokens = this.tokens.length;
    const characters = Array.from(this.text).length;
    const bitsPerToken = this.#bits / tokens;
    return {
      tokens,
      characters,
      bitsPerToken,
      natsPerToken: bitsPerToken * Math.LN2,
      ...(characters > 0 && { bitsPerCharacter: this.#bits / characters }),
      perplexity: 2 ** bitsPerToken,
      entropy: this.tokens.reduce((sum, { entropy }) => sum + entropy, 0) / tokens,
    };
  }
}
