import type { Axis, Chart, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import { summary } from '../../charts/numbers.js';
import { nameOf } from '../../lab/chosen.js';
import { byId } from '../../dom.js';
import { probabilities } from './curve.js';
import type { Measurement } from './messages.js';
import type { LossState, Side } from './settings.js';

const SIDES = ['a', 'b'] as const;
const ANNOUNCE_MS = 4000;
const SURPRISED = 0.1;

/** The four figures of the lab: three of the training, as far as it is, and one of the losses themselves. */
export class LossFigures {
  readonly #test = new Figure({
    name: 'test-accuracy',
    title: 'Test accuracy',
    hint: 'On clean digits that neither model has trained on. This is what counts.',
  });
  readonly #train = new Figure({
    name: 'train-accuracy',
    title: 'Training accuracy',
    hint: 'On the given labels, the wrong ones included: the higher, the more of them are learned by heart.',
  });
  readonly #loss = new Figure({
    name: 'loss',
    title: 'Training loss',
    hint: 'Each loss on its own scale: compare courses, not heights.',
  });
  readonly #shape = new Figure({
    name: 'shape',
    title: 'Shape of the loss',
    hint: 'What a prediction costs, by the probability that it gives the labelled class. At 0.1, the dotted line, the model is sure of another class.',
  });
  readonly #curves: Partial<Record<Side, readonly number[]>> = {};
  #state: LossState | undefined;
  #measured: Measurement[] = [];
  #announced = 0;

  get elements(): HTMLElement[] {
    return [this.#test, this.#train, this.#loss, this.#shape].map(({ element }) => element);
  }

  /** Nothing is measured yet, with these settings. */
  clear(state: LossState): void {
    this.#state = state;
    this.#measured = [];
    byId('summary').textContent = '';
    this.#showTraining();
    this.#showShape();
  }

  take(measured: Measurement): void {
    this.#measured.push(measured);
    this.#showTraining();
    if (performance.now() - this.#announced > ANNOUNCE_MS) this.#announce('');
  }

  takeCurve(side: Side, losses: readonly number[]): void {
    this.#curves[side] = losses;
    this.#showShape();
  }

  announceEnd(): void {
    this.#announce('Done. ');
  }

  #showTraining(): void {
    const percent = { name: 'percent', max: 100 };
    this.#test.show({ ...this.#course(percent, (one) => one.testAccuracy), title: 'Test accuracy' });
    this.#train.show({ ...this.#course(percent, (one) => one.trainAccuracy), title: 'Training accuracy' });
    this.#loss.show({ ...this.#course({ name: 'nats' }, (one) => one.loss), title: 'Training loss' });
  }

  #showShape(): void {
    if (!this.#state) return;
    this.#shape.show({
      title: 'Shape of the loss',
      x: { name: 'probability of the labelled class', max: 1 },
      y: { name: 'loss (nats)', max: 5 },
      series: this.#series((side) => (this.#curves[side] ?? []).map((y, k) => ({ x: probabilities[k]!, y }))),
      marks: false,
      rule: SURPRISED,
    });
  }

  #course(y: Axis, value: (measured: Measurement) => number): Pick<Chart, 'x' | 'y' | 'series'> {
    const points = (side: Side) =>
      this.#measured
        .filter((one) => one.side === side && Number.isFinite(value(one)))
        .map((one) => ({ x: one.epoch, y: value(one) }));
    return { x: { name: 'epoch', max: this.#state!.epochs }, y, series: this.#series(points) };
  }

  #series(points: (side: Side) => Series['points']): Series[] {
    return SIDES.map((side) => {
      const key = side.toUpperCase();
      return { key, name: `${key}: ${nameOf(this.#state![side])}`, points: points(side) };
    });
  }

  /** Says where things stand, for those who do not see the figures; not more often than every few seconds. */
  #announce(before: string): void {
    this.#announced = performance.now();
    const chart = this.#course({ name: 'percent' }, (one) => one.testAccuracy);
    byId('summary').textContent = `${before}Test accuracy: ${summary(chart)}.`;
  }
}
