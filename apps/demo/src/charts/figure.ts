import { el } from '../dom.js';
import type { Chart } from './chart.js';
import type { Drawing } from './drawing.js';
import { csvOf, rowsOf, summary } from './numbers.js';
import { save } from './save.js';
import { lineSpec, structureOf } from './spec.js';

export interface FigureOptions {
  /** Of the files it is saved as. */
  readonly name: string;
  readonly title: string;
  /** What to look at, in a sentence. */
  readonly hint: string;
}

/** A chart in the page: picture, its text, its numbers, and files to take away. */
export class Figure {
  readonly element: HTMLElement;
  readonly #name: string;
  readonly #picture = el('div', { class: 'picture', role: 'img' });
  readonly #text = el('p', { class: 'hint' });
  readonly #table: HTMLElement;
  readonly #details: HTMLDetailsElement;
  #chart: Chart | undefined;
  #drawing: { readonly structure: string; readonly made: Promise<Drawing> } | undefined;
  #due = false;

  constructor({ name, title, hint }: FigureOptions) {
    this.#name = name;
    this.#table = el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `numbers: ${title}` });
    this.#details = el(
      'details',
      { toggle: () => this.#fillTable() },
      el('summary', { 'aria-label': `Numbers and files: ${title}` }, 'Numbers and files'),
      this.#buttons(title),
      this.#table,
    );
    const caption = el('figcaption', {}, el('h3', {}, title), el('p', { class: 'hint' }, hint));
    const parts = [caption, this.#picture, this.#text, this.#details];
    this.element = el('figure', { class: 'panel', 'data-figure': name }, ...parts);
    new ResizeObserver(() => this.#drawSoon()).observe(this.#picture);
  }

  #buttons(title: string): HTMLElement {
    const button = (label: string, click: (chart: Chart) => void) =>
      el('button', { type: 'button', 'aria-label': `${label}: ${title}`, click: () => click(this.#chart!) }, label);
    return el(
      'div',
      { class: 'row' },
      button('PNG', async (chart) => save(`${this.#name}.png`, await (await vega()).pngAddress(chart))),
      button('SVG', async (chart) => save(`${this.#name}.svg`, await (await vega()).svgFile(chart), 'image/svg+xml')),
      button('CSV', (chart) => save(`${this.#name}.csv`, csvOf(chart), 'text/csv')),
      button('Vega-Lite', (chart) =>
        save(`${this.#name}.vl.json`, JSON.stringify(lineSpec(chart), null, 2), 'application/json'),
      ),
    );
  }

  show(chart: Chart): void {
    this.#chart = chart;
    this.#text.textContent = summary(chart, ({ key }) => key);
    this.#picture.setAttribute('aria-label', `${chart.title}: ${summary(chart)}`);
    this.#fillTable();
    this.#drawSoon();
  }

  /** At most once a frame, however often it is asked. */
  #drawSoon(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      void this.#draw();
    });
  }

  async #draw(): Promise<void> {
    const size = { width: this.#picture.clientWidth, height: this.#picture.clientHeight };
    if (!this.#chart || size.width === 0) return;
    await (await this.#drawingOf(this.#chart)).show(this.#chart, size);
  }

  /** The drawing there is, or a new one where the chart is built otherwise. */
  #drawingOf(chart: Chart): Promise<Drawing> {
    const structure = structureOf(chart);
    if (this.#drawing?.structure !== structure) {
      const made = vega().then(({ Drawing }) => new Drawing(chart, this.#picture));
      this.#drawing = { structure, made };
    }
    return this.#drawing.made;
  }

  #fillTable(): void {
    if (!this.#details.open || !this.#chart) return;
    const [head = [], ...rows] = rowsOf(this.#chart);
    const text = (value: string | number) => (typeof value === 'number' ? rounded(value) : value);
    const titles = el('tr', {}, ...head.map((title) => el('th', { scope: 'col' }, String(title))));
    const body = rows.map((row) => el('tr', {}, ...row.map((value) => el('td', {}, text(value)))));
    this.#table.replaceChildren(el('table', { class: 'numbers' }, el('thead', {}, titles), el('tbody', {}, ...body)));
  }
}

/** Vega comes after the page: it is half a megabyte, and the page is of use without it. */
const vega = () => import('./drawing.js');

/** With four decimals, or as many digits where the number is large or small. */
const rounded = (value: number) =>
  String(
    Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-2)
      ? Number(value.toPrecision(5))
      : Number(value.toFixed(4)),
  );
