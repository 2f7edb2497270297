import type { Chart } from './chart.js';
import type { Drawing } from './drawing.js';
import { type FigureOptions, Frame, type Framed } from './frame.js';
import { rowsOf, summary } from './numbers.js';
import { save } from './save.js';
import { lineSpec, structureOf } from './spec.js';

/** A chart in the page. */
export class Figure implements Framed {
  readonly #frame: Frame;
  #chart: Chart | undefined;
  #drawing: { readonly structure: string; readonly made: Promise<Drawing> } | undefined;

  readonly files: Framed['files'] = [
    { label: 'PNG', save: async (name) => save(`${name}.png`, await (await vega()).pngAddress(this.#chart!)) },
    {
      label: 'SVG',
      save: async (name) => save(`${name}.svg`, await (await vega()).svgFile(this.#chart!), 'image/svg+xml'),
    },
    {
      label: 'Vega-Lite',
      save: (name) => save(`${name}.vl.json`, JSON.stringify(lineSpec(this.#chart!), null, 2), 'application/json'),
    },
  ];

  constructor(options: FigureOptions) {
    this.#frame = new Frame(options, this);
  }

  get element(): HTMLElement {
    return this.#frame.element;
  }

  show(chart: Chart): void {
    this.#chart = chart;
    this.#frame.show(
      chart.title,
      summary(chart),
      summary(chart, ({ key }) => key),
    );
  }

  rows() {
    return this.#chart && rowsOf(this.#chart);
  }

  async draw(): Promise<void> {
    if (!this.#chart) return;
    const { clientWidth: width, clientHeight: height } = this.#frame.picture;
    await (await this.#drawingOf(this.#chart)).show(this.#chart, { width, height });
  }

  /** The drawing there is, or a new one where the chart is built otherwise. */
  #drawingOf(chart: Chart): Promise<Drawing> {
    const structure = structureOf(chart);
    if (this.#drawing?.structure !== structure) {
      const made = vega().then(({ Drawing }) => new Drawing(chart, this.#frame.picture));
      this.#drawing = { structure, made };
    }
    return this.#drawing.made;
  }
}

/** Vega comes after the page: it is half a megabyte, and the page is of use without it. */
const vega = () => import('./drawing.js');
