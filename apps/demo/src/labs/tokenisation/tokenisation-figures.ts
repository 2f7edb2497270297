import type { Axis, Chart, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import { nameOf } from '../../lab/chosen.js';
import { type Side, taken } from '../../lab/sides.js';
import type { Measured, News } from './messages.js';
import type { TokenisationState } from './settings.js';

type Known = Extract<News, { type: 'text' }>;

/** The figures of the lab, over the size of the dictionary. */
export class TokenisationFigures {
  readonly #loss = new Figure({
    name: 'loss',
    title: 'What a memoryless model of the tokens loses',
    hint: 'Per character, on text not learned from. Characters alone stay at the upper line; nothing gets below the entropy rate.',
  });
  readonly #length = new Figure({
    name: 'length',
    title: 'Characters per token',
    hint: 'Longer tokens leave less between tokens for the model to miss.',
  });
  #state: TokenisationState | undefined;
  #known: Known | undefined;
  #measured: Measured[] = [];

  get elements(): HTMLElement[] {
    return [this.#loss.element, this.#length.element];
  }

  clear(state: TokenisationState): void {
    this.#state = state;
    this.#known = undefined;
    this.#measured = [];
    this.#show();
  }

  know(known: Known): void {
    this.#known = known;
    this.#show();
  }

  take(measured: Measured): void {
    this.#measured.push(measured);
    this.#show();
  }

  #show(): void {
    const { characterLoss, entropyRate } = this.#known ?? {};
    const levels = [
      ...(characterLoss === undefined
        ? []
        : [{ y: characterLoss, name: `characters alone: ${characterLoss.toFixed(3)}` }]),
      ...(entropyRate === undefined
        ? []
        : [{ y: entropyRate, name: `entropy rate: ${entropyRate.toFixed(3)}`, below: true }]),
    ];
    const high = Math.max(0, ...levels.map(({ y }) => y), ...this.#measured.map(({ loss }) => loss));
    const nats = { name: 'nats per character', max: high > 0 ? 1.1 * high : 1 };
    this.#loss.show({ ...this.#chart('Loss of a unigram model of tokens', nats, ({ loss }) => loss), levels });
    this.#length.show(
      this.#chart(
        'Characters per token',
        { name: 'characters per token' },
        ({ charactersPerToken }) => charactersPerToken,
      ),
    );
  }

  #chart(title: string, y: Axis, value: (measured: Measured) => number): Chart {
    const state = this.#state!;
    const series = taken(state).map((side: Side): Series => {
      const own = this.#measured.filter((one) => one.side === side).sort((a, b) => a.size - b.size);
      const points = own
        .filter(({ size }, i) => size !== own[i + 1]?.size)
        .map((one) => ({ x: one.size, y: value(one) }));
      const key = side.toUpperCase();
      return { key, name: `${key}: ${nameOf(state[side])}`, points };
    });
    const sizes = [...this.#measured.map(({ size }) => size), state.size];
    const least = this.#known?.alphabetSize ?? 2;
    const x = { name: 'dictionary size', log: 2 as const, min: Math.max(1, least), max: Math.max(2 * least, ...sizes) };
    return { title, x, y, series };
  }
}
