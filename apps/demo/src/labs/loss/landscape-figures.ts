import type { Chart, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import type { Barycentric, Ternary } from '../../charts/ternary/ternary.js';
import { TernaryFigure } from '../../charts/ternary/ternary-figure.js';
import { type Chosen, nameOf } from '../../lab/chosen.js';
import { DIVISIONS, type Landscape, arrowPoints, gridPoints, margins } from './landscape-points.js';
import type { Landscapes } from './messages.js';
import type { Side } from './settings.js';

const SIDES = ['a', 'b'] as const;
const CORNERS = ['the label', 'class 2', 'class 3'] as const;
const COLOURS = { a: 'series-0', b: 'series-1' } as const;

/** What the two losses are over three classes: a triangle each, and curves over the margin for both. */
export class LandscapeFigures {
  readonly #triangles = { a: triangleOf('a'), b: triangleOf('b') };
  readonly #value = new Figure({
    name: 'margin-value',
    title: 'Value over the margin',
    hint: 'Of three classes, by how far the label’s logit is above those of the two others, which are alike. Left of 0 the model is wrong.',
  });
  readonly #slope = new Figure({
    name: 'margin-slope',
    title: 'Pull over the margin',
    hint: 'Minus the derivative in the label’s logit: how hard an example is learned from. Where it comes back to 0 on the left, the loss gives up on what looks mislabelled.',
  });

  get elements(): HTMLElement[] {
    return [this.#triangles.a, this.#triangles.b, this.#value, this.#slope].map(({ element }) => element);
  }

  show(landscapes: Landscapes): void {
    for (const side of SIDES) {
      const { chosen, landscape } = landscapes[side];
      const plot = plotOf(side, chosen, landscape);
      this.#triangles[side].show(plot, wordsOf(landscape), rowsOf(landscape));
    }
    this.#value.show(marginChart(landscapes, 'Value over the margin', 'nats', ({ values }) => values));
    this.#slope.show(
      marginChart(landscapes, 'Pull over the margin', 'nats per unit of the logit', ({ slopes }) =>
        slopes.map((slope) => -slope),
      ),
    );
  }
}

const triangleOf = (side: Side) =>
  new TernaryFigure({
    name: `triangle-${side}`,
    title: `${side.toUpperCase()} over all predictions`,
    hint: 'Colour: nats. Arrows: where a step of gradient descent on the logits pulls, and how hard. Cross-entropy pulls straight to the label, from everywhere.',
  });

const plotOf = (side: Side, chosen: Chosen, { values, gradients }: Landscape): Ternary => ({
  title: `${side.toUpperCase()}, ${nameOf(chosen)}, over all predictions for three classes`,
  corners: CORNERS,
  name: 'nats',
  divisions: DIVISIONS,
  values,
  arrows: arrowPoints.map((at, i) => ({ at, along: pullOf(gradients[gridPoints.length + i]!) })),
  colour: COLOURS[side],
});

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

function marginChart(
  landscapes: Landscapes,
  title: string,
  unit: string,
  values: (margin: Landscape['margin']) => readonly number[],
): Chart {
  const series = SIDES.map((side): Series => {
    const { chosen, landscape } = landscapes[side];
    const key = side.toUpperCase();
    const points = values(landscape.margin).map((y, i) => ({ x: margins[i]!, y }));
    return { key, name: `${key}: ${nameOf(chosen)}`, points };
  });
  const all = series.flatMap(({ points }) => points.map(({ y }) => y));
  const x = { name: 'margin', min: margins[0]!, max: margins.at(-1)! };
  const most = Math.min(Math.max(...all), CEILING);
  const least = Math.max(Math.min(0, ...all), -CEILING);
  return {
    title,
    x,
    y: { name: unit, min: least, max: most > least ? most : least + 1 },
    series,
    marks: false,
    rule: -2,
  };
}

/** Exponential losses would press all others flat. */
const CEILING = 12;
