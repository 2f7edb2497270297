import type { Config } from 'vega-lite';

/** Each line has a colour, a dash and a shape of its own: any one of them tells it apart. */
export const COLOURS = ['series-0', 'series-1', 'series-2', 'series-3'] as const;
export const DASHES = [
  [99, 0],
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
] as const;
export const SHAPES = [
  'M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z',
  'M0,-1.2L1.2,1L-1.2,1Z',
  'M-1,-1H1V1H-1Z',
  'M0,-1.3L1.3,0L0,1.3L-1.3,0Z',
] as const;

/** The area of a shape in pixels; a path is in units of half the side of that square. */
export const SHAPE_SIZE = 40;
const UNIT = Math.sqrt(SHAPE_SIZE) / 2;
const SAMPLE_WIDTH = 28;

/** For the legend: a piece of each line with its shape in the middle. The dashes are filled, since a stroke would dash the shape too. */
export const SAMPLES = SHAPES.map((shape, i) => dashes(DASHES[i]!) + shape);

function dashes(lengths: readonly number[]): string {
  const bar = (from: number, to: number) => {
    const [left, right] = [from, Math.min(to, SAMPLE_WIDTH)].map((pixels) => (pixels - SAMPLE_WIDTH / 2) / UNIT);
    return `M${left},${-1 / UNIT}H${right}V${1 / UNIT}H${left}Z`;
  };
  let path = '';
  for (let at = 0, i = 0; at < SAMPLE_WIDTH; at += lengths[i++ % lengths.length]!)
    if (i % 2 === 0) path += bar(at, at + lengths[i % lengths.length]!);
  return path;
}

/** The names of the colours, as in the style sheet. */
type Colour = 'ink' | 'faint' | 'edge' | 'paper' | (typeof COLOURS)[number];

/**
 * How charts look, in the fonts and colours of the page.
 *
 * @param colour what stands for a colour: a reference into the style sheet, which follows light and dark by itself, or the colour itself
 */
export function themeOf(colour: (name: Colour) => string): Config {
  const [ink, faint, edge] = [colour('ink'), colour('faint'), colour('edge')];
  const text = {
    labelColor: faint,
    titleColor: faint,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
  } as const;
  return {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    padding: 2,
    aria: false, // a chart is one picture with one text
    mark: { aria: false },
    title: { color: ink, anchor: 'start', fontSize: 14, offset: 12 },
    view: { stroke: null },
    range: { category: COLOURS.map(colour) },
    axis: { ...text, grid: false, domainColor: edge, tickColor: edge, tickSize: 4, labelPadding: 4, titlePadding: 8 },
    axisY: { grid: true, gridColor: edge, gridOpacity: 0.6, domain: false, ticks: false, tickCount: 5, minExtent: 28 },
    axisX: { tickCount: 4, labelFlush: false },
    legend: {
      ...text,
      labelColor: ink,
      labelLimit: 0,
      labelOffset: 14,
      symbolOffset: 12,
      symbolSize: SHAPE_SIZE,
      title: null,
      orient: 'top',
      columns: 1,
      rowPadding: 4,
      offset: 10,
    },
    rule: { color: faint, strokeDash: [2, 3] },
    text: { fontSize: 12, fontWeight: 600 },
    style: {
      level: { color: faint, fontWeight: 'normal' },
      halo: { stroke: colour('paper'), strokeWidth: 4, strokeJoin: 'round' },
    },
  };
}

/** Colours by reference: for charts in the page. */
export const pageTheme = themeOf((name) => `var(--${name})`);
