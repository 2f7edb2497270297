import type { Axis, Chart } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import type { Fitted, Spent } from './messages.js';

/** The figures of the lab: the law among the runs, what it leaves over, and how a budget is best split. */
export class ScalingFigures {
  readonly #law = new Figure({
    name: 'law',
    title: 'Runs and law',
    hint: 'Both axes are logarithmic. A power law alone would be a straight line; it bends where the irreducible loss shows.',
  });
  readonly #residuals = new Figure({
    name: 'residuals',
    title: 'What the law leaves over',
    hint: 'A law that fits leaves a cloud around zero. A bend or a slope says that another law is needed.',
  });
  readonly #split = new Figure({
    name: 'split',
    title: 'Splits of the budget',
    hint: 'The same compute, spent on more parameters and fewer tokens, or the other way round.',
  });

  get elements(): HTMLElement[] {
    return [this.#law.element, this.#residuals.element];
  }

  get splitElement(): HTMLElement {
    return this.#split.element;
  }

  show(fitted: Fitted): void {
    this.#law.show(lawChart(fitted));
    this.#residuals.show(residualChart(fitted));
  }

  showSplit({ best, curve, compute }: Spent, unit: string): void {
    this.#split.show({
      title: 'Splits of the budget',
      x: { name: 'parameters', log: true, min: curve[0]!.x, max: curve.at(-1)!.x },
      y: {
        name: `loss (${unit})`,
        min: 0.98 * best.loss,
        max: Math.min(1.25 * best.loss, Math.max(...curve.map(({ y }) => y))),
      },
      series: [{ key: `loss at ${amount(compute)} FLOP`, points: curve }],
      marks: false,
      rule: best.N,
      text: `least loss ${best.loss.toFixed(3)} at ${amount(best.N)} parameters and ${amount(best.D)} tokens`,
    });
  }
}

function lawChart({ along, loss, curve, predicted, rmse, r2, n, unit }: Fitted): Chart {
  const runs = { key: 'runs', points: pairs(along.values, loss), scattered: true };
  const law = curve
    ? { key: 'law', name: curve.name, points: curve.points }
    : { key: 'law', name: 'law, at each run', points: pairs(along.values, predicted), scattered: true };
  const text = `${n} runs; the law is off by ${rmse.toPrecision(2)} (root mean square) and explains ${(100 * r2).toFixed(1)}% of the variance`;
  return {
    title: 'Runs and law',
    x: range(`${along.name} (${along.unit})`, along.values),
    y: range(`loss (${unit})`, loss),
    series: [runs, law],
    marks: false,
    text,
  };
}

function residualChart({ loss, predicted, rmse, unit }: Fitted): Chart {
  const percent = loss.map((value, i) => 100 * (value / predicted[i]! - 1));
  const reach = 1.1 * Math.max(...percent.map(Math.abs), 0.1);
  return {
    title: 'What the law leaves over',
    x: range(`loss that the law says (${unit})`, predicted),
    y: { name: 'run above law (%)', min: -reach, max: reach },
    series: [{ key: 'runs', points: pairs(predicted, percent), scattered: true }],
    levels: [{ y: 0, name: '' }],
    marks: false,
    text: `from ${Math.min(...percent).toFixed(1)}% to ${Math.max(...percent).toFixed(1)}% of the law's loss; ${rmse.toPrecision(2)} ${unit} root mean square`,
  };
}

/** A logarithmic axis with a little room on both sides. */
const range = (name: string, values: Float64Array): Axis => ({
  name,
  log: true,
  min: 0.97 * Math.min(...values),
  max: 1.03 * Math.max(...values),
});

const pairs = (xs: Float64Array, ys: Float64Array) => Array.from(xs, (x, i) => ({ x, y: ys[i]! }));

/** A large number in a few digits: `7.2e10`, `930`. */
export const amount = (value: number): string =>
  value >= 1e4 || value < 1e-2 ? value.toExponential(2).replace('e+', 'e') : String(Number(value.toPrecision(3)));
