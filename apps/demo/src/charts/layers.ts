import type { TopLevelSpec } from 'vega-lite';
import { SHAPE_SIZE } from './theme.js';

/** What is drawn over one another. The specification that holds these layers has `shapes` and `scattered`, by series, the ends of the axes and `rule` as parameters. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** Shapes are drawn at about this many points of a line. */
const SHAPES_PER_LINE = 12;
const NUMBER = '.3r';
/** Of a label at a line's end: a space and such a number, and how wide a character is in pixels. */
const [NUMBER_LENGTH, CHARACTER] = [5, 7];
const POINT = {
  type: 'point',
  filled: true,
  size: SHAPE_SIZE,
  opacity: 1,
  shape: { expr: 'shapes[datum.series]' } as never, // Vega-Lite takes an expression here; its types do not know
} as const;

/** Leaves out the points that belong to no line. */
export const onLines = { filter: '!scattered[datum.series]' } as const;

/** How far along a logarithmic or linear axis. */
const along = (log: boolean) => (x: string) =>
  log ? `(log(${x}) - log(xMin)) / (log(xMax) - log(xMin))` : `(${x} - xMin) / (xMax - xMin)`;

/** Shapes at points that are evenly apart, and stay where they are as the line grows. */
export function shapes(log: boolean): Layer {
  const place = (x: string) => `floor(${along(log)(x)} * ${SHAPES_PER_LINE})`;
  return {
    transform: [
      onLines,
      { window: [{ op: 'lag', field: 'x', as: 'before' }], groupby: ['series'] },
      { filter: `datum.before === null || ${place('datum.x')} > ${place('datum.before')}` },
    ],
    mark: POINT,
  };
}

/** Points that belong to no line. */
export const cloud: Layer = {
  transform: [{ filter: 'scattered[datum.series]' }],
  mark: { ...POINT, clip: true, opacity: 0.55 },
};

/** The last value of each line beside its end: the highest one a little above, the others below one another, so that all can be read. */
export const ends: Layer = {
  transform: [
    onLines,
    { joinaggregate: [{ op: 'max', field: 'x', as: 'last' }], groupby: ['series'] },
    { filter: 'datum.x === datum.last' },
    { window: [{ op: 'row_number', as: 'rank' }], sort: [{ field: 'y', order: 'descending' }] },
    { calculate: `datum.series + ' ' + format(datum.y, '${NUMBER}')`, as: 'label' },
  ],
  mark: { type: 'text', align: 'left', dx: 8, dy: { expr: '13 * datum.rank - 19' } },
  encoding: { text: { field: 'label' } },
};

/** Lines across at values of y, with their names. */
export const level: Layer[] = [
  { data: { name: 'levels' }, mark: 'rule', encoding: { y: { field: 'y', type: 'quantitative' } } },
  ...(['halo', 'level'] as const).map((style): Layer => ({
    data: { name: 'levels' },
    mark: { type: 'text', align: 'left', dx: 4, dy: { expr: 'datum.below ? 8 : -7' }, style },
    encoding: { x: { value: 0 }, y: { field: 'y', type: 'quantitative' }, text: { field: 'name' } },
  })),
];

/** Keeps as much room right of the plot as the labels at line ends will need, wherever the lines end now. */
export const roomForEnds = (longestKey: number): Layer => ({
  data: { values: [{}] },
  mark: { type: 'point', opacity: 0, size: 1, xOffset: 14 + CHARACTER * (longestKey + NUMBER_LENGTH) },
  encoding: { x: { datum: { expr: 'xMax' }, type: 'quantitative' }, y: { value: 0 } },
});

/** A line up at the value of x that is pointed out. */
export const ruleAcross: Layer = {
  data: { values: [{}] },
  mark: 'rule',
  encoding: { x: { datum: { expr: 'rule' }, type: 'quantitative' } },
};

/** Where the lines are at that value: a shape, and the value, kept clear of other lines. */
export const crossings: Layer[] = (() => {
  const transform = [{ filter: 'abs(datum.x - rule) <= 1e-9 * abs(rule) && datum.y <= yMax' }];
  const mark = { type: 'text', align: 'left', dx: 7, dy: -4 } as const;
  const encoding = { text: { field: 'y', type: 'quantitative', format: '.2f' } } as const;
  return [
    { transform, mark: POINT },
    {
      transform,
      mark: { ...mark, style: 'halo', strokeWidth: 7 },
      encoding: { ...encoding, color: { value: 'transparent' } },
    },
    { transform, mark, encoding },
  ];
})();
