import { byId, el } from '../../dom.js';
import type { Coupled } from './messages.js';
import { COUPLINGS } from './settings.js';

/** What greed may lose, in bits: log2(e) / e. */
const GREEDY_LOSS = Math.LOG2E / Math.E;

type Entropies = Readonly<Record<'x' | 'y', number>>;

/** All couplings, a row each: their entropy between the bounds of any coupling, their information, their cells. */
export class CouplingTable {
  readonly element: HTMLElement;
  readonly #rows = new Map(COUPLINGS.map(({ name, summary }) => [name, new Row(name, summary)]));

  constructor() {
    const heads = ['coupling', 'entropy', 'information', 'cells'].map((head) => el('th', { scope: 'col' }, head));
    const rows = [...this.#rows.values()].map(({ element }) => element);
    const head = el('thead', {}, el('tr', {}, ...heads));
    this.element = el('table', { class: 'divergences couplings' }, head, el('tbody', {}, ...rows));
  }

  take(couplings: readonly Coupled[], { x, y }: Entropies): void {
    const [least, most] = [Math.max(x, y), x + y];
    for (const coupled of couplings) this.#rows.get(coupled.name)!.take(coupled, least, most);
    const greedy = this.#rows.get('greedy')!.entropy;
    byId('bounds').textContent =
      `H(X) = ${bits(x)}, H(Y) = ${bits(y)} bits. Any coupling has at least the larger of them, ${bits(least)}, and at most both, ${bits(most)}. ` +
      `By what greed guarantees, the least is between ${bits(Math.max(least, greedy - GREEDY_LOSS))} and ${bits(greedy)} bits.`;
  }

  /** A coupling in a sentence. */
  words(name: string): string {
    return this.#rows.get(name as Coupled['name'])!.words;
  }
}

class Row {
  readonly element: HTMLElement;
  readonly #entropy = el('td', { class: 'between' });
  readonly #information = el('td', {});
  readonly #cells = el('td', {});
  entropy = NaN;
  words = '';

  constructor(
    private readonly name: string,
    summary: string,
  ) {
    const title = el('th', { scope: 'row' }, el('span', {}, name), el('small', {}, summary));
    this.element = el('tr', { 'data-coupling': name }, title, this.#entropy, this.#information, this.#cells);
  }

  take(coupled: Coupled, least: number, most: number): void {
    const none = 'problem' in coupled;
    this.entropy = none ? NaN : coupled.entropy;
    this.#entropy.textContent = none ? '–' : bits(coupled.entropy);
    this.#information.textContent = none ? '–' : bits(coupled.information);
    this.#cells.textContent = none ? '–' : String(coupled.cells);
    const share = most > least ? (this.entropy - least) / (most - least) : 0;
    this.#entropy.style.setProperty('--share', none ? '0' : share.toFixed(3));
    this.words = none
      ? `${this.name}: ${coupled.problem}.`
      : `${this.name}: ${bits(coupled.entropy)} bits in ${coupled.cells} cells, of which ${bits(coupled.information)} are information of one about the other.`;
  }
}

const bits = (value: number) => Math.abs(value).toFixed(3);
