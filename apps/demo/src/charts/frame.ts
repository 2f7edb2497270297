import { el } from '../dom.js';
import type { Cell } from './numbers.js';
import { saveCsv } from './save.js';

export interface FigureOptions {
  /** Of the files it is saved as. */
  readonly name: string;
  readonly title: string;
  /** What to look at, in a sentence. */
  readonly hint: string;
}

/** What is drawn in a frame: its numbers, and what else it can be saved as. */
export interface Framed {
  /** The first row names the columns; undefined when nothing is shown yet. */
  rows(): readonly (readonly Cell[])[] | undefined;
  readonly files: readonly { readonly label: string; save(name: string): void | Promise<void> }[];
  /** Draws again, in the size that the picture has now. */
  draw(): Promise<void>;
}

/** What all figures in the page have: a caption, room for a picture, its text, its numbers, and files to take away. */
export class Frame {
  readonly element: HTMLElement;
  readonly picture = el('div', { class: 'picture', role: 'img' });
  readonly #text = el('p', { class: 'hint' });
  readonly #table: HTMLElement;
  readonly #details: HTMLDetailsElement;
  #due = false;

  constructor(
    private readonly options: FigureOptions,
    private readonly framed: Framed,
  ) {
    const { name, title, hint } = options;
    this.#table = el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `numbers: ${title}` });
    this.#details = el(
      'details',
      { toggle: () => this.#fillTable() },
      el('summary', { 'aria-label': `Numbers and files: ${title}` }, 'Numbers and files'),
      this.#buttons(),
      this.#table,
    );
    const caption = el('figcaption', {}, el('h3', {}, title), el('p', { class: 'hint' }, hint));
    const parts = [caption, this.picture, this.#text, this.#details];
    this.element = el('figure', { class: 'panel', 'data-figure': name }, ...parts);
    new ResizeObserver(() => this.drawSoon()).observe(this.picture);
  }

  #buttons(): HTMLElement {
    const { name, title } = this.options;
    const csv = { label: 'CSV', save: () => saveCsv(name, this.framed.rows() ?? []) };
    const [png, svg, ...others] = this.framed.files;
    const files = [png!, svg!, csv, ...others];
    const button = ({ label, save: give }: Framed['files'][number]) =>
      el('button', { type: 'button', 'aria-label': `${label}: ${title}`, click: () => void give(name) }, label);
    return el('div', { class: 'row' }, ...files.map(button));
  }

  /** Shows something new. @param words what is to be seen, with and without what the legend says already */
  show(title: string, words: string, shortWords = words): void {
    this.#text.textContent = shortWords;
    this.picture.setAttribute('aria-label', `${title}: ${words}`);
    this.#fillTable();
    this.drawSoon();
  }

  /** At most once a frame, however often it is asked. */
  drawSoon(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (this.picture.clientWidth > 0) void this.framed.draw();
    });
  }

  #fillTable(): void {
    const given = this.#details.open ? this.framed.rows() : undefined;
    if (!given) return;
    const [head = [], ...rows] = given;
    const text = (value: Cell) => (typeof value === 'number' ? rounded(value) : value);
    const titles = el('tr', {}, ...head.map((title) => el('th', { scope: 'col' }, String(title))));
    const body = rows.map((row) => el('tr', {}, ...row.map((value) => el('td', {}, text(value)))));
    this.#table.replaceChildren(el('table', { class: 'numbers' }, el('thead', {}, titles), el('tbody', {}, ...body)));
  }
}

/** With four decimals, or as many digits where the number is large or small. */
const rounded = (value: number) =>
  String(
    Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-2)
      ? Number(value.toPrecision(5))
      : Number(value.toFixed(4)),
  );
