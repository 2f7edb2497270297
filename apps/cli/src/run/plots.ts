import type { PlotEvent } from '@surprisal/core';
import type { RunFolder } from './folder.js';

/** Told apart by colour-blind readers too, on white and on black (after Okabe and Ito). */
const CATEGORIES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6d31', '#7f7f7f'];

/** What a picture stands on: white paper, or a page whose text colour it takes. */
export type Ground = 'paper' | 'page';

function themeOf(ground: Ground): Record<string, unknown> {
  const category = { range: { category: CATEGORIES } };
  if (ground === 'paper') return { background: 'white', ...category };
  const text = { labelColor: 'currentColor', titleColor: 'currentColor' };
  return {
    background: 'transparent',
    ...category,
    axis: { ...text, domainColor: 'currentColor', tickColor: 'currentColor', gridColor: '#8884' },
    legend: text,
    header: text,
    title: { color: 'currentColor', subtitleColor: 'currentColor' },
    view: { stroke: '#8884' },
  };
}

/** Draws a Vega-Lite specification as SVG. */
export async function renderSvg(spec: PlotEvent['spec'], ground: Ground = 'paper'): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const { spec: compiled } = vegaLite.compile(spec as never, { config: themeOf(ground) });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** Writes a plot's specification, its picture and its numbers. */
export async function writePlot(folder: RunFolder, { name, spec }: PlotEvent): Promise<void> {
  folder.writeJson(`plots/${name}.vl.json`, spec);
  folder.write(`plots/${name}.svg`, await renderSvg(spec));
  const values = plotValues(spec);
  if (values.length > 0) folder.write(`plots/${name}.csv`, toCsv(values));
}

/** The rows of data that a specification holds. */
export const plotValues = (spec: PlotEvent['spec']): readonly Record<string, unknown>[] =>
  (spec.data as { values?: Record<string, unknown>[] } | undefined)?.values ?? [];

/** Rows as CSV, with the keys of the first as header. */
export function toCsv(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const keys = Object.keys(rows[0] ?? {});
  const cell = (value: unknown) => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [keys, ...rows.map((row) => keys.map((key) => row[key]))].map((row) => row.map(cell).join(',')).join('\n') + '\n'
  );
}
