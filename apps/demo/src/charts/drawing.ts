import { type Renderers, View, Error as VegaError, parse } from 'vega';
import { type Config, type TopLevelSpec, compile } from 'vega-lite';
import { el } from '../dom.js';
import type { Chart } from './chart.js';
import { onPaper } from './paper.js';
import { dataOf, lineSpec, paramsOf } from './spec.js';
import { pageTheme, themeOf } from './theme.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const FILE_SIZE: Size = { width: 720, height: 450 };

/** A chart drawn in the page, without the title, which its caption has. This module brings Vega along: load it when the page is there. */
export class Drawing {
  readonly #view: View;
  #fitted: Size | undefined;

  constructor(chart: Chart, into: HTMLElement) {
    const ground = el('div', { 'aria-hidden': 'true' }); // Vega gives its ground a role; the picture around it has the text
    into.replaceChildren(ground);
    this.#view = viewOf({ ...lineSpec(chart), title: '' }, pageTheme, 'svg').initialize(ground);
  }

  /** Draws the points, names and size of now. */
  async show(chart: Chart, size: Size): Promise<void> {
    for (const [name, value] of Object.entries(paramsOf(chart))) this.#set(name, value);
    for (const [name, rows] of Object.entries(dataOf(chart))) this.#view.data(name, rows);
    this.#fit(size);
    await this.#view.runAsync();
  }

  /** Sets what has changed: an object that is only equal would count as new. */
  #set(name: string, value: unknown): void {
    if (!isEqual(this.#view.signal(name), value)) this.#view.signal(name, value);
  }

  /** Laying axes and legend out anew costs as much as drawing: only when the size has changed. */
  #fit(size: Size): void {
    if (isEqual(size, this.#fitted)) return;
    this.#fitted = size;
    this.#view.width(size.width).height(size.height);
  }
}

const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The chart on its own, on white, as an SVG file. */
export const svgFile = (chart: Chart) => fileOf(chart, (view) => view.toSVG());

/** The same as the address of a PNG file. */
export const pngAddress = (chart: Chart) => fileOf(chart, (view) => view.toImageURL('png', 2));

async function fileOf(chart: Chart, take: (view: View) => Promise<string>): Promise<string> {
  const view = viewOf(lineSpec(chart), paperTheme(), 'none').width(FILE_SIZE.width).height(FILE_SIZE.height);
  const taken = await take(view);
  view.finalize();
  return taken;
}

function viewOf(spec: TopLevelSpec, config: Config, renderer: Renderers): View {
  return new View(parse(compile(spec, { config }).spec), { renderer, hover: false, logLevel: VegaError });
}

const paperTheme = (): Config =>
  onPaper((colour) => ({ ...themeOf(colour), background: colour('paper'), padding: 16 }));
