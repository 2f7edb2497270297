import { el } from '../dom.js';
import { type Chart, chartSvg } from './chart.js';
import { savePng, saveText, standalone } from './save.js';
import { csvOf, rowsOf, summary, vegaLiteOf } from './text.js';

export interface FigureOptions {
  /** Of the files it is saved as. */
  readonly name: string;
  readonly title: string;
  /** What to look at, in a sentence. */
  readonly hint: string;
  /** Height for a width, both in pixels. */
  readonly height?: (width: number) => number;
}

/** A chart in the page: picture, its text, its numbers, and files to take away. It is drawn again when its width changes. */
export class Figure {
  readonly element: HTMLElement;
  readonly #picture = el('div', { class: 'picture' });
  readonly #text = el('p', { class: 'hint summary' });
  readonly #table: HTMLElement;
  readonly #details: HTMLDetailsElement;
  readonly #height: (width: number) => number;
  #chart: Chart | undefined;
  #due = false;

  constructor({ name, title, hint, height = (width) => Math.max(230, Math.min(320, width * 0.6)) }: FigureOptions) {
    this.#height = height;
    this.#table = el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `numbers: ${title}` });
    const button = (text: string, click: (chart: Chart) => void) =>
      el(
        'button',
        { type: 'button', 'aria-label': `${text}: ${title}`, click: () => this.#chart && click(this.#chart) },
        text,
      );
    const buttons = el(
      'div',
      { class: 'row' },
      button('PNG', (chart) => void savePng(name, standalone(chart))),
      button('SVG', (chart) => saveText(`${name}.svg`, 'image/svg+xml', standalone(chart))),
      button('CSV', (chart) => saveText(`${name}.csv`, 'text/csv', csvOf(chart))),
      button('Vega-Lite', (chart) =>
        saveText(`${name}.vl.json`, 'application/json', JSON.stringify(vegaLiteOf(chart), null, 2)),
      ),
    );
    this.#details = el(
      'details',
      { toggle: () => this.#fillTable() },
      el('summary', { 'aria-label': `Numbers and files: ${title}` }, 'Numbers and files'),
      buttons,
      this.#table,
    );
    const caption = el('figcaption', {}, el('strong', {}, title), ' ', el('span', { class: 'hint' }, hint));
    this.element = el(
      'figure',
      { class: 'panel', 'data-figure': name },
      caption,
      this.#picture,
      this.#text,
      this.#details,
    );
    new ResizeObserver(() => this.#drawSoon()).observe(this.#picture);
  }

  show(chart: Chart): void {
    this.#chart = chart;
    this.#drawSoon();
  }

  /** At most once a frame, however often it is asked. */
  #drawSoon(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  #draw(): void {
    const width = this.#picture.clientWidth;
    if (!this.#chart || width === 0) return;
    this.#picture.innerHTML = chartSvg(this.#chart, { width, height: this.#height(width) });
    this.#text.textContent = summary(this.#chart);
    this.#fillTable();
  }

  #fillTable(): void {
    if (!this.#details.open || !this.#chart) return;
    const [head = [], ...rows] = rowsOf(this.#chart);
    const text = (value: string | number) => (typeof value === 'number' ? String(Number(value.toFixed(4))) : value);
    this.#table.replaceChildren(
      el(
        'table',
        { class: 'numbers' },
        el('thead', {}, el('tr', {}, ...head.map((title) => el('th', { scope: 'col' }, String(title))))),
        el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((value) => el('td', {}, text(value)))))),
      ),
    );
  }
}
