import type { Axis, Series } from '../../charts/chart.js';
import { Figure } from '../../charts/figure.js';
import type { EngineWish, PageEngine } from '../../lab/engine-choice.js';
import { byId, el } from '../../dom.js';
import type { Measurement, Trained } from './messages.js';

/** What came of one engine. */
interface Course {
  readonly wish: EngineWish;
  readonly measured: Measurement[];
  trained?: Trained;
}

/** Loss and accuracy of the last training on each engine, as far as they are, and what it took. */
export class TrainingFigures {
  readonly #accuracy = new Figure({
    name: 'accuracy',
    title: 'Training accuracy',
    hint: 'Of the batches since the point before. Engines round differently; the courses are all but the same.',
  });
  readonly #loss = new Figure({ name: 'loss', title: 'Training loss', hint: 'Cross-entropy of the same batches.' });
  readonly #courses = new Map<PageEngine, Course>();
  #epochs = 1;

  get elements(): HTMLElement[] {
    return [this.#accuracy, this.#loss].map(({ element }) => element);
  }

  /** What was measured is of other settings. */
  clear(epochs: number, wish: EngineWish): void {
    this.#epochs = epochs;
    this.#courses.clear();
    this.begin(wish);
  }

  /** What comes next is of this engine. */
  begin(wish: EngineWish): void {
    for (const [engine, { measured }] of this.#courses) if (measured.length === 0) this.#courses.delete(engine);
    this.#courses.set(wish.engine, { wish, measured: [] });
    this.#show();
  }

  take(engine: PageEngine, measurement: Measurement): void {
    this.#courses.get(engine)!.measured.push(measurement);
    this.#show();
  }

  end(engine: PageEngine, trained: Trained): void {
    this.#courses.get(engine)!.trained = trained;
    this.#show();
  }

  #show(): void {
    const x = { name: 'epoch', max: this.#epochs };
    const percent: Axis = { name: 'percent', max: 100 };
    this.#accuracy.show({ title: 'Training accuracy', x, y: percent, series: this.#series((one) => one.accuracy) });
    this.#loss.show({ title: 'Training loss', x, y: { name: 'nats' }, series: this.#series((one) => one.loss) });
    this.#showTimes();
  }

  #series(value: (measured: Measurement) => number): Series[] {
    return [...this.#courses].map(([key, { wish, measured }]) => ({
      key,
      name: nameOf(wish),
      points: measured.map((one) => ({ x: one.epoch, y: value(one) })),
    }));
  }

  #showTimes(): void {
    const rows = [...this.#courses.values()].flatMap(({ wish, trained }) =>
      trained ? [[nameOf(wish), trained.stepTime.toFixed(1), trained.testAccuracy.toFixed(1)]] : [],
    );
    const head = ['engine', 'a step (ms)', 'test accuracy (%)'].map((title) => el('th', { scope: 'col' }, title));
    const body = rows.map((row) => el('tr', {}, ...row.map((cell) => el('td', {}, cell))));
    const table = el('table', { class: 'times' }, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body));
    byId('times').replaceChildren(...(rows.length > 0 ? [table] : []));
  }
}

const nameOf = ({ engine, threads }: EngineWish) =>
  engine !== 'wasm' || !crossOriginIsolated ? engine : `wasm, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
