import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { seedAfter } from '../../lab/fields.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { OneAtATime } from '../../lab/one-at-a-time.js';
import { RunControl } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { AskModels } from './ask/ask-models.js';
import { codeOf, commandOf } from './code.js';
import { LossFigures } from './loss-figures.js';
import type { Landscapes, Reply, Request } from './messages.js';
import { type LossState, type Side, fieldsOf, more, task } from './settings.js';

/** The page of the loss lab. It holds the settings and carries words between the worker, which trains, and the parts that show. */
export class LossLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#fail(),
  );
  readonly #address: Address<LossState>;
  readonly #panels: readonly (readonly [Side, MethodPanel])[];
  readonly #figures = new LossFigures();
  readonly #landscapes = landscapeFigures();
  readonly #surveying = new OneAtATime(() => {
    const { a, b } = this.#address.state;
    this.#worker.ask({ type: 'landscape', a, b });
  });
  readonly #models = new AskModels((pixels) => this.#worker.ask({ type: 'classify', pixels }));
  readonly #control = new RunControl({
    start: () => this.#start(),
    pause: () => this.#worker.ask({ type: 'pause' }),
    resume: () => this.#worker.ask({ type: 'resume' }),
    step: () => this.#worker.ask({ type: 'step' }),
    reset: () => this.#clear(),
    newSeed: () => this.#newSeed(),
  });

  constructor({ methods }: Catalogue) {
    const losses = methods.filter(({ kind }) => kind === 'loss');
    this.#panels = (['a', 'b'] as const).map(
      (side) => [side, new MethodPanel(side, 'Loss', losses, (chosen) => this.#choose(side, chosen))] as const,
    );
    byId('figures').replaceChildren(...this.#figures.elements);
    this.#address = new Address(fieldsOf(losses), (state) => this.#show(state));
    this.#address.open();
  }

  #show(state: LossState): void {
    for (const [side, panel] of this.#panels) {
      panel.show(state[side]);
      this.#worker.ask({ type: 'curve', side, chosen: state[side] });
    }
    this.#surveying.ask();
    this.#showTask();
    this.#control.reset();
  }

  #showTask(): void {
    showSettings('task', task, this.#address.state, (part) => this.#change(part));
    showSettings('more', more, this.#address.state, (part) => this.#change(part));
  }

  #choose(side: Side, chosen: Chosen): void {
    this.#change({ [side]: chosen });
    this.#worker.ask({ type: 'curve', side, chosen });
    this.#surveying.ask();
  }

  /** Takes a change: it goes into the address, and what was measured before is no longer of these settings. */
  #change(part: Partial<LossState>): void {
    this.#address.change(part);
    this.#control.reset();
  }

  #start(): void {
    this.#figures.clear(this.#address.state);
    this.#worker.ask({ type: 'start', state: this.#address.state });
  }

  #clear(): void {
    const { state } = this.#address;
    this.#worker.ask({ type: 'reset' });
    this.#models.forget();
    this.#figures.clear(state);
    showElsewhere(codeOf(state), commandOf(state));
  }

  #newSeed(): void {
    this.#change({ seed: seedAfter(this.#address.state.seed) });
    this.#showTask();
    this.#control.run();
  }

  #hear(reply: Reply): void {
    if (reply.type === 'ready') this.#ready(reply);
    else if (reply.type === 'curve') this.#figures.takeCurve(reply.side, reply.losses);
    else if (reply.type === 'landscape') void this.#survey(reply);
    else if (reply.type === 'classified') this.#models.answer(reply);
    else if (this.#control.phase !== 'idle') this.#hearTraining(reply);
  }

  async #survey(landscapes: Landscapes): Promise<void> {
    this.#surveying.answered();
    (await this.#landscapes).show(landscapes);
  }

  #fail(): void {
    this.#control.fail();
    this.#surveying.answered();
  }

  #hearTraining(reply: Extract<Reply, { type: 'measured' | 'progress' | 'ended' }>): void {
    if (reply.type === 'progress') this.#control.progress(reply.step, reply.of);
    if (reply.type === 'measured') {
      this.#figures.take(reply);
      this.#models.learned();
    }
    if (reply.type === 'ended' && reply.completed) {
      this.#control.end();
      this.#figures.announceEnd();
    }
  }

  #ready({ engine, why, digits }: Extract<Reply, { type: 'ready' }>): void {
    byId('engine').textContent = `Engine: ${engine}. ${why}`;
    document.body.dataset.engine = engine;
    this.#models.offer(digits);
  }
}

/** They stand below the lab, and come after it. */
async function landscapeFigures() {
  const { LandscapeFigures } = await import('./landscape-figures.js');
  const figures = new LandscapeFigures();
  byId('landscape').replaceChildren(...figures.elements);
  return figures;
}
