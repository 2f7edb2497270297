import { type Chart, chartSvg, rowsOf, summary } from './chart.js';
import { el } from './dom.js';

/** A chart in the page: picture, table of numbers, and buttons to take it away. */
export class Figure {
  readonly element: HTMLElement;
  readonly #picture = el('div', { class: 'picture' });
  readonly #table = el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'numbers' });
  readonly #details: HTMLDetailsElement;
  #chart: Chart | undefined;

  constructor(
    readonly name: string,
    caption: string,
  ) {
    this.#details = el('details', { toggle: () => this.#fillTable() }, el('summary', {}, 'Numbers'), this.#table);
    const button = (text: string, click: () => void) =>
      el('button', { type: 'button', class: 'small', click, 'aria-label': `${text}: ${caption}` }, text);
    const buttons = el(
      'div',
      { class: 'row' },
      button('SVG', () => this.#saveSvg()),
      button('PNG', () => void this.#savePng()),
      button('CSV', () => this.#saveCsv()),
    );
    this.element = el('figure', {}, el('figcaption', {}, caption), this.#picture, buttons, this.#details);
  }

  show(chart: Chart): void {
    this.#chart = chart;
    this.#picture.innerHTML = chartSvg(chart);
    this.#fillTable();
  }

  /** The chart in a sentence. */
  get summary(): string {
    return this.#chart ? `${this.#chart.title}: ${summary(this.#chart)}` : '';
  }

  #fillTable(): void {
    if (!this.#details.open || !this.#chart) return;
    const [head, ...rows] = rowsOf(this.#chart);
    const text = (value: string | number) => (typeof value === 'number' ? String(Number(value.toFixed(4))) : value);
    this.#table.replaceChildren(
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head!.map((title) => el('th', { scope: 'col' }, String(title))))),
        el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((value) => el('td', {}, text(value)))))),
      ),
    );
  }

  #saveCsv(): void {
    save(
      `${this.name}.csv`,
      new Blob(
        [
          rowsOf(this.#chart!)
            .map((row) => row.join(','))
            .join('\n'),
        ],
        { type: 'text/csv' },
      ),
    );
  }

  #saveSvg(): void {
    save(`${this.name}.svg`, new Blob([chartSvg(this.#chart!)], { type: 'image/svg+xml' }));
  }

  async #savePng(): Promise<void> {
    const source = URL.createObjectURL(
      new Blob([chartSvg(this.#chart!).replace('<svg ', '<svg width="960" height="656" ')], { type: 'image/svg+xml' }),
    );
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const canvas = el('canvas', { width: 960, height: 656 });
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(source);
    canvas.toBlob((blob) => blob && save(`${this.name}.png`, blob));
  }
}

function save(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
