import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { nameOf } from '../../lab/chosen.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { seedAfter } from '../../lab/fields.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { RunControl, showProgress } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { SIDES, type Side, offeredTo, taken } from '../../lab/sides.js';
import { Soon } from '../../lab/soon.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { codeOf, commandOf } from './code.js';
import { DecodingFigures } from './decoding-figures.js';
import type { Reply, Request } from './messages.js';
import { type DecodingState, fieldsOf, model, samplersOf, task } from './settings.js';
import { SurprisalText, surprisalLegend } from './surprisal-text.js';

/** The page of the decoding lab: texts that grow side by side, and what is measured of them. It writes anew at every change. */
export class DecodingLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#control.fail(),
  );
  #run = 0;
  readonly #address: Address<DecodingState>;
  readonly #panels: Readonly<Record<Side, MethodPanel>>;
  readonly #texts = { a: new SurprisalText('a'), b: new SurprisalText('b'), c: new SurprisalText('c') };
  readonly #figures = new DecodingFigures();
  readonly #again = new Soon(() => this.#control.run());
  readonly #control = new RunControl(
    {
      start: () => this.#start(),
      pause: () => this.#worker.ask({ type: 'pause' }),
      resume: () => this.#worker.ask({ type: 'resume' }),
      step: () => this.#worker.ask({ type: 'step' }),
      reset: () => this.#clear(),
      newSeed: () => this.#newSeed(),
    },
    'token',
  );

  constructor({ methods }: Catalogue) {
    const samplers = samplersOf(methods);
    const panel = (side: Side) =>
      new MethodPanel(side, 'Sampler', offeredTo(side, samplers), (chosen) => this.#change({ [side]: chosen }));
    this.#panels = { a: panel('a'), b: panel('b'), c: panel('c') };
    byId('legend').replaceChildren(surprisalLegend());
    byId('figures').replaceChildren(...this.#figures.elements);
    byId('reset').addEventListener('click', () => this.#again.cancel());
    this.#address = new Address(fieldsOf(samplers), (state) => this.#show(state));
    this.#address.open();
  }

  #show(state: DecodingState): void {
    for (const side of SIDES) this.#panels[side].show(state[side]);
    this.#showSettings();
    this.#control.reset();
    this.#control.run();
  }

  #showSettings(): void {
    showSettings('task', task, this.#address.state, (part) => this.#change(part));
    showSettings('more', model, this.#address.state, (part) => this.#change(part));
  }

  #change(part: Partial<DecodingState>): void {
    this.#address.change(part);
    this.#control.reset();
    this.#again.ask();
  }

  #newSeed(): void {
    this.#change({ seed: seedAfter(this.#address.state.seed) });
    this.#showSettings();
  }

  #start(): void {
    this.#again.cancel();
    this.#clearTexts();
    this.#worker.ask({ type: 'start', state: this.#address.state, run: ++this.#run });
  }

  #clear(): void {
    this.#worker.ask({ type: 'reset' });
    this.#clearTexts();
    showElsewhere(codeOf(this.#address.state), commandOf(this.#address.state));
  }

  #clearTexts(): void {
    const { state } = this.#address;
    const sides = taken(state);
    for (const side of sides) this.#texts[side].clear(nameOf(state[side]), state.prompt);
    byId('texts').replaceChildren(...sides.map((side) => this.#texts[side].element));
    this.#figures.clear(state);
  }

  #hear(reply: Reply): void {
    if (this.#control.phase === 'idle' || reply.run !== this.#run) return;
    if (reply.type === 'learning') showProgress(reply.share, `the model reads: ${Math.round(100 * reply.share)}%`);
    if (reply.type === 'learned') {
      byId('engine').textContent = reply.about;
      this.#figures.aimAt(reply.targets);
    }
    if (reply.type === 'written') {
      for (const token of reply.tokens) this.#texts[token.side].add(token);
      this.#figures.take(reply.tokens);
      this.#control.progress(reply.step, reply.of);
    }
    if (reply.type === 'ended') {
      this.#control.end();
      this.#figures.announceEnd();
    }
  }
}
