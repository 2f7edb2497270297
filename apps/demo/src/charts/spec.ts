import type { TopLevelSpec } from 'vega-lite';
import { type Chart, type Series, extentOf } from './chart.js';
import { type Layer, cloud, crossings, ends, level, onLines, roomForEnds, ruleAcross, shapes } from './layers.js';
import { DASHES, SAMPLES, SHAPES } from './theme.js';

/** `1e21` where numbers are large; where an axis spans more than two powers of ten, only those have names. */
const labelOf = (axis: 'x' | 'y') => {
  const isBetween = `log(${axis}Max / ${axis}Min) > 2 * LN10 && abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6`;
  const large = "replace(format(datum.value, '~e'), 'e+', 'e')";
  return `${isBetween} ? '' : datum.value >= 1e4 ? ${large} : format(datum.value, '~r')`;
};

/** The chart as a Vega-Lite specification with its data inline. */
export function lineSpec(chart: Chart): TopLevelSpec {
  const { title, series, marks = true, rule } = chart;
  const { points, levels } = dataOf(chart);
  const has = (scattered: boolean) => series.some((line) => Boolean(line.scattered) === scattered);
  const around = [
    ...(rule === undefined ? [] : [ruleAcross]),
    ...(marks && has(false) ? [roomForEnds(Math.max(...series.map(({ key }) => key.length)))] : []),
  ];
  const lines = has(false) ? [line(chart), ...(marks ? [shapes(Boolean(chart.x.log)), ends] : [])] : [];
  const crossed = rule === undefined ? [] : crossings;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 640,
    height: 400,
    autosize: { type: 'fit', contains: 'padding' },
    params: Object.entries(paramsOf(chart)).map(([name, value]) => ({ name, value })),
    data: { name: 'points', values: points },
    ...(levels && { datasets: { levels } }),
    layer: [
      ...around,
      { encoding: encodingOf(chart), layer: [...(has(true) ? [cloud] : []), ...lines, ...crossed] },
      ...(levels ? level : []),
    ],
  } as TopLevelSpec;
}

/** What two charts must have in common for one drawing to become the other: only data, names and ends of axes may differ. */
export const structureOf = ({ title, x, y, series, levels, marks, rule }: Chart): string =>
  JSON.stringify([
    title,
    [x.name, x.log, y.name, y.log],
    series.map(({ key, scattered }) => [key, scattered]),
    levels !== undefined,
    marks,
    rule !== undefined,
  ]);

/** What of a chart may change beside its data. */
export function paramsOf(chart: Chart) {
  const bySeries = <T>(value: (line: Series, i: number) => T) =>
    Object.fromEntries(chart.series.map((line, i) => [line.key, value(line, i)]));
  const [x, y] = [extentOf(chart, 'x'), extentOf(chart, 'y')];
  return {
    xMin: x.min,
    xMax: x.max,
    yMin: y.min,
    yMax: y.max,
    rule: chart.rule ?? null,
    names: bySeries(({ key, name = key }) => name),
    shapes: bySeries((_, i) => SHAPES[i]),
    samples: bySeries(({ scattered }, i) => (scattered ? SHAPES : SAMPLES)[i]),
    scattered: bySeries(({ scattered = false }) => scattered),
  };
}

/** The data of a chart as rows. */
export const dataOf = ({ series, levels }: Chart) => ({
  points: series.flatMap(({ key, points }) => points.map(({ x, y }) => ({ series: key, x, y }))),
  ...(levels && { levels: [...levels] }),
});

function encodingOf(chart: Chart) {
  return { x: axisOf(chart, 'x', { nice: false }), y: axisOf(chart, 'y', {}), color: bySeries(chart) };
}

function axisOf(chart: Chart, field: 'x' | 'y', options: object) {
  const { name, log } = chart[field];
  const domain = { domainMin: { expr: `${field}Min` }, domainMax: { expr: `${field}Max` } };
  const scale = { ...domain, ...options, ...(log && { type: 'log', nice: false, ...(log === 2 && { base: 2 }) }) };
  const names = log === 2 ? { format: '~r' } : { labelExpr: labelOf(field) };
  const axis = log && { axis: { ...names, labelOverlap: true } };
  return { field, type: 'quantitative', title: name, scale, ...axis };
}

const line = (chart: Chart) =>
  ({
    transform: [onLines],
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
    symbols: {
      shape: { value: { expr: 'samples[datum.value]' } },
      fill: { value: { expr: "scale('color', datum.value)" } },
      opacity: { value: 1 },
      strokeWidth: { value: 0 },
    },
  },
};
