import type { PlotEvent } from '@surprisal/core';
import type { RunFolder } from './folder.js';

/** Draws a Vega-Lite specification as SVG. */
export async function renderSvg(spec: PlotEvent['spec']): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const { spec: compiled } = vegaLite.compile({ background: 'white', ...spec } as never);
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
