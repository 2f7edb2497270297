import { byId } from '../dom.js';
import type { Catalogue } from '../methods/catalogue.js';
import { AskModels } from './ask-models.js';
import { codeOf, commandOf } from './elsewhere.js';
import { LabFigures } from './lab-figures.js';
import { LossPanel } from './loss-panel.js';
import type { Reply, Request, Side } from './messages.js';
import { RunControl } from './run-control.js';
import { type Chosen, type LabState, decodeState, encodeState, limits } from './state.js';
import { showTask } from './task-panel.js';

/** The page of the loss lab. It holds the settings and carries words between the worker, which trains, and the parts that show. */
export class LossLab {
  readonly #lossNames: readonly string[];
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  readonly #panels: readonly LossPanel[];
  readonly #figures = new LabFigures();
  readonly #models = new AskModels((pixels) => this.#ask({ type: 'classify', pixels }));
  readonly #control = new RunControl({
    start: () => this.#start(),
    pause: () => this.#ask({ type: 'pause' }),
    resume: () => this.#ask({ type: 'resume' }),
    step: () => this.#ask({ type: 'step' }),
    reset: () => this.#clear(),
    newSeed: () => this.#newSeed(),
  });
  #state: LabState;

  constructor(catalogue: Catalogue) {
    const losses = catalogue.methods.filter((method) => method.kind === 'loss');
    this.#lossNames = losses.map(({ name }) => name);
    this.#panels = (['a', 'b'] as const).map(
      (side) => new LossPanel(side, losses, (chosen) => this.#choose(side, chosen)),
    );
    byId('figures').replaceChildren(...this.#figures.elements);
    byId('copy').addEventListener('click', () => void this.#copyLink());
    window.addEventListener('hashchange', () => this.#show(this.#fromAddress()));
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
    this.#state = this.#fromAddress();
    this.#show(this.#state);
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  #fromAddress(): LabState {
    const { state, ignored } = decodeState(location.hash, this.#lossNames);
    const unknown = `The link holds settings that are not known here and were left out: ${ignored.join(', ')}.`;
    this.#notice(ignored.length > 0 ? unknown : '');
    return state;
  }

  #show(state: LabState): void {
    this.#state = state;
    for (const panel of this.#panels) panel.show(state[panel.side]);
    for (const { side } of this.#panels) this.#ask({ type: 'curve', side, chosen: state[side] });
    this.#showTask();
    this.#control.reset();
  }

  #showTask(): void {
    showTask(this.#state, (part) => this.#change(part));
  }

  #choose(side: Side, chosen: Chosen): void {
    this.#change({ [side]: chosen });
    this.#ask({ type: 'curve', side, chosen });
  }

  /** Takes a change: it goes into the address, and what was measured before is no longer of these settings. */
  #change(part: Partial<LabState>): void {
    this.#state = { ...this.#state, ...part };
    history.replaceState(null, '', `#${encodeState(this.#state)}`);
    this.#control.reset();
  }

  #start(): void {
    this.#figures.clear(this.#state);
    this.#ask({ type: 'start', state: this.#state });
  }

  #clear(): void {
    this.#ask({ type: 'reset' });
    this.#models.forget();
    this.#figures.clear(this.#state);
    byId('code').textContent = codeOf(this.#state);
    byId('command').textContent = commandOf(this.#state);
  }

  #newSeed(): void {
    this.#change({ seed: (this.#state.seed % limits.seed[1]) + 1 });
    this.#showTask();
    this.#control.run();
  }

  #hear(reply: Reply): void {
    if (reply.type === 'ready') this.#ready(reply);
    else if (reply.type === 'curve') this.#figures.takeCurve(reply.side, reply.losses);
    else if (reply.type === 'classified') this.#models.answer(reply);
    else if (reply.type === 'problem') this.#fail(reply.message);
    else if (this.#control.phase !== 'idle') this.#hearTraining(reply);
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

  #fail(message: string): void {
    this.#control.fail();
    this.#notice(`That did not work: ${message}`);
  }

  async #copyLink(): Promise<void> {
    history.replaceState(null, '', `#${encodeState(this.#state)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      this.#notice('The link is copied: it shows the same settings and seed.');
    } catch {
      this.#notice(`Copy the address of this page: ${location.href}`);
    }
  }

  #notice(text: string): void {
    byId('notice').textContent = text;
  }
}
