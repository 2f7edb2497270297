import type { TopLevelSpec } from 'vega-lite';
import type { Chart, Series } from './chart.js';
import { type Layer, crossings, ends, roomForEnds, ruleAt, shapes } from './layers.js';
import { DASHES, SAMPLES, SHAPES } from './theme.js';

/** The chart as a Vega-Lite specification with its data inline. */
export function lineSpec(chart: Chart): TopLevelSpec {
  const { title, marks = true, rule } = chart;
  const around = [...(rule === undefined ? [] : [ruleAt(rule)]), ...(marks ? [roomForEnds] : [])];
  const lines = [line(chart), ...(marks ? [shapes, ends] : []), ...(rule === undefined ? [] : crossings(rule))];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 640,
    height: 400,
    autosize: { type: 'fit', contains: 'padding' },
    params: Object.entries(paramsOf(chart)).map(([name, value]) => ({ name, value })),
    data: { name: 'points', values: valuesOf(chart) },
    layer: [...around, { encoding: encodingOf(chart), layer: lines }],
  } as TopLevelSpec;
}

/** What of a chart may change beside its points. */
export function paramsOf({ series, xMax, yMax = highest(series) }: Chart) {
  const bySeries = <T>(value: (line: Series, i: number) => T) =>
    Object.fromEntries(series.map((line, i) => [line.key, value(line, i)]));
  return {
    xMax,
    yMax,
    names: bySeries(({ key, name = key }) => name),
    shapes: bySeries((_, i) => SHAPES[i]),
    samples: bySeries((_, i) => SAMPLES[i]),
  };
}

function highest(series: readonly Series[]): number {
  const high = Math.max(0, ...series.flatMap(({ points }) => points.map(({ y }) => y)));
  return high > 0 ? high : 1;
}

/** The points of all lines, as rows. */
export const valuesOf = ({ series }: Chart) =>
  series.flatMap(({ key, points }) => points.map(({ x, y }) => ({ series: key, x, y })));

function encodingOf(chart: Chart) {
  const axis = (field: 'x' | 'y', scale: object) => ({ field, type: 'quantitative', title: chart[field], scale });
  return {
    x: axis('x', { domainMin: 0, domainMax: { expr: 'xMax' }, nice: false }),
    y: axis('y', { domainMin: 0, domainMax: { expr: 'yMax' } }),
    color: bySeries(chart),
  };
}

const line = (chart: Chart) =>
  ({
    mark: { type: 'line', clip: true, opacity: 1 },
    encoding: { strokeDash: bySeries(chart, DASHES) },
  }) as Layer;

/** Vega-Lite makes one legend of colour and dash, since the two agree in all that is said here. */
function bySeries({ series }: Chart, range?: readonly unknown[]) {
  const domain = series.map(({ key }) => key);
  const scale = { domain, ...(range && { range: range.slice(0, domain.length) }) };
  return { field: 'series', type: 'nominal', scale, legend };
}

const legend = {
  labelExpr: 'names[datum.value]',
  encoding: {
    symbols: { shape: { value: { expr: 'samples[datum.value]' } }, opacity: { value: 1 }, strokeWidth: { value: 0 } },
  },
};
