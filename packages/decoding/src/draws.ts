import type { Random } from '@surprisal/core';

const BLOCK = 256;

/**
 * Uniform numbers in [0, 1) of a seed, that can be copied in mid-stream: the copy goes on with the same numbers.
 *
 * Block b of them is drawn from the stream that the seed's {@link Random} splits by b, so that a copy needs no more than a place.
 *
 * @example
 * const draws = new Draws(new Random(1));
 * draws.uniform();
 * console.log(draws.copy().uniform() === draws.uniform()); // true
 */
export class Draws {
  #block = 0;
  #numbers = new Float64Array(0);
  #next = 0;

  constructor(readonly random: Random) {}

  /** The next number. */
  uniform(): number {
    if (this.#next === this.#numbers.length) this.#draw();
    return this.#numbers[this.#next++]!;
  }

  /** The same numbers from here on; given the name of a stream, independent ones. */
  copy(stream?: number | string): Draws {
    if (stream !== undefined) return new Draws(this.random.split(stream));
    const copy = new Draws(this.random);
    copy.#block = this.#block;
    copy.#numbers = this.#numbers; // never written again once drawn
    copy.#next = this.#next;
    return copy;
  }

  #draw(): void {
    const stream = this.random.split(this.#block++);
    this.#numbers = Float64Array.from({ length: BLOCK }, () => stream.uniform());
    this.#next = 0;
  }
}
