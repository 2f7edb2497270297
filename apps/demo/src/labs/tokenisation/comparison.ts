import type { Registry } from '@surprisal/core';
import { type Tokenizer, type TokenizerTrainer, blocks, lossPerCharacter, unigram } from '@surprisal/language';
import type { Chosen } from '../../lab/chosen.js';
import { type Side, taken } from '../../lab/sides.js';
import { type Material, toSymbols } from './material.js';
import type { Measured, News } from './messages.js';
import type { TokenisationState } from './settings.js';

/** Characters that are shown cut. */
const SHOWN = 300;
/** Tokens of a dictionary that are shown: those made first. */
const LISTED = 200;
/** Sizes of dictionaries in the figure, evenly apart in logarithms. */
const SIZES = 8;
const LARGEST = 4096;
/** The page is heard this often. */
const BREATH_MS = 30;

/** Trains tokenizers of several sizes on a text, and measures them on another part of it. */
export class Comparison {
  #stopped = false;
  #breathed = performance.now();

  constructor(
    private readonly registry: Registry,
    private readonly state: TokenisationState,
    private readonly material: Material,
    private readonly say: (news: News) => void,
  ) {}

  stop(): void {
    this.#stopped = true;
  }

  /** First the dictionaries of the size that is chosen, then those of other sizes. */
  async run(): Promise<void> {
    const { train, characters, entropyRate } = this.material;
    const sides = taken(this.state);
    const size = Math.max(this.state.size, characters.length);
    const single = blocks({ r: 1 }).train(train, { alphabetSize: characters.length });
    this.say({
      type: 'text',
      alphabetSize: characters.length,
      characterLoss: this.#measure('a', single).loss,
      ...(entropyRate !== undefined && { entropyRate }),
    });
    const jobs = [size, ...this.#sizes(size)].flatMap((each) => sides.map((side) => ({ side, size: each })));
    for (const [done, job] of jobs.entries()) {
      const tokenizer = await this.#trained(job.side, job.size);
      if (!tokenizer) return;
      const measured = this.#measure(job.side, tokenizer);
      if (done < sides.length)
        this.say({ type: 'cut', ...measured, chosen: this.#sized(job.side, size), ...this.#cut(tokenizer) });
      this.say({ type: 'measured', ...measured });
      this.say({ type: 'progress', done: done + 1, of: jobs.length });
    }
    this.say({ type: 'ended' });
  }

  /** Other sizes, from single characters to four times the one that is chosen. */
  #sizes(chosen: number): number[] {
    const least = this.material.characters.length;
    const most = Math.min(LARGEST, 4 * chosen);
    const sizes = Array.from({ length: SIZES }, (_, i) => Math.round(least * (most / least) ** (i / (SIZES - 1))));
    return [...new Set(sizes)].filter((size) => size !== chosen);
  }

  /** @returns undefined when it was stopped */
  async #trained(side: Side, size: number): Promise<Tokenizer | undefined> {
    const alphabetSize = this.material.characters.length;
    const { name, params } = this.#sized(side, size);
    const trainer = this.registry.method(name, 'tokenizer')(params) as TokenizerTrainer;
    const training = trainer.training(this.material.train, { alphabetSize });
    for (;;) {
      const { done, value } = training.next();
      await this.#breathe();
      if (this.#stopped) return undefined;
      if (done) return value;
    }
  }

  /** The method of a side, with its size; blocks have a length instead. */
  #sized(side: Side, size: number): Chosen {
    const { name, params } = this.state[side];
    const isSized = 'size' in this.registry.method(name, 'tokenizer').info.params.shape;
    const r = blockLength(size, this.material.characters.length);
    return { name, params: { ...params, ...(isSized ? { size } : { r }) } };
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathed < BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#breathed = performance.now();
  }

  #measure(side: Side, tokenizer: Tokenizer): Measured {
    const { train, test } = this.material;
    const model = unigram().train(tokenizer.encode(train), { vocabularySize: tokenizer.size });
    return {
      side,
      size: tokenizer.size,
      loss: lossPerCharacter(tokenizer, model, test),
      charactersPerToken: test.length / tokenizer.encode(test).length,
    };
  }

  #cut(tokenizer: Tokenizer): { tokens: string[]; dictionary: string[] } {
    const { test, characters } = this.material;
    const written = (token: number) => Array.from(tokenizer.pieces[token]!, (symbol) => characters[symbol]).join('');
    const shown = this.state.cut === '' ? test.subarray(0, SHOWN) : toSymbols(this.state.cut, characters);
    return {
      tokens: Array.from(tokenizer.encode(shown), written),
      dictionary: tokenizer.pieces
        .slice(characters.length, characters.length + LISTED)
        .map((_, i) => written(characters.length + i)),
    };
  }
}

/** The longest blocks of which there are no more than a dictionary has tokens. */
export const blockLength = (size: number, alphabetSize: number): number =>
  Math.max(1, Math.floor(Math.log(size) / Math.log(Math.max(2, alphabetSize)) + 1e-9));
