import type { Axis, Chart, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import { summary } from '../../charts/numbers.js';
import { byId, el } from '../../dom.js';
import { nameOf } from '../../lab/chosen.js';
import { type Side, taken } from '../../lab/sides.js';
import type { Written } from './messages.js';
import type { DecodingState } from './settings.js';

const WINDOW = 40;

/** The figures of the lab: how surprising the texts are, as they grow, and how often they say the same again. */
export class DecodingFigures {
  readonly #mean = new Figure({
    name: 'cross-entropy',
    title: 'Mean surprise so far',
    hint: 'The logarithm of the running perplexity: a text of 4 bits per token has perplexity 16. A sampler with a target holds it there.',
  });
  readonly #recent = new Figure({
    name: 'recent',
    title: `Surprise of the last ${WINDOW} tokens`,
    hint: 'Falls when the text goes round in a loop; rises when it loses its thread.',
  });
  readonly #repetition = new Figure({
    name: 'repetition',
    title: 'Repetition',
    hint: 'How many runs of four tokens stand in the text already.',
  });
  readonly #table = el('section', { class: 'panel totals' });
  #state: DecodingState | undefined;
  #targets: Readonly<Partial<Record<Side, number>>> = {};
  #written: Record<Side, Written[]> = { a: [], b: [], c: [] };

  get elements(): HTMLElement[] {
    return [this.#mean.element, this.#recent.element, this.#repetition.element, this.#table];
  }

  clear(state: DecodingState): void {
    this.#state = state;
    this.#written = { a: [], b: [], c: [] };
    byId('summary').textContent = '';
    this.#show();
  }

  aimAt(targets: Readonly<Partial<Record<Side, number>>>): void {
    this.#targets = targets;
    this.#show();
  }

  take(tokens: readonly Written[]): void {
    for (const token of tokens) this.#written[token.side].push(token);
    this.#show();
  }

  announceEnd(): void {
    byId('summary').textContent = `Done. Mean surprise in bits: ${summary(this.#meanChart())}.`;
  }

  #show(): void {
    this.#mean.show(this.#meanChart());
    this.#recent.show(this.#chart(`Surprise of the last ${WINDOW} tokens`, { name: 'bits per token' }, recent));
    const percent = { name: 'percent', max: 100 };
    this.#repetition.show({
      ...this.#chart('Repetition of runs of four tokens', percent, (all) => all.map(({ repetition }) => repetition[4])),
      levels: undefined,
    });
    this.#showTotals();
  }

  #meanChart(): Chart {
    const values = (all: readonly Written[]) => all.map(({ crossEntropy }) => crossEntropy);
    return this.#chart('Mean surprise so far', { name: 'bits per token' }, values);
  }

  /** A line for each side; `values` are those of its tokens, from the last one backwards as many as there are. */
  #chart(title: string, y: Axis, values: (all: readonly Written[]) => number[]): Chart {
    const state = this.#state!;
    const series = taken(state).map((side): Series => {
      const all = values(this.#written[side]);
      const first = this.#written[side].length - all.length + 1;
      const key = side.toUpperCase();
      return {
        key,
        name: `${key}: ${nameOf(state[side])}`,
        points: all.map((value, i) => ({ x: first + i, y: value })),
      };
    });
    return { title, x: { name: 'token', max: state.length }, y, series, levels: this.#levels() };
  }

  #levels() {
    const targets = Object.entries(this.#targets).map(([side, y]) => ({
      y,
      name: `target of ${side.toUpperCase()}: ${y} bits`,
    }));
    return targets.filter(({ y }, i) => targets.findIndex((other) => other.y === y) === i);
  }

  #showTotals(): void {
    const sides = taken(this.#state!);
    const last = sides.map((side) => this.#written[side].at(-1));
    const row = (name: string, value: (token: Written) => string) =>
      el('tr', {}, el('th', { scope: 'row' }, name), ...last.map((token) => el('td', {}, token ? value(token) : '')));
    const heads = sides.map((side) => el('th', { scope: 'col' }, side.toUpperCase()));
    this.#table.replaceChildren(
      el('h3', {}, 'In numbers'),
      el(
        'table',
        { class: 'numbers' },
        el('thead', {}, el('tr', {}, el('td', {}), ...heads)),
        el(
          'tbody',
          {},
          row('cross-entropy, bits per token', ({ crossEntropy }) => crossEntropy.toFixed(2)),
          row('perplexity', ({ crossEntropy }) => (2 ** crossEntropy).toFixed(1)),
          row('target of perplexity', ({ side }) =>
            this.#targets[side] === undefined ? '–' : (2 ** this.#targets[side]).toFixed(1),
          ),
          row('tokens said before, %', ({ repetition }) => repetition[1].toFixed(0)),
          row('pairs said before, %', ({ repetition }) => repetition[2].toFixed(0)),
          row('runs of four said before, %', ({ repetition }) => repetition[4].toFixed(0)),
        ),
      ),
    );
  }
}

/** The mean of the last tokens, as soon as there are so many. */
function recent(all: readonly Written[]): number[] {
  const means: number[] = [];
  let sum = 0;
  for (const [i, { bits }] of all.entries()) {
    sum += bits - (all[i - WINDOW]?.bits ?? 0);
    if (i >= WINDOW - 1) means.push(sum / WINDOW);
  }
  return means;
}
