import { byId, el } from '../../../dom.js';
import { DigitPad } from './digit-pad.js';
import type { Reply } from '../messages.js';
import type { Side } from '../settings.js';

type Answer = Extract<Reply, { type: 'classified' }>;

/** A digit that is drawn or picked, and what both models take it for; asked again whenever they have learned more. */
export class AskModels {
  readonly #pad = new DigitPad((pixels) => this.#take(pixels));
  #pixels: Float32Array | undefined;
  #trained = false;

  constructor(private readonly ask: (pixels: Float32Array) => void) {
    byId('clear').addEventListener('click', () => this.#pad.clear());
  }

  /** Shows digits to pick. */
  offer(digits: Extract<Reply, { type: 'digits' }>['digits']): void {
    this.#pad.offer(digits);
  }

  /** There are models now, or they have changed. */
  learned(): void {
    this.#trained = true;
    if (this.#pixels) this.ask(this.#pixels);
  }

  /** There are no models any more. */
  forget(): void {
    this.#trained = false;
    byId('probabilities').replaceChildren();
  }

  #take(pixels: Float32Array): void {
    this.#pixels = pixels;
    if (this.#trained) this.ask(pixels);
    else byId('probabilities').textContent = 'Run the training first: there is no model yet.';
  }

  answer(answer: Answer): void {
    if (this.#trained) byId('probabilities').replaceChildren(table('a', answer.a), table('b', answer.b));
  }
}

function table(side: Side, probabilities: readonly number[]): HTMLElement {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const rows = probabilities.map((value, digit) =>
    el(
      'tr',
      { class: digit === best ? 'best' : undefined },
      el('th', { scope: 'row' }, String(digit)),
      el('td', { class: 'bar', style: `--share:${value}` }),
      el('td', {}, `${(100 * value).toFixed(1)}%`),
    ),
  );
  const caption = el('caption', {}, `${side.toUpperCase()} says ${best}`);
  return el('table', { class: `bars side-${side}` }, caption, el('tbody', {}, ...rows));
}
