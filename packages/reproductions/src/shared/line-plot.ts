import { type Estimate, type PlotEvent, plot } from '@surprisal/core';

/** A field of the values, and how its axis is drawn. */
export interface PlotAxis {
  readonly field: string;
  readonly title: string;
  /** Vega-Lite's scale: `{ type: 'log' }`, `{ zero: false }`. */
  readonly scale?: Readonly<Record<string, unknown>>;
  /** A format of its numbers: `'%'`. */
  readonly format?: string;
}

export interface LinePlot {
  readonly name: string;
  /** What the picture shows, in one sentence. */
  readonly caption: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  /** The field that names the line of a value. */
  readonly series: { readonly field: string; readonly title: string };
  /** One object per point. `low` and `high`, where they are given, are the ends of its error bar. */
  readonly values: readonly Readonly<Record<string, number | string>>[];
}

/** A mean as a field of a value, with the error bar of one standard error around it. */
export const withBar = (field: string, { mean, standardError = 0 }: Pick<Estimate, 'mean' | 'standardError'>) => ({
  [field]: mean,
  low: mean - standardError,
  high: mean + standardError,
});

/** Lines with points, told apart by colour and by shape, with error bars where the values have them. */
export function linePlot({ name, caption, x, y, series, values }: LinePlot): PlotEvent {
  const [across, up] = [channel(x), channel(y)];
  const line = { field: series.field, type: 'nominal', title: series.title };
  const lines = {
    mark: { type: 'line', point: { size: 60 } },
    encoding: { x: across, y: up, color: line, shape: line },
  };
  const bars = {
    mark: 'errorbar',
    encoding: { x: across, y: { ...up, field: 'low' }, y2: { field: 'high' }, color: line },
  };
  const layer = values.some((value) => 'low' in value) ? [lines, bars] : [lines];
  return plot({
    name,
    caption,
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      width: 480,
      height: 300,
      data: { values },
      layer,
    },
  });
}

const channel = ({ field, title, scale, format }: PlotAxis) => ({
  field,
  type: 'quantitative',
  title,
  ...(scale && { scale }),
  ...(format && { axis: { format } }),
});
