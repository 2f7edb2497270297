import type { TopLevelSpec } from 'vega-lite';
import { SHAPE_SIZE } from './theme.js';

/** What is drawn over one another. The specification that holds these layers has `shapes`, by series, and `xMax` as parameters. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** Shapes are drawn at about this many points of a line. */
const SHAPES_PER_LINE = 12;
const NUMBER = '.3r';
const POINT = {
  type: 'point',
  filled: true,
  size: SHAPE_SIZE,
  opacity: 1,
  shape: { expr: 'shapes[datum.series]' } as never, // Vega-Lite takes an expression here; its types do not know
} as const;

const place = (x: string) => `floor(${x} / xMax * ${SHAPES_PER_LINE})`;

/** Shapes at points that are evenly apart, and stay where they are as the line grows. */
export const shapes: Layer = {
  transform: [
    { window: [{ op: 'lag', field: 'x', as: 'before' }], groupby: ['series'] },
    { filter: `datum.before === null || ${place('datum.x')} > ${place('datum.before')}` },
  ],
  mark: POINT,
};

/** The last value of each line beside its end: the higher one a little above, the lower one a little below, so that both can be read. */
export const ends: Layer = {
  transform: [
    { joinaggregate: [{ op: 'max', field: 'x', as: 'last' }], groupby: ['series'] },
    { filter: 'datum.x === datum.last' },
    { window: [{ op: 'row_number', as: 'rank' }], sort: [{ field: 'y', order: 'descending' }] },
    { calculate: `datum.series + ' ' + format(datum.y, '${NUMBER}')`, as: 'label' },
  ],
  mark: { type: 'text', align: 'left', dx: 8, dy: { expr: 'datum.rank === 1 ? -6 : 7' } },
  encoding: { text: { field: 'label' } },
};

/** Keeps as much room right of the plot as the labels at line ends will need, wherever the lines end now. */
export const roomForEnds: Layer = {
  data: { values: [{}] },
  mark: { type: 'point', opacity: 0, size: 1, xOffset: 56 },
  encoding: { x: { datum: { expr: 'xMax' }, type: 'quantitative' }, y: { value: 0 } },
};

/** A line across at a value of x. */
export const ruleAt = (x: number): Layer => ({
  data: { values: [{}] },
  mark: 'rule',
  encoding: { x: { datum: x } },
});

/** Where the lines are at a value of x: a shape, and the value, kept clear of other lines. */
export function crossings(x: number): Layer[] {
  const transform = [{ filter: `abs(datum.x - ${x}) < 1e-9` }];
  const mark = { type: 'text', align: 'left', dx: 7, dy: -4 } as const;
  const encoding = { text: { field: 'y', type: 'quantitative', format: '.2f' } } as const;
  return [
    { transform, mark: POINT },
    { transform, mark: { ...mark, style: 'halo' }, encoding: { ...encoding, color: { value: 'transparent' } } },
    { transform, mark, encoding },
  ];
}
