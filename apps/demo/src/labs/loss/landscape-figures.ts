import type { Chart, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import type { Barycentric, Ternary } from '../../charts/ternary/ternary.js';
import { TernaryFigure } from '../../charts/ternary/ternary-figure.js';
import { type Chosen, nameOf } from '../../lab/chosen.js';
import { DIVISIONS, type Landscape, arrowPoints, gridPoints, margins } from './landscape-points.js';

const CORNERS = ['the label', 'class 2', 'class 3'] as const;

/** A loss that is shown, with what it is over three classes. */
export interface Surveyed {
  readonly chosen: Chosen;
  readonly landscape: Landscape;
}

/** How some losses are shown side by side. */
export interface LandscapeOptions<Side extends string> {
  readonly sides: Readonly<Record<Side, { readonly title: string; readonly colour: Ternary['colour'] }>>;
  /** What to look at: in the triangles, and in the curves of values and of pulls. */
  readonly hints: Readonly<Record<'triangle' | 'value' | 'pull', string>>;
  /** Comes before the names of files. */
  readonly prefix?: string;
  /** The margin that is pointed out. */
  readonly rule: number;
  /** The prediction that is pointed out. */
  readonly mark?: Barycentric;
}

/** What losses are over three classes: a triangle each, and curves over the margin for all. */
export class LandscapeFigures<Side extends string> {
  readonly #sides: readonly Side[];
  readonly #triangles: Readonly<Record<Side, TernaryFigure>>;
  readonly #value: Figure;
  readonly #slope: Figure;

  constructor(private readonly options: LandscapeOptions<Side>) {
    const { sides, hints, prefix = '' } = options;
    this.#sides = Object.keys(sides) as Side[];
    const triangle = (side: Side) =>
      new TernaryFigure({ name: `triangle-${side}`, title: sides[side].title, hint: hints.triangle });
    const curve = (name: string, title: string, hint: string) => new Figure({ name: prefix + name, title, hint });
    this.#triangles = Object.fromEntries(this.#sides.map((side) => [side, triangle(side)])) as Record<
      Side,
      TernaryFigure
    >;
    this.#value = curve('margin-value', 'Value over the margin', hints.value);
    this.#slope = curve('margin-slope', 'Pull over the margin', hints.pull);
  }

  get elements(): HTMLElement[] {
    return [...this.#sides.map((side) => this.#triangles[side]), this.#value, this.#slope].map(
      ({ element }) => element,
    );
  }

  show(surveyed: Readonly<Record<Side, Surveyed>>): void {
    for (const side of this.#sides) {
      const { landscape } = surveyed[side];
      this.#triangles[side].show(this.#plot(side, surveyed[side]), wordsOf(landscape), rowsOf(landscape));
    }
    const chart = (title: string, unit: string, values: (margin: Landscape['margin']) => readonly number[]) => ({
      ...marginChart(this.#series(surveyed, values), title, unit),
      rule: this.options.rule,
    });
    this.#value.show(chart('Value over the margin', 'nats', ({ values }) => values));
    this.#slope.show(
      chart('Pull over the margin', 'nats per unit of the logit', ({ slopes }) => slopes.map((slope) => -slope)),
    );
  }

  #plot(side: Side, { chosen, landscape: { values, gradients } }: Surveyed): Ternary {
    const { mark, sides } = this.options;
    const { title, colour } = sides[side];
    return {
      title: title.replace(/ over/, `, ${nameOf(chosen)}, over`),
      corners: CORNERS,
      name: 'nats',
      divisions: DIVISIONS,
      values,
      arrows: arrowPoints.map((at, i) => ({ at, along: pullOf(gradients[gridPoints.length + i]!) })),
      colour,
      ...(mark && { mark }),
    };
  }

  #series(
    surveyed: Readonly<Record<Side, Surveyed>>,
    values: (margin: Landscape['margin']) => readonly number[],
  ): Series[] {
    return this.#sides.map((side): Series => {
      const { chosen, landscape } = surveyed[side];
      const points = values(landscape.margin).map((y, i) => ({ x: margins[i]!, y }));
      if (this.#sides.length === 1) return { key: nameOf(chosen), points };
      const key = side.toUpperCase();
      return { key, name: `${key}: ${nameOf(chosen)}`, points };
    });
  }
}

/** Minus the gradient, without the part that moves all logits alike: that changes no prediction. */
function pullOf(gradient: Barycentric): Barycentric {
  const mean = (gradient[0] + gradient[1] + gradient[2]) / 3;
  return [mean - gradient[0], mean - gradient[1], mean - gradient[2]];
}

function wordsOf({ values, gradients }: Landscape): string {
  const strengths = gradients.slice(0, values.length).map((gradient) => Math.hypot(...pullOf(gradient)));
  const [low, high, strong] = [
    indexOfLargest(values.map((value) => -value)),
    indexOfLargest(values),
    indexOfLargest(strengths),
  ];
  const where = (i: number) => gridPoints[i]!.map((share) => share.toFixed(2)).join(', ');
  return `Least ${digits(values[low]!)} nats at (${where(low)}), most ${digits(values[high]!)} at (${where(high)}); the pull is strongest, ${digits(strengths[strong]!)}, at (${where(strong)}).`;
}

const digits = (value: number) => String(Number(value.toPrecision(3)));
const indexOfLargest = (values: readonly number[]) =>
  values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);

function rowsOf({ values, gradients }: Landscape): (string | number)[][] {
  const names = ['p(label)', 'p(2)', 'p(3)', 'nats', 'd/dz(label)', 'd/dz(2)', 'd/dz(3)'];
  return [names, ...values.map((value, i) => [...gridPoints[i]!, value, ...gradients[i]!])];
}

function marginChart(series: readonly Series[], title: string, unit: string): Chart {
  const all = series.flatMap(({ points }) => points.map(({ y }) => y));
  const x = { name: 'margin', min: margins[0]!, max: margins.at(-1)! };
  const most = Math.min(Math.max(...all), CEILING);
  const least = Math.max(Math.min(0, ...all), -CEILING);
  return { title, x, y: { name: unit, min: least, max: most > least ? most : least + 1 }, series, marks: false };
}

/** Exponential losses would press all others flat. */
const CEILING = 12;
