import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { EngineChoice, type EngineWish } from '../../lab/engine-choice.js';
import { seedAfter } from '../../lab/fields.js';
import { RunControl } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { WorkerLink } from '../../lab/worker-link.js';
import { codeOf, commandOf } from './code.js';
import type { Reply, Request, Trained } from './messages.js';
import { type TrainingState, fields, more, task } from './settings.js';
import { TrainingFigures } from './training-figures.js';

/** The page of the training lab: one network, trained on the engine of the visitor's choice. */
export class TrainingLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#control.fail(),
  );
  readonly #engines = new EngineChoice((wish) => this.#changeEngine(wish));
  readonly #figures = new TrainingFigures();
  readonly #control = new RunControl({
    start: () => this.#start(),
    pause: () => this.#worker.ask({ type: 'pause' }),
    resume: () => this.#worker.ask({ type: 'resume' }),
    step: () => this.#worker.ask({ type: 'step' }),
    reset: () => this.#stop(),
    newSeed: () => this.#newSeed(),
  });
  readonly #address: Address<TrainingState>;
  /** The training that is heard: what is left of others is not of these settings. */
  #run = 0;
  #wish: EngineWish = this.#engines.wish;

  constructor() {
    byId('figures').replaceChildren(...this.#figures.elements);
    this.#worker.ask({ type: 'engines', wish: this.#wish });
    this.#address = new Address(fields, () => this.#show());
    this.#address.open();
  }

  #show(): void {
    showSettings('task', task, this.#address.state, (part) => this.#change(part));
    showSettings('more', more, this.#address.state, (part) => this.#change(part));
    this.#forget();
  }

  #change(part: Partial<TrainingState>): void {
    this.#address.change(part);
    this.#forget();
  }

  /** Takes another engine; what the others did stays, to compare with. */
  #changeEngine(wish: EngineWish): void {
    this.#control.reset();
    this.#worker.ask({ type: 'engines', wish });
  }

  #forget(): void {
    this.#figures.clear(this.#address.state.epochs, this.#engines.wish);
    this.#control.reset();
  }

  #start(): void {
    this.#wish = this.#engines.wish;
    this.#figures.begin(this.#wish);
    this.#worker.ask({ type: 'start', run: ++this.#run, state: this.#address.state, wish: this.#wish });
  }

  #stop(): void {
    this.#run++;
    this.#worker.ask({ type: 'stop' });
    byId('summary').textContent = '';
    const { state } = this.#address;
    showElsewhere(codeOf(state, this.#engines.wish), commandOf(state, this.#engines.wish));
  }

  #newSeed(): void {
    this.#address.change({ seed: seedAfter(this.#address.state.seed) });
    this.#show();
    this.#control.run();
  }

  #hear(reply: Reply): void {
    if (reply.type === 'engines') return this.#engines.found(reply);
    if (reply.run !== this.#run) return;
    if (reply.type === 'progress') this.#control.progress(reply.step, reply.of);
    if (reply.type === 'measured') this.#figures.take(this.#wish.engine, reply);
    if (reply.type === 'trained') this.#hearTrained(reply);
  }

  #hearTrained(trained: Trained): void {
    this.#control.end();
    this.#figures.end(this.#wish.engine, trained);
    const [time, accuracy] = [trained.stepTime.toFixed(1), trained.testAccuracy.toFixed(1)];
    byId('summary').textContent = `Done on ${this.#wish.engine}: ${time} ms a step, test accuracy ${accuracy}%.`;
  }
}
