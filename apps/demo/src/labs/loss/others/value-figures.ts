import type { Chart, Series } from '../../../charts/chart.js';
import { Figure } from '../../../charts/figure.js';
import { type Chosen, nameOf } from '../../../lab/chosen.js';
import type { ValuePicture } from './value-picture.js';

const BIN = 'what a bin stands for';

/** What a loss that learns a number by bins makes of one target. */
export class ValueFigures {
  readonly #code = new Figure({
    name: 'value-code',
    title: 'Target and prediction',
    hint: 'What the target becomes: probabilities of the bins. Beside it a prediction that is too low.',
  });
  readonly #pull = new Figure({
    name: 'value-pull',
    title: 'Pull on each bin',
    hint: 'Minus the gradient in the logits of that prediction: which bins gain, and which lose.',
  });
  readonly #value = new Figure({
    name: 'value-loss',
    title: 'Value over the predicted number',
    hint: 'What predictions of the same width cost, by their number. The dotted line is the target.',
  });

  get elements(): HTMLElement[] {
    return [this.#code, this.#pull, this.#value].map(({ element }) => element);
  }

  show(chosen: Chosen, { bins, target, prediction, pull, numbers, losses, aim }: ValuePicture): void {
    const name = nameOf(chosen);
    const x = { name: BIN, min: bins[0]!, max: bins.at(-1)! };
    const line = (key: string, xs: readonly number[], ys: readonly number[]): Series => ({
      key,
      points: ys.map((y, i) => ({ x: xs[i]!, y })),
    });
    const code = [line(`target ${short(aim)}`, bins, target), line('prediction', bins, prediction)];
    const most = (values: readonly number[]) => short(bins[values.indexOf(Math.max(...values))]!);
    this.#code.show({
      ...of(`Target and prediction, ${name}`, x, 'probability', code),
      text: `The target, ${short(aim)}, is most probable at ${most(target)}, the prediction at ${most(prediction)}.`,
    });
    const least = most(pull.map((value) => -value));
    this.#pull.show({
      ...of(`Pull on each bin, ${name}`, x, 'per unit of the logit', [line(name, bins, pull)]),
      text: `It pulls up most at ${most(pull)}, and down most at ${least}.`,
    });
    const number = { name: 'predicted number', min: Math.min(...numbers), max: Math.max(...numbers) };
    this.#value.show({
      ...of(`Value over the predicted number, ${name}`, number, 'loss', [line(name, numbers, losses)]),
      rule: aim,
    });
  }
}

function of(title: string, x: Chart['x'], unit: string, series: readonly Series[]): Chart {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  return { title, x, y: { name: unit, min: Math.min(0, ...values), max: Math.max(...values) }, series, marks: false };
}

const short = (value: number) => String(Number(value.toPrecision(3)));
