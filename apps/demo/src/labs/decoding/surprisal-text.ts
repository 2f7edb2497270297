import { el } from '../../dom.js';

/** Surprise that is drawn in full; more is drawn alike. */
const FULL = 10;

interface Token {
  readonly text: string;
  readonly bits: number;
}

/** A text whose tokens show how surprising they are: by shade, by the line below them, and in numbers. Arrow keys go from token to token. */
export class SurprisalText {
  readonly element: HTMLElement;
  readonly #title = el('h3', {});
  readonly #prompt = el('span', { class: 'prompt' });
  readonly #ground: HTMLElement;
  readonly #chosen = el('p', { class: 'hint', role: 'status' });
  readonly #rows = el('tbody', {});
  readonly #details: HTMLDetailsElement;
  #tokens: Token[] = [];
  #spans: HTMLElement[] = [];
  #at = -1;

  constructor(private readonly side: string) {
    const name = side.toUpperCase();
    this.#ground = el('p', {
      class: 'surprisal-text',
      tabindex: 0,
      role: 'group',
      'aria-label': `Text of ${name}; arrow keys go from token to token`,
      keydown: (event) => this.#move(event as KeyboardEvent),
      click: ({ target }) => this.#choose(this.#spans.indexOf(target as HTMLElement)),
    });
    const heads = ['token', 'text', 'bits'].map((head) => el('th', { scope: 'col' }, head));
    const label = `surprise of the tokens of ${name}`;
    this.#details = el(
      'details',
      { toggle: () => this.#fillTable() },
      el('summary', { 'aria-label': `Numbers: ${label}` }, 'Numbers'),
      el(
        'div',
        { class: 'wide', tabindex: 0, role: 'region', 'aria-label': label },
        el('table', { class: 'numbers' }, el('thead', {}, el('tr', {}, ...heads)), this.#rows),
      ),
    );
    const parts = [this.#title, this.#ground, this.#chosen, this.#details];
    this.element = el('section', { class: `panel side-${side}` }, ...parts);
  }

  clear(name: string, prompt: string): void {
    this.#tokens = [];
    this.#spans = [];
    this.#title.textContent = `${this.side.toUpperCase()}: ${name}`;
    this.#prompt.textContent = prompt;
    this.#ground.replaceChildren(this.#prompt);
    this.#choose(-1);
    this.#fillTable();
  }

  add(token: Token): void {
    const span = el('span', { style: `--share:${Math.min(1, token.bits / FULL).toFixed(3)}` }, token.text);
    this.#tokens.push(token);
    this.#spans.push(span);
    this.#ground.append(span);
    if (this.#details.open) this.#rows.append(rowOf(token, this.#tokens.length));
  }

  #fillTable(): void {
    this.#rows.replaceChildren(...(this.#details.open ? this.#tokens.map((token, i) => rowOf(token, i + 1)) : []));
  }

  #move(event: KeyboardEvent): void {
    const last = this.#tokens.length - 1;
    const to = { ArrowRight: this.#at + 1, ArrowLeft: this.#at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#choose(Math.min(last, Math.max(0, to)));
  }

  #choose(index: number): void {
    this.#spans[this.#at]?.removeAttribute('aria-current');
    this.#at = index;
    this.#spans[index]?.setAttribute('aria-current', 'true');
    const token = this.#tokens[index];
    this.#chosen.textContent = token
      ? `Token ${index + 1}, “${token.text}”: ${token.bits.toFixed(2)} bits, probability ${(2 ** -token.bits).toPrecision(2)}.`
      : 'Pick a token to see its surprise.';
  }
}

const rowOf = ({ text, bits }: Token, place: number) =>
  el('tr', {}, el('td', {}, String(place)), el('td', {}, `“${text}”`), el('td', {}, bits.toFixed(2)));

/** What the shades stand for. */
export function surprisalLegend(): HTMLElement {
  const samples = [0, 2, 4, 6, 8, 10].map((bits) =>
    el('span', { class: 'sample', style: `--share:${bits / FULL}` }, bits === FULL ? `${bits} or more` : String(bits)),
  );
  return el('p', { class: 'legend hint' }, 'Surprise in bits, by shade and line: ', ...samples);
}
