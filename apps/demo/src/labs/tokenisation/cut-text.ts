import { el } from '../../dom.js';

/** A text cut into tokens, each in a box of its own; and the dictionary. */
export class CutText {
  readonly element: HTMLElement;
  readonly #title = el('h3', {});
  readonly #facts = el('p', { class: 'hint' });
  readonly #ground: HTMLElement;
  readonly #dictionary: HTMLElement;

  constructor(private readonly side: string) {
    const name = side.toUpperCase();
    this.#ground = ground(`text cut by ${name}`);
    this.#dictionary = ground(`tokens of ${name}`);
    const summary = el('summary', { 'aria-label': `Dictionary of ${name}` }, 'Dictionary');
    this.element = el(
      'section',
      { class: `panel side-${side}` },
      this.#title,
      this.#facts,
      this.#ground,
      el('details', {}, summary, this.#dictionary),
    );
  }

  clear(name: string): void {
    this.#title.textContent = `${this.side.toUpperCase()}: ${name}`;
    this.#facts.textContent = 'not trained yet';
    this.#ground.replaceChildren();
    this.#dictionary.replaceChildren();
  }

  show(facts: string, tokens: readonly string[], dictionary: readonly string[]): void {
    this.#facts.textContent = facts;
    this.#ground.replaceChildren(...boxes(tokens));
    this.#dictionary.replaceChildren(...(dictionary.length > 0 ? boxes(dictionary) : ['single characters only']));
  }
}

/** What scrolls can be reached by keyboard, and so has a name. */
const ground = (label: string) => el('p', { class: 'cut-text', tabindex: 0, role: 'region', 'aria-label': label });

/** Spaces between the boxes are for screen readers and for those who copy; line breaks are shown as signs. */
const boxes = (tokens: readonly string[]) =>
  tokens.flatMap((token) => [el('span', { class: 'token' }, token.replaceAll('\n', '⏎')), ' ']);
